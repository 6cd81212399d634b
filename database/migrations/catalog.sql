-- Everything in the current schema that decides how it behaves: (what, definition).
-- Names appear without their schema, because it is the search path: two schemas can be compared.
-- What belongs to an extension that a host has installed there is left out.
WITH of_extensions AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), named AS (
    SELECT c.*, pg_get_userbyid(c.relowner) AS owner
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
    AND (SELECT coalesce(max(indrelid), c.oid) FROM pg_index WHERE indexrelid = c.oid)
        NOT IN (SELECT objid FROM of_extensions WHERE classid = 'pg_class'::regclass)
)
SELECT CASE relkind WHEN 'v' THEN 'view ' ELSE 'table ' END || relname AS what, concat_ws(', ',
    concat('kind ', relkind, relpersistence),
    CASE WHEN relrowsecurity THEN 'row-level security on' ELSE 'row-level security off' END,
    CASE WHEN relforcerowsecurity THEN 'forced' ELSE 'not forced' END,
    concat('replica identity ', relreplident),
    'options ' || (SELECT string_agg(option, ' ' ORDER BY option) FROM unnest(reloptions) option),
    CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid, true) END) AS definition
FROM named WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT 'owner of ' || relname, owner FROM named WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT 'grants on ' || relname, (
    SELECT string_agg(concat(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END, ' ',
                             privilege_type, CASE WHEN is_grantable THEN ' with grant option' END), ', '
                      ORDER BY grantee, privilege_type)
    FROM aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))))
FROM named WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL
SELECT 'column ' || relname || '.' || attname, concat_ws(', ',
    format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN 'not null' ELSE 'null' END,
    'default ' || pg_get_expr(adbin, adrelid),
    'identity ' || nullif(attidentity::text, ''),
    'generated ' || nullif(attgenerated::text, ''),
    'collation ' || (SELECT collname FROM pg_collation WHERE pg_collation.oid = attcollation AND collname <> 'default'),
    'grants ' || attacl::text)
FROM named JOIN pg_attribute ON attrelid = named.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
-- NOT NULL is said with its column: PostgreSQL 18 also has a constraint for it
SELECT 'constraint ' || relname || '.' || conname, pg_get_constraintdef(pg_constraint.oid, true)
FROM named JOIN pg_constraint ON conrelid = named.oid AND contype <> 'n'
UNION ALL
SELECT 'index ' || i.relname, concat_ws(', ', pg_get_indexdef(i.oid, 0, true),
    CASE WHEN NOT indisvalid THEN 'NOT VALID' END, CASE WHEN NOT indisready THEN 'not ready' END)
FROM named i JOIN pg_index ON indexrelid = i.oid
UNION ALL
SELECT 'policy ' || relname || '.' || polname, concat_ws(', ',
    CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
    concat('for ', polcmd),
    'to ' || (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role) END, ' ' ORDER BY role)
              FROM unnest(polroles) role),
    'using ' || pg_get_expr(polqual, polrelid),
    'with check ' || pg_get_expr(polwithcheck, polrelid))
FROM named JOIN pg_policy ON polrelid = named.oid
UNION ALL
SELECT 'trigger ' || relname || '.' || tgname, pg_get_triggerdef(pg_trigger.oid, true) || ', enabled ' || tgenabled::text
FROM named JOIN pg_trigger ON tgrelid = named.oid AND NOT tgisinternal
UNION ALL
SELECT 'triggers of constraints on ' || relname, string_agg(DISTINCT 'enabled ' || tgenabled::text, ' ')
FROM named JOIN pg_trigger ON tgrelid = named.oid AND tgisinternal GROUP BY relname
UNION ALL
SELECT 'rule ' || relname || '.' || rulename, pg_get_ruledef(pg_rewrite.oid, true) || ', enabled ' || ev_enabled::text
FROM named JOIN pg_rewrite ON ev_class = named.oid AND rulename <> '_RETURN'
UNION ALL
SELECT 'sequence ' || relname, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle)
FROM named JOIN pg_sequence ON seqrelid = named.oid
UNION ALL
SELECT 'function ' || proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', concat_ws(', ',
    'returns ' || pg_get_function_result(p.oid), lanname, 'body ' || md5(coalesce(pg_get_function_sqlbody(p.oid), prosrc)),
    CASE WHEN prosecdef THEN 'SECURITY DEFINER' END, CASE WHEN proleakproof THEN 'leakproof' END,
    CASE WHEN proisstrict THEN 'strict' END, concat('volatile ', provolatile), concat('parallel ', proparallel),
    'set ' || proconfig::text, 'owner ' || pg_get_userbyid(proowner),
    (SELECT 'grants ' || string_agg(concat(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END, ' ',
                                           privilege_type), ' ' ORDER BY grantee)
     FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))))
FROM pg_proc p JOIN pg_language l ON l.oid = prolang WHERE pronamespace = current_schema()::regnamespace
AND p.oid NOT IN (SELECT objid FROM of_extensions WHERE classid = 'pg_proc'::regclass)
UNION ALL
SELECT 'type ' || typname, concat_ws(', ', typtype, nullif(typnotnull, false)::text, format_type(typbasetype, typtypmod), typdefault,
    (SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid),
    (SELECT string_agg(pg_get_constraintdef(c.oid, true), ' ') FROM pg_constraint c WHERE contypid = t.oid AND contype <> 'n'))
FROM pg_type t WHERE typnamespace = current_schema()::regnamespace AND typtype IN ('e', 'd', 'r')
AND t.oid NOT IN (SELECT objid FROM of_extensions WHERE classid = 'pg_type'::regclass)
