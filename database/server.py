"""A reachable PostgreSQL: the operator's own, or the embedded one."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
from loguru import logger

from database.embedded import EmbeddedServer
from database.errors import DatabaseAddressUnusable, DatabaseUnreachable
from database.outages import AWAY
from database.pool import CONNECT_SECONDS
from database.search_path import require_public
from database.settings import DatabaseSettings
from database.wal_archive import archive_options, prepare_archive

SEES_EVERYTHING = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
OFF = (
    "SELECT string_agg(name, ' and ' ORDER BY name) FROM pg_settings "
    "WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'"
)
OLDEST_VERSION = 150_000
"""PostgreSQL 15, in server_version_num's counting."""
KEPT_BY_A_SESSION = {"reeve.session": "kept"}
"""PostgreSQL keeps any setting with a dot for a connection. PgBouncer refuses it, other poolers forget it."""
IS_KEPT = "SELECT current_setting('reeve.session', true) = 'kept'"


@asynccontextmanager
async def running_database(settings: DatabaseSettings, *, direct: bool = False) -> AsyncIterator[str]:
    """The address of a server that answers, for as long as the block runs.

    `direct`: past a pooler (DATABASE_DIRECT_URL), for who needs a session of its own, as a migration does.
    Raises DatabaseUnreachable or DatabaseAddressUnusable for the operator's own server, EmbeddedServerFailed or
    DataDirectoryUnusable for ours.
    """
    dsn = settings.direct_dsn() if direct else settings.dsn()
    if dsn is not None:
        variable = "DATABASE_URL" if dsn == settings.dsn() else "DATABASE_DIRECT_URL"
        is_pooled = variable == "DATABASE_URL" and not settings.has_session
        if direct and is_pooled:
            raise DatabaseAddressUnusable(
                "This needs a session of its own, which a pooler does not give: set DATABASE_DIRECT_URL to "
                "PostgreSQL's own address."
            )
        await require_reachable(dsn, variable, is_pooled=is_pooled)
        yield dsn
        return
    server = embedded_server(settings)
    watch: asyncio.Task[None] | None = None
    try:
        dsn = await server.start()
        connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
        try:
            await require_public(connection)
            await _warn_of_losses(connection)
        finally:
            await connection.close()
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


async def replica_of(settings: DatabaseSettings) -> str | None:
    """The address of the standby for reports. One that is away degrades nothing, and may come back.

    Raises DatabaseAddressUnusable.
    """
    dsn = settings.replica_dsn()
    if dsn is not None:
        try:
            await require_reachable(dsn, "DATABASE_REPLICA_URL", is_pooled=not settings.has_session)
        except DatabaseUnreachable as error:
            logger.warning("Reports run on the primary until the replica is there: {}", error)
    return dsn


async def require_reachable(dsn: str, variable: str, *, is_pooled: bool = False) -> None:
    """Say in one sentence what is wrong with the address, without the password in it.

    `is_pooled`: the operator has said that a pooler answers there; DatabaseAddressUnusable if one does unsaid.
    """
    try:
        connection = await asyncpg.connect(
            dsn,
            timeout=CONNECT_SECONDS,
            statement_cache_size=0,
            server_settings=None if is_pooled else KEPT_BY_A_SESSION,
        )
    except asyncpg.ProtocolViolationError as error:
        if "startup parameter" in str(error):
            raise _pooler_at(variable) from error
        raise DatabaseUnreachable(
            f"The pooler at {variable} says: {error}. Start the server behind it, or correct its settings."
        ) from error
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
    except socket.gaierror as error:
        raise DatabaseUnreachable(
            f"The host in {variable} is not known here: correct its name, or see that this machine can look names up."
        ) from error
    except (OSError, asyncpg.PostgresError) as error:
        raise DatabaseUnreachable(
            f"No PostgreSQL answers at {variable}: start the server, or correct host and port."
        ) from error
    try:
        async with asyncio.timeout(CONNECT_SECONDS), connection.transaction():
            await _require_usable(connection, variable, is_pooled=is_pooled)
    except AWAY as error:
        raise DatabaseUnreachable(
            f"What answers at {variable} says no more: start PostgreSQL, if that is a pooler in front of it."
        ) from error
    finally:
        with suppress(*AWAY):
            await connection.close(timeout=1)


async def _require_usable(connection: Any, variable: str, *, is_pooled: bool) -> None:
    if not (is_pooled or await connection.fetchval(IS_KEPT)):
        raise _pooler_at(variable)
    if int(await connection.fetchval("SHOW server_version_num")) < OLDEST_VERSION:
        raise DatabaseUnreachable(f"Reeve needs PostgreSQL 15 or newer: point {variable} at such a server.")
    if await connection.fetchval(SEES_EVERYTHING):
        raise DatabaseAddressUnusable(
            f"The role in {variable} is a superuser or bypasses row-level security, the wall between servers: connect "
            "as a plain role that owns the database (docs/operator.md, On a PostgreSQL of your own)."
        )
    await require_public(connection)
    await _warn_of_losses(connection)


async def _warn_of_losses(connection: Any) -> None:
    """A crash then takes back what people were told is done; no check of the data would show it."""
    if off := await connection.fetchval(OFF):
        logger.error(
            f"PostgreSQL runs with {off} off: a crash loses what Reeve has confirmed. Set it to on in "
            "postgresql.conf or for the role (docs/operator.md)."
        )


def _pooler_at(variable: str) -> DatabaseAddressUnusable:
    fix = (
        "set REEVE_DATABASE_POOLER=transaction (docs/operator.md, Behind a connection pooler)"
        if variable == "DATABASE_URL"
        else "put PostgreSQL's own address there"
    )
    return DatabaseAddressUnusable(f"A connection pooler answers at {variable}: {fix}.")
