"""What is in a database, in numbers that are the same on every server that holds the same."""

from typing import Any, NamedTuple

from database.backups.manifest import Backup, TableContent
from database.errors import TableOfAnother

Connection = Any  # asyncpg has no types

IDENTITY = """
    SELECT current_database() AS name, (SELECT oid FROM pg_database WHERE datname = current_database()) AS oid,
        has_function_privilege('pg_control_system()', 'EXECUTE') AS may_ask,
        coalesce(inet_server_addr()::text, 'local') || ':' || coalesce(inet_server_port()::text, '') AS place
"""
TABLES = """
    SELECT relname FROM pg_class t
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = t.oid AND deptype = 'e')
    ORDER BY relname
"""
UNREADABLE = """
    SELECT 'public.' || quote_ident(relname) AS name, pg_get_userbyid(relowner) AS owner FROM pg_class t
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')
    AND NOT has_table_privilege(oid, 'SELECT')
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = t.oid AND deptype = 'e')
    ORDER BY relname LIMIT 1
"""
SEQUENCES = (
    "SELECT sequencename, coalesce(last_value, 0) AS last FROM pg_sequences WHERE schemaname = 'public'"
)
OWNER_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
WITHHELD = """
    SELECT relname, array_agg(wanted ORDER BY wanted) AS rights
    FROM pg_class CROSS JOIN unnest($1::text[]) AS wanted
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND relacl IS NOT NULL AND NOT EXISTS (
        SELECT FROM aclexplode(relacl) WHERE grantee IN (relowner, 0) AND privilege_type = wanted)
    GROUP BY relname
"""
GRANTED = """
    SELECT relname, array_agg(DISTINCT privilege_type || ' (' || quote_ident(attname) || ')') AS rights
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid CROSS JOIN aclexplode(attacl)
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND grantee = relowner
    GROUP BY relname
"""
"""On single columns."""


class Contents(NamedTuple):
    """`sequences`: the last number that each gave out.

    `withheld`: what a table's owner took from itself; `granted`: what it left itself on single columns.
    """

    tables: dict[str, TableContent]
    sequences: dict[str, int]
    withheld: dict[str, list[str]]
    granted: dict[str, list[str]]


async def identity(connection: Connection) -> str:
    """Tells one database from another, also from one of the same name that was made later.

    PostgreSQL's system identifier, where the role may ask for it, else the server's address; the database's number
    and name. A copy of the cluster's files has the same identity: it holds the same.
    """
    row = await connection.fetchrow(IDENTITY)
    place = row["place"]
    if row["may_ask"]:
        place = await connection.fetchval("SELECT system_identifier FROM pg_control_system()")
    return f"{place}/{row['oid']}/{row['name']}"


async def revision_of(connection: Connection) -> str | None:
    """Alembic's, or None where no migration has run."""
    if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval("SELECT version_num FROM public.alembic_version")
    return revision


async def tables_of(connection: Connection) -> list[str]:
    return [row[0] for row in await connection.fetch(TABLES)]


async def require_readable(connection: Connection) -> None:
    """Raise TableOfAnother: to leave such a table out could lose one of ours, whose owner was changed."""
    if row := await connection.fetchrow(UNREADABLE):
        raise TableOfAnother(row["name"], row["owner"])


async def contents_of(connection: Connection) -> Contents:
    """Every row of every table is read: about 1 s for 10^6 ledger rows. The session is one of `whole_view`."""
    tables = {name: await _content(connection, name) for name in await tables_of(connection)}
    sequences = {row["sequencename"]: row["last"] for row in await connection.fetch(SEQUENCES)}
    withheld = {row["relname"]: row["rights"] for row in await connection.fetch(WITHHELD, OWNER_RIGHTS)}
    granted = {row["relname"]: row["rights"] for row in await connection.fetch(GRANTED)}
    return Contents(tables, sequences, withheld, granted)


async def _content(connection: Connection, table: str) -> TableContent:
    # hashtextextended is the same in every PostgreSQL on machines of one byte order (hash partitions rely on it).
    row = await connection.fetchrow(
        "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS checksum "  # noqa: S608  # quoted
        f"FROM public.{quoted(table)} AS t"
    )
    return TableContent(rows=row["rows"], checksum=row["checksum"])


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def differences(found: Contents, backup: Backup) -> list[str]:
    """What is not as the backup says, in words.

    A sequence may be ahead: it counts on outside of the snapshot that the dump was made of.
    """
    told = []
    for name in sorted(found.tables.keys() | backup.tables.keys()):
        table, recorded = found.tables.get(name), backup.tables.get(name)
        if table is None or recorded is None:
            told.append(f"{name}: {'missing' if table is None else 'unknown to the backup'}")
        elif table.rows != recorded.rows:
            told.append(f"{name}: {table.rows:,} rows, not {recorded.rows:,}")
        elif table.checksum != recorded.checksum:
            told.append(f"{name}: {table.rows:,} rows, but not with the same content")
    for name, last in sorted(backup.sequences.items()):
        if found.sequences.get(name, -1) < last:
            told.append(f"{name}: behind the numbers that were given out")
    for here, there in ((found.withheld, backup.withheld), (found.granted, backup.granted)):
        told += [
            f"{name}: the owner's rights differ"
            for name in sorted(here.keys() | there.keys())
            if here.get(name) != there.get(name)
        ]
    return told
