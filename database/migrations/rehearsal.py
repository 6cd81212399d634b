"""The revisions, played on empty tables in a schema of their own, on the operator's server: seen, not guessed.

Nobody else has a lock on these tables, and no row is moved. The schema is dropped at the end; one that a killed
rehearsal left behind is dropped by the next. (docs/decisions/0015-the-plan-is-rehearsed.md)
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

import asyncpg
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncConnection

from database.errors import DatabaseUnavailable, MigrationRefused
from database.migrations.chain import Chain, Revision
from database.migrations.connecting import ONE_AT_A_TIME, connected
from database.migrations.gently import IS_REHEARSAL
from database.outages import AWAY

SCHEMA = "reeve_rehearsal"
REHEARSAL_LOCK = 0x5EEE_0002
CONCURRENTLY = re.compile(r"\s+CONCURRENTLY\b", re.IGNORECASE)
SPOKEN = "spoken"
"""Under this key of `connection.info` is the latest statement as the revision spoke it."""


@asynccontextmanager
async def empty_stage(dsn: str) -> AsyncIterator[AsyncConnection]:
    """A connection to an empty schema, one at a time in a database. Raises MigrationRefused, DatabaseUnavailable."""
    try:
        keeper = await asyncpg.connect(dsn, server_settings={"application_name": "reeve rehearsal"})
    except AWAY as error:
        raise DatabaseUnavailable from error
    try:
        await keeper.fetchval("SELECT pg_advisory_lock($1)", REHEARSAL_LOCK)
        await keeper.execute(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        await keeper.execute(f"CREATE SCHEMA {SCHEMA}")
        session = {"search_path": SCHEMA, "application_name": "reeve rehearsal", "reeve.system": "on"}
        async with ONE_AT_A_TIME, connected(dsn, **session) as connection:
            event.listen(connection.sync_connection, "before_cursor_execute", _plainly, retval=True)
            yield connection
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationRefused(
            f"PostgreSQL refused the rehearsal of the migration ({error}): make the role in DATABASE_URL the owner "
            "of its database (ALTER DATABASE ... OWNER TO ...)."
        ) from error
    finally:
        with suppress(*AWAY, asyncpg.PostgresError):
            await keeper.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        await keeper.close()


def _plainly(connection: Connection, _: Any, statement: str, parameters: Any, *__: Any) -> tuple[str, Any]:
    """CONCURRENTLY cannot run in a transaction, and waits for everybody: here its plain twin is run."""
    connection.info[SPOKEN] = statement
    return CONCURRENTLY.sub("", statement), parameters


def play(
    connection: Connection,
    chain: Chain,
    revisions: list[Revision],
    begins: Callable[[Revision], None] | None = None,
) -> None:
    """Run these revisions, each in its transaction; `begins` hears of each one before its first statement."""

    def steps(heads: tuple[str, ...], _: Any) -> Iterator[Any]:
        for revision in revisions:
            for step in chain.scripts._upgrade_revs(revision.revision, heads):  # type: ignore[arg-type]  # a tuple, as Alembic passes it itself
                if begins:
                    begins(revision)
                yield step
            heads = (revision.revision,)

    options: dict[str, Any] = {
        "fn": steps,
        "transaction_per_migration": True,
        "script": chain.scripts,
        IS_REHEARSAL: True,
    }
    context = _Rehearsed(connection.dialect, connection, options)
    with Operations.context(context):
        context.run_migrations()


class _Rehearsed(MigrationContext):
    def autocommit_block(self) -> AbstractContextManager[None]:  # type: ignore[override]  # Alembic's is a generator's
        """Nobody waits here, and the locks of a statement can be read only before its transaction ends."""
        return nullcontext()
