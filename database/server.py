"""A reachable PostgreSQL: the operator's own, or the embedded one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
from loguru import logger

from database.embedded import EmbeddedServer
from database.errors import DatabaseAddressUnusable, DatabaseUnreachable
from database.settings import DatabaseSettings
from database.wal_archive import archive_options, prepare_archive

SEES_EVERYTHING = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
OLDEST_VERSION = 150_000
"""PostgreSQL 15, in server_version_num's counting."""


@asynccontextmanager
async def running_database(settings: DatabaseSettings, *, direct: bool = False) -> AsyncIterator[str]:
    """The address of a server that answers, for as long as the block runs.

    `direct`: past a pooler (DATABASE_DIRECT_URL), for who needs a session of its own, as a migration does.
    Raises DatabaseUnreachable for the operator's own server, EmbeddedServerFailed or DataDirectoryUnusable for ours.
    """
    dsn = settings.direct_dsn() if direct else settings.dsn()
    if dsn is not None:
        variable = "DATABASE_URL" if dsn == settings.dsn() else "DATABASE_DIRECT_URL"
        await require_reachable(dsn, variable)
        yield dsn
        return
    server = embedded_server(settings)
    watch: asyncio.Task[None] | None = None
    try:
        dsn = await server.start()
        watch = asyncio.create_task(server.keep_running())
        yield dsn
    finally:
        if watch is not None:
            watch.cancel()
            with suppress(asyncio.CancelledError):
                await watch
        await server.stop()


def embedded_server(settings: DatabaseSettings) -> EmbeddedServer:
    """Ours, told to keep its WAL if the operator wants that. Raises WalArchiveUnusable."""
    if settings.wal_archive is not None:
        prepare_archive(settings.wal_archive)
    return EmbeddedServer(settings.data_dir, archive_options(settings.wal_archive))


async def require_reachable(dsn: str, variable: str) -> None:
    """Say in one sentence what is wrong with the address, without the password in it."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10)
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidPasswordError) as error:
        raise DatabaseUnreachable(
            f"PostgreSQL refused the user or password in {variable}: correct them."
        ) from error
    except asyncpg.InvalidCatalogNameError as error:
        raise DatabaseUnreachable(
            f"The database named in {variable} does not exist: create it, or correct the name."
        ) from error
    except (ValueError, OverflowError, asyncpg.InterfaceError) as error:  # OverflowError: port 70000
        raise DatabaseAddressUnusable(
            f"{variable} is not a PostgreSQL address: write postgresql://user:password@host:5432/database."
        ) from error
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnreachable(
            f"No PostgreSQL answers at {variable}: start the server, or correct host and port."
        ) from error
    try:
        if int(await connection.fetchval("SHOW server_version_num")) < OLDEST_VERSION:
            raise DatabaseUnreachable(
                f"Reeve needs PostgreSQL 15 or newer: point {variable} at such a server."
            )
        if await connection.fetchval(SEES_EVERYTHING):
            logger.warning(
                f"The role in {variable} is a superuser or bypasses row-level security, the second wall between "
                "servers: connect as a plain role (docs/operator.md)."
            )
    finally:
        await connection.close()
