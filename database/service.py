"""The one DatabaseService: it owns the pool, and nothing else begins, commits or rolls back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import asyncpg
import orjson
from loguru import logger

from database.controllers.cases import CaseController
from database.controllers.guild_configs import GuildConfigController
from database.controllers.outbox import OutboxController
from database.controllers.points import PointsController
from database.controllers.users import UserController
from database.errors import DatabaseUnavailable
from database.transaction import Transaction

Connection = Any  # asyncpg has no types

ACQUIRE_SECONDS = 2.0
"""How long an action waits for a connection: Discord gives 3 s to a first answer."""

SESSION_SETTINGS = {
    "application_name": "reeve",
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
    "jit": "off",  # small statements: compiling them costs more than running them
}

AWAY = (
    OSError,  # refused, reset, no socket; TimeoutError is one of these
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that was killed between two messages leaves asyncpg confused
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,  # too many connections, disk full, out of memory
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InvalidCachedStatementError,  # a migration ran meanwhile; asyncpg has forgotten the old plans by now
)


class Health(NamedTuple):
    latency_ms: float


class PoolStatus(NamedTuple):
    size: int
    idle: int
    most: int


class DatabaseService:
    """Open it, use its controllers, close it.

    `dsn` is a PostgreSQL address; `pool_size` the most connections it holds.
    """

    def __init__(self, dsn: str, *, pool_size: int = 10) -> None:
        self._dsn, self._pool_size = dsn, pool_size
        self._opened: Any = None
        self.guild_configs = GuildConfigController(self.transaction)
        self.users = UserController(self.transaction)
        self.cases = CaseController(self.transaction)
        self.points = PointsController(self.transaction)
        self.outbox = OutboxController(self.transaction)

    async def open(self) -> None:
        """Raise DatabaseUnavailable if no connection can be had."""
        try:
            self._opened = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._pool_size,
                init=_speak_json,
                reset=_keep_clean,
                server_settings=SESSION_SETTINGS,
                statement_cache_size=500,
                timeout=10,
            )
        except AWAY as error:
            raise DatabaseUnavailable from error

    async def close(self) -> None:
        """Let running actions end (at most 5 s), then close all connections."""
        pool, self._opened = self._opened, None
        if pool is None:
            return
        try:
            await asyncio.wait_for(pool.close(), timeout=5)
        except (TimeoutError, *AWAY):
            pool.terminate()

    @asynccontextmanager
    async def transaction(
        self, *, guild_id: int | None = None, system: bool = False
    ) -> AsyncIterator[Transaction]:
        """Commit when the block ends, roll back when it raises.

        A transaction says for which guild it runs, or that it is the system's own (claiming due work):
        row-level security shows it nothing else. Raises DatabaseUnavailable where the outcome may be unknown, too.
        """
        if (guild_id is None) is not system:
            raise TypeError("a transaction runs for one guild, or for the system")
        try:
            async with self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
                await connection.execute(_begin(guild_id))
                try:
                    yield Transaction(connection)
                except BaseException:
                    await _roll_back(connection)
                    raise
                await _commit(connection)
        except AWAY as error:
            logger.warning("The database did not answer: {}: {}", type(error).__name__, error)
            raise DatabaseUnavailable from error

    async def health(self) -> Health:
        """One round trip; DatabaseUnavailable if there is no answer."""
        started = time.perf_counter()
        async with self.transaction(system=True):
            return Health(latency_ms=(time.perf_counter() - started) * 1000)

    def pool_status(self) -> PoolStatus:
        pool = self._pool
        return PoolStatus(size=pool.get_size(), idle=pool.get_idle_size(), most=pool.get_max_size())

    @property
    def _pool(self) -> Any:
        if self._opened is None:
            raise DatabaseUnavailable
        return self._opened


def _begin(guild_id: int | None) -> str:
    """BEGIN and the guild's context in one message; SET LOCAL ends with the transaction."""
    if guild_id is None:
        return "BEGIN; SET LOCAL reeve.system = 'on'"
    return f"BEGIN; SET LOCAL reeve.guild_id = '{guild_id:d}'"


async def _commit(connection: Connection) -> None:
    """PostgreSQL answers COMMIT with ROLLBACK, and no error, where a statement failed and somebody caught that."""
    if await connection.execute("COMMIT") != "COMMIT":
        raise RuntimeError("nothing was written: a statement of this transaction had failed")


async def _roll_back(connection: Connection) -> None:
    """Leave no transaction open, even when the task is cancelled; throw a broken connection away.

    Raises nothing of its own but a second cancellation: what ended the transaction is what the caller must see.
    """
    try:
        async with asyncio.timeout(2):
            await connection.execute("ROLLBACK")
    except BaseException as error:
        with suppress(Exception):
            connection.terminate()
        if not isinstance(error, Exception):
            raise


async def _speak_json(connection: Connection) -> None:
    """JSON goes in as text that SQLAlchemy has made, and comes out as values."""
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=str, decoder=orjson.loads, schema="pg_catalog")


async def _keep_clean(connection: Connection) -> None:
    """A connection whose transaction has ended needs no reset: that would cost a round trip each time."""
    if connection.is_in_transaction():
        connection.terminate()
