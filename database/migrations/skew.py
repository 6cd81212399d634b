"""Code and schema of different ages: who may run on what.

Code cannot know a revision that is newer than itself, so each step leaves a mark in the database: a comment on
alembic_version that names the oldest code which still works on the schema.
"""

import re
from typing import Any, NamedTuple

import asyncpg

from database.errors import DatabaseUnavailable, SchemaMismatch
from database.migrations.chain import OURS, Chain
from database.outages import AWAY

MARK = re.compile(r"runs_with=(\w+)")


class Standing(NamedTuple):
    """Where a database is. None: no migration has run."""

    revision: str | None
    runs_with: str | None


def marked(runs_with: str | None) -> str:
    """The statement that leaves the mark."""
    mark = "NULL" if runs_with is None else f"'runs_with={runs_with}'"
    return f"COMMENT ON TABLE alembic_version IS {mark}"


async def standing(dsn: str) -> Standing:
    """Raises DatabaseUnavailable, and SchemaMismatch for a database that is said to be at several revisions."""
    try:
        # In one transaction and with nothing prepared, so that a pooler may stand in between.
        connection = await asyncpg.connect(dsn, statement_cache_size=0)
        try:
            async with connection.transaction():
                return await _standing(connection)
        finally:
            await connection.close()
    except AWAY as error:
        raise DatabaseUnavailable from error


async def _standing(connection: Any) -> Standing:
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return Standing(None, None)
    mark = await connection.fetchval("SELECT obj_description('alembic_version'::regclass, 'pg_class')")
    found = MARK.search(mark or "")
    rows = await connection.fetch("SELECT version_num FROM alembic_version ORDER BY version_num")
    revisions = [row["version_num"] for row in rows]
    if len(revisions) > 1:
        raise SchemaMismatch(
            f"alembic_version has {len(revisions)} rows ({', '.join(revisions)}), and must have one: "  # noqa: S608  # words
            "restore a backup, or remove what is wrong with psql (`DELETE FROM alembic_version WHERE ...`) and run "
            "`python -m bot db check`."
        )
    return Standing(revisions[0] if revisions else None, found and found[1])


async def current(dsn: str) -> str | None:
    """The database's revision, or None where no migration has run."""
    return (await standing(dsn)).revision


async def require_schema(dsn: str, chain: Chain = OURS) -> None:
    """Raise SchemaMismatch with the way out unless this code may run on the schema. Writes nothing."""
    require(await standing(dsn), chain)


def require(found: Standing, chain: Chain) -> None:
    if found.revision is None or (found.revision != chain.head and chain.knows(found.revision)):
        raise SchemaMismatch(
            f"The database schema is older than this Reeve (it is at {found.revision or 'the very start'}, "
            f"{chain.head} is needed): run `python -m bot db upgrade` (or `make migrate`)."
        )
    if not chain.knows(found.revision) and not is_compatible(found, chain):
        raise SchemaMismatch(
            f"The database schema is newer than this Reeve (revision {found.revision} is not known here): "
            f"update Reeve, or run `python -m bot db downgrade {chain.head}` with the newer one."
        )


def is_compatible(found: Standing, chain: Chain) -> bool:
    """Whether the schema is newer than this code, and marked as one on which this code still works."""
    return (
        found.revision is not None
        and not chain.knows(found.revision)
        and found.runs_with is not None
        and chain.knows(found.runs_with)
    )
