"""Alembic from Python: the same revisions as `alembic upgrade head` in a shell, over one connection."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import asyncpg
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import CheckConstraint, Connection, pool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from database.errors import DatabaseUnavailable, MigrationRefused, SchemaMismatch
from database.models import metadata
from database.outages import AWAY

R = TypeVar("R")

PROJECT = Path(__file__).resolve().parent.parent


CHECKS = """
    SELECT t.relname || '.' || c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype = 'c' AND t.relnamespace = 'public'::regnamespace
"""
TABLES_WITHOUT_WALL = """
    SELECT relname FROM pg_class t
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
    AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = t.oid))
    ORDER BY relname
"""


class Revision(NamedTuple):
    revision: str
    sentence: str


async def upgrade(dsn: str, revision: str = "head") -> None:
    """Raises SchemaMismatch for a revision that does not exist."""
    await _on_connection(dsn, lambda connection: _run(command.upgrade, connection, revision))


async def downgrade(dsn: str, revision: str) -> None:
    """`revision` may be "base" or relative ("-1"). Raises SchemaMismatch for one that does not exist."""
    await _on_connection(dsn, lambda connection: _run(command.downgrade, connection, revision))


async def current(dsn: str) -> str | None:
    """The database's revision, or None where no migration has run."""
    return await _on_connection(dsn, _current)


def history() -> list[Revision]:
    """All revisions, the newest first."""
    script = ScriptDirectory.from_config(_config())
    return [Revision(step.revision, step.doc) for step in script.walk_revisions()]


async def check(dsn: str) -> list[str]:
    """What differs between the models and the database, in words; empty if nothing does."""
    return await _on_connection(dsn, _differences)


async def require_head(dsn: str) -> None:
    """Raise SchemaMismatch with the way out if the schema is older or newer than this code."""
    found, known = await current(dsn), history()
    if found == known[0].revision:
        return
    if found is None or found in {step.revision for step in known}:
        raise SchemaMismatch(
            f"The database schema is older than this Reeve (it is at {found or 'the very start'}, "
            f"{known[0].revision} is needed): run `python -m bot db upgrade` (or `make migrate`)."
        )
    raise _newer(found)


def _newer(found: str) -> SchemaMismatch:
    return SchemaMismatch(
        f"The database schema is newer than this Reeve (revision {found} is not known here): "
        f"update Reeve, or run `python -m bot db downgrade {history()[0].revision}` with the newer one."
    )


def _run(action: Callable[[Config, str], None], connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        action(config, revision)
    except DBAPIError as error:
        if (refused := _refused(error)) is None:
            raise
        raise refused from error
    except CommandError as error:
        found = _current(connection)
        if found is not None and found not in {step.revision for step in history()}:
            raise _newer(found) from error
        raise SchemaMismatch(f"{error}. `python -m bot db history` lists the revisions.") from error


def _refused(error: DBAPIError) -> MigrationRefused | None:
    """What the operator can mend; None for a bug of ours."""
    cause = error.orig.__cause__ if error.orig else None
    match cause:
        case asyncpg.InsufficientPrivilegeError():
            fix = "make the role in DATABASE_URL the owner of its database (ALTER DATABASE ... OWNER TO ...)"
        case asyncpg.LockNotAvailableError():
            fix = "something else holds it: stop Reeve, or wait, and run the same again"
        case asyncpg.DuplicateTableError():
            fix = "name a database in DATABASE_URL that is Reeve's alone"
        case _:
            return None
    return MigrationRefused(f"PostgreSQL refused the migration ({cause}): {fix}.")


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "target_metadata": metadata})
    found = [_in_words(difference) for difference in compare_metadata(context, metadata)]
    return found + _check_differences(connection) + _missing_walls(connection)


def _check_differences(connection: Connection) -> list[str]:
    """Alembic does not compare CHECKs: their names do."""
    expected = {
        f"{table.name}.{constraint.name}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    actual = set(connection.scalars(text(CHECKS)))
    return [f"missing check: {name}" for name in sorted(expected - actual)] + [
        f"unknown check: {name}" for name in sorted(actual - expected)
    ]


def _missing_walls(connection: Connection) -> list[str]:
    return [f"no forced row-level security: {name}" for name in connection.scalars(text(TABLES_WITHOUT_WALL))]


def _in_words(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_in_words(part) for part in difference)
    kind, *subject = difference
    names = [str(getattr(part, "name", part)) for part in subject if not isinstance(part, dict | None)]
    return f"{kind.replace('_', ' ')}: {', '.join(names)}"


def _config() -> Config:
    """Alembic's configuration, whatever the working directory is."""
    return Config(str(PROJECT / "alembic.ini"))


async def _on_connection(dsn: str, work: Callable[[Connection], R]) -> R:
    engine = engine_on(dsn)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(work)
    except AWAY as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.orig and isinstance(error.orig.__cause__, AWAY):
            raise DatabaseUnavailable from error
        raise
    finally:
        await asyncio.shield(engine.dispose())


def engine_on(dsn: str) -> AsyncEngine:
    """SQLAlchemy's engine, which only migrations use. asyncpg reads the address, as it does for the service.

    SQLAlchemy's own reading of it knows no `sslmode` and other words of PostgreSQL.
    """
    connect = partial(asyncpg.connect, dsn)
    return create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=pool.NullPool)
