"""A small linter over the catalog: what every table of a guild has in common."""

from typing import Any

import pytest

from database.models import metadata
from database.service import DatabaseService

SYSTEM_TABLES = {name for name, table in metadata.tables.items() if table.info.get("system")}
"""Of no guild: what the processes of one bot share. Only the system's own transactions see them."""

IN_PUBLIC = "relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"

TABLES_WITHOUT_A_WALL = f"""
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND {IN_PUBLIC}
    AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))
"""

KEYS_THAT_DO_NOT_BEGIN_WITH_THE_GUILD = f"""
    SELECT c.conname, pg_class.relname FROM pg_constraint c JOIN pg_class ON pg_class.oid = c.conrelid
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype IN ('p', 'u', 'f', 'x') AND {IN_PUBLIC} AND a.attname <> 'guild_id'
    UNION ALL
    SELECT c.conname, pg_class.relname FROM pg_constraint c JOIN pg_class ON pg_class.oid = c.conrelid
    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = c.confkey[1]
    WHERE c.contype = 'f' AND {IN_PUBLIC} AND a.attname <> 'guild_id'
    UNION ALL
    SELECT pg_class.relname, i.indrelid::regclass::text FROM pg_index i JOIN pg_class ON pg_class.oid = i.indexrelid
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
    WHERE i.indisunique AND {IN_PUBLIC} AND relname <> 'alembic_version_pkc' AND a.attname <> 'guild_id'
"""

COLUMNS = f"""
    SELECT relname, attname, format_type(atttypid, atttypmod) AS kind, a.attnotnull AS required,
        coalesce((SELECT string_agg(pg_get_constraintdef(c.oid), ' ') FROM pg_constraint c
                  WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND a.attnum = ANY (c.conkey)), '') AS checks
    FROM pg_attribute a JOIN pg_class ON pg_class.oid = a.attrelid
    WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND {IN_PUBLIC}
"""


OTHERS = {
    "a policy that is not for every command, or asks for no context": f"""
        SELECT relname || '.' || polname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {IN_PUBLIC}
        AND (polcmd <> '*' OR polqual IS NULL OR polroles <> '{{0}}' OR polwithcheck IS NOT NULL
             OR pg_get_expr(polqual, polrelid) NOT LIKE '%current_setting(''reeve.%')
    """,
    "a policy of a guild's table that does not ask for the guild": f"""
        SELECT relname || '.' || polname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {IN_PUBLIC}
        AND relname <> ALL ($1) AND pg_get_expr(polqual, polrelid) NOT LIKE '%(guild_id = %reeve.guild_id%'
    """,
    "more than one policy": f"""
        SELECT relname FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE {IN_PUBLIC}
        GROUP BY relname HAVING count(*) > 1
    """,
    "a foreign key between what is a guild's and what is not": f"""
        SELECT c.conname FROM pg_constraint c JOIN pg_class ON pg_class.oid = c.conrelid
        JOIN pg_class target ON target.oid = c.confrelid
        WHERE pg_class.{IN_PUBLIC.replace(" relname", " pg_class.relname")}
        AND (pg_class.relname = ANY ($1)) <> (target.relname = ANY ($1))
    """,
    "a constraint that is deferrable or excludes": f"""
        SELECT c.conname FROM pg_constraint c JOIN pg_class ON pg_class.oid = c.conrelid
        WHERE {IN_PUBLIC} AND (condeferrable OR contype = 'x')
    """,
    "an index of a kind that not every PostgreSQL of several machines has": f"""
        SELECT relname FROM pg_class JOIN pg_am ON pg_am.oid = relam
        WHERE relkind = 'i' AND {IN_PUBLIC} AND amname NOT IN ('btree', 'gin')
    """,
    "a sequence that is no BIGINT identity": f"""
        SELECT relname FROM pg_class JOIN pg_sequence ON seqrelid = pg_class.oid WHERE {IN_PUBLIC}
        AND (seqtypid <> 'bigint'::regtype OR NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = seqrelid AND deptype = 'i'))
    """,
    "a function with its owner's rights": """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
    """,
    "a view with its owner's eyes": f"""
        SELECT relname FROM pg_class WHERE {IN_PUBLIC} AND (relkind = 'm' OR relkind = 'v'
        AND NOT coalesce('security_invoker=true' = ANY (reloptions), false))
    """,
    "a table that a crash empties, or of a kind without a wall": f"""
        SELECT relname FROM pg_class WHERE {IN_PUBLIC} AND (relpersistence <> 'p' OR relkind = 'f' OR relispartition)
    """,
    "a role that sees through the walls": """
        SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)
    """,
}
"""What guild-keyed PostgreSQL of several machines (Citus) needs, and what would open the second wall."""


async def complaints(connection: Any) -> list[str]:
    others = [
        f"{row[0]}: {rule}"
        for rule, question in OTHERS.items()
        for row in await connection.fetch(question, *[sorted(SYSTEM_TABLES)] * ("$1" in question))
    ]
    return others + await complaints_about_tables(connection)


async def complaints_about_tables(connection: Any) -> list[str]:
    walls = [f"{row[0]}: no forced row security" for row in await connection.fetch(TABLES_WITHOUT_A_WALL)]
    keys = [
        f"{row[0]}: does not begin with guild_id"
        for row in await connection.fetch(KEYS_THAT_DO_NOT_BEGIN_WITH_THE_GUILD)
        if row[1] not in SYSTEM_TABLES
    ]
    return walls + keys + [wrong for row in await connection.fetch(COLUMNS) for wrong in wrong_with(**row)]


def wrong_with(*, relname: str, attname: str, kind: str, required: bool, checks: str) -> list[str]:
    where = f"{relname}.{attname}"
    found = []
    if attname.endswith("_id") and kind != "bigint":
        found.append(f"{where}: an id is BIGINT, not {kind}")
    if attname == "guild_id" and not required:
        found.append(f"{where}: may be missing")
    is_day = attname.endswith("_on") and kind == "date"  # of somebody's calendar: no moment
    is_moment = not is_day and (attname.endswith("_at") or kind.startswith(("timestamp", "date", "time")))
    if is_moment and kind != "timestamp with time zone":
        found.append(f"{where}: a moment is timestamptz, not {kind}")
    if kind.startswith("character"):
        found.append(f"{where}: text is TEXT, not {kind}")
    if kind == "text" and f"length({attname})" not in checks and f"{attname} = ANY (ARRAY[" not in checks:
        found.append(f"{where}: text without a CHECK of its length or its words")
    if kind == "bytea" and f"length({attname})" not in checks:
        found.append(f"{where}: bytes without a CHECK of their length")
    if kind.endswith("[]") and f"cardinality({attname})" not in checks:
        found.append(f"{where}: a list without a CHECK of its size")
    return found


async def test_every_table_keeps_the_rules(database: DatabaseService, auditor: Any) -> None:
    assert await complaints(auditor) == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("ALTER TABLE users NO FORCE ROW LEVEL SECURITY", "users: no forced row security"),
        ("ALTER TABLE users DISABLE ROW LEVEL SECURITY", "users: no forced row security"),
        ("DROP POLICY one_guild ON users", "users: no forced row security"),
        ("CREATE TABLE bare (guild_id bigint PRIMARY KEY)", "bare: no forced row security"),
        ("CREATE UNIQUE INDEX odd ON users (user_id, guild_id)", "odd: does not begin with guild_id"),
        ("ALTER TABLE users ADD CONSTRAINT odd UNIQUE (name, guild_id)", "odd: does not begin with guild_id"),
        ("ALTER TABLE users ADD friend_id integer", "users.friend_id: an id is BIGINT, not integer"),
        ("ALTER TABLE users ADD met_at timestamp", "users.met_at: a moment is timestamptz"),
        ("ALTER TABLE users ADD motto text", "users.motto: text without a CHECK"),
        ("ALTER TABLE users ADD motto varchar(9)", "users.motto: text is TEXT"),
        ("ALTER TABLE users ADD badge_ids bigint[]", "users.badge_ids: a list without a CHECK"),
        ("ALTER TABLE users ADD face bytea", "users.face: bytes without a CHECK"),
        ("ALTER TABLE cases DROP CONSTRAINT ck_cases_reason", "cases.reason: text without a CHECK"),
        ("ALTER TABLE cases DROP CONSTRAINT ck_cases_kind", "cases.kind: text without a CHECK"),
        (
            "ALTER POLICY one_guild ON users USING (true)",
            "users.one_guild: a policy that is not for every command",
        ),
        (
            "ALTER POLICY one_guild ON users USING (current_setting('reeve.system', true) = 'on')",
            "users.one_guild: a policy of a guild's table that does not ask",
        ),
        (
            "DROP POLICY one_guild ON users; CREATE POLICY one_guild ON users FOR SELECT "
            "USING (guild_id = NULLIF(current_setting('reeve.guild_id', true), '')::bigint)",
            "users.one_guild: a policy that is not for every command",
        ),
        ("CREATE POLICY odd ON users USING (true)", "users: more than one policy"),
        (
            "ALTER TABLE shard_leases ADD CONSTRAINT odd FOREIGN KEY (shard_id) REFERENCES guild_configs",
            "odd: a foreign key between",
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT odd UNIQUE (guild_id, name) DEFERRABLE",
            "odd: a constraint that is defer",
        ),
        (
            "ALTER TABLE users ADD CONSTRAINT odd EXCLUDE (guild_id WITH =, name WITH =)",
            "odd: a constraint that is",
        ),
        ("CREATE INDEX odd ON users USING hash (name)", "odd: an index of a kind"),
        ("CREATE SEQUENCE odd", "odd: a sequence"),
        ("ALTER TABLE users ADD number serial", "users_number_seq: a sequence"),
        ("ALTER FUNCTION refuse() SECURITY DEFINER", "refuse: a function with its owner's rights"),
        ("CREATE VIEW odd AS SELECT * FROM users", "odd: a view with its owner's eyes"),
        ("CREATE MATERIALIZED VIEW odd AS SELECT 1", "odd: a view with its owner's eyes"),
        ("ALTER TABLE case_evidence SET UNLOGGED", "case_evidence: a table that a crash empties"),
    ],
)
async def test_the_linter_finds_each_fault(
    database: DatabaseService, auditor: Any, fault: str, complaint: str
) -> None:
    await auditor.execute("BEGIN")
    await auditor.execute(fault)
    found = await complaints(auditor)
    await auditor.execute("ROLLBACK")
    assert any(line.startswith(complaint) for line in found), found


async def test_no_extension_is_needed(database: DatabaseService, auditor: Any) -> None:
    assert [row[0] for row in await auditor.fetch("SELECT extname FROM pg_extension")] == ["plpgsql"]
