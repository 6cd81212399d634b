"""Upgrade and downgrade: Alembic's own commands over a lent connection, with errors that name the fix."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from loguru import logger
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from database.errors import MigrationRefused, SchemaMismatch
from database.migrations.blockers import watched
from database.migrations.chain import OURS, Chain
from database.migrations.connecting import ONE_AT_A_TIME, cause_of, connected
from database.migrations.skew import is_compatible, require, standing

Report = Callable[[str], None]


async def upgrade(
    dsn: str, revision: str = "head", *, chain: Chain = OURS, report: Report = logger.info
) -> None:
    """Nothing is done where the schema is newer and this code may run on it. Raises SchemaMismatch or MigrationRefused.

    `dsn` must not lead through a pooler. `report` hears of each step, and of who is in the way.
    """
    if not is_compatible(await standing(dsn), chain):
        await _move(command.upgrade, dsn, revision, chain, report)


async def downgrade(dsn: str, revision: str, *, chain: Chain = OURS, report: Report = logger.info) -> None:
    """`revision` may be "base" or relative ("-1"). Raises SchemaMismatch for one that does not exist."""
    await standing(dsn)  # it refuses a database that is at several
    await _move(command.downgrade, dsn, revision, chain, report)


async def _move(
    act: Callable[[Config, str], None], dsn: str, revision: str, chain: Chain, report: Report
) -> None:
    def run(connection: Connection) -> None:
        act(chain.config(connection=connection, report=report), revision)

    try:
        async with lent_connection(dsn, report) as connection, ONE_AT_A_TIME:
            await connection.run_sync(run)
    except CommandError as error:
        found = await standing(dsn)
        if found.revision is not None and not chain.knows(found.revision):
            require(found, chain)
        raise SchemaMismatch(f"{error}. `python -m bot db history` lists the revisions.") from error


@asynccontextmanager
async def lent_connection(dsn: str, report: Report) -> AsyncIterator[AsyncConnection]:
    """A connection for `alembic/env.py`, with an eye on who is in its way. Raises MigrationRefused."""
    async with connected(dsn, application_name="reeve migrations") as connection:
        raw = await connection.get_raw_connection()
        pid: int = raw.driver_connection.get_server_pid()  # type: ignore[union-attr]  # asyncpg's connection
        async with watched(dsn, pid, report) as blockers:
            try:
                yield connection
            except DBAPIError as error:
                if (refused := _refused(error, blockers.last)) is None:
                    raise
                raise refused from error


def _refused(error: DBAPIError, in_the_way: str | None) -> MigrationRefused | None:
    """What the operator can mend; None for a bug of ours."""
    match cause := cause_of(error):
        case asyncpg.InsufficientPrivilegeError():
            fix = "make the role in DATABASE_URL the owner of its database (ALTER DATABASE ... OWNER TO ...)"
        case asyncpg.LockNotAvailableError():
            holder = in_the_way or "something else"
            fix = f"{holder} holds it: end that, or stop Reeve, and run the same again"
        case asyncpg.DuplicateTableError():
            fix = "name a database in DATABASE_URL that is Reeve's alone"
        case _:
            return None
    return MigrationRefused(f"PostgreSQL refused the migration ({cause}): {fix}.")
