"""The connections: how many, how long, who holds them, and a clear word when there is none left."""

import asyncio
import time
from collections import Counter
from typing import Any, NamedTuple

import asyncpg
import orjson
from loguru import logger

from database.errors import AllConnectionsBusy, DatabaseUnavailable
from database.figures import Figures
from database.outages import AWAY, unavailable
from database.settings import PoolSettings

Connection = Any  # asyncpg has no types

CONNECT_SECONDS = 10
WATCH_SECONDS = 1.0
"""How often held connections are looked at."""


class PoolStatus(NamedTuple):
    """`overflow`: connections beyond the least that are kept. `waits`: how often somebody had to wait so far."""

    size: int
    checked_out: int
    overflow: int
    least: int
    most: int
    waiting: int
    waits: int
    waited_seconds: float

    @property
    def idle(self) -> int:
        return self.size - self.checked_out


class _Holder:
    __slots__ = ("is_named", "name", "since")

    def __init__(self, name: str) -> None:
        self.name, self.since, self.is_named = name, time.monotonic(), False


class Pool:
    """asyncpg's pool, last in, first out, so that what is not needed grows old and is closed."""

    def __init__(self, dsn: str, settings: PoolSettings, figures: Figures) -> None:
        self._dsn, self._settings, self._figures = dsn, settings, figures
        said = {} if settings.has_session else settings.limits()
        self.limits_at_begin = "".join(f"; SET LOCAL {name} = '{value}'" for name, value in said.items())
        """SQL that goes with each BEGIN, where a connection cannot keep its limits itself."""
        self._opened: Any = None
        self._watch: asyncio.Task[None] | None = None
        self._holders: dict[Connection, _Holder] = {}
        self._born: dict[Any, float] = {}
        self._asking = self._waits = 0
        self._waited_seconds = 0.0

    async def open(self) -> None:
        """Raise DatabaseUnavailable if no connection can be had."""
        settings = self._settings
        try:
            self._opened = await asyncpg.create_pool(
                self._dsn,
                min_size=settings.pool_least,
                max_size=settings.pool_most,
                max_inactive_connection_lifetime=settings.pool_idle_seconds,
                init=self._begin_life,
                reset=self._keep_clean,
                server_settings=settings.session(),
                statement_cache_size=settings.statement_cache if settings.has_session else 0,
                timeout=CONNECT_SECONDS,
            )
        except AWAY as error:
            raise DatabaseUnavailable from error
        self._watch = asyncio.create_task(self._name_who_holds_too_long())

    async def close(self) -> None:
        """Let running actions end (at most 5 s), then close all connections."""
        pool, self._opened = self._opened, None
        if pool is None:
            return
        if self._watch is not None:
            self._watch.cancel()
        try:
            await asyncio.wait_for(pool.close(), timeout=5)
        except (TimeoutError, *AWAY):
            pool.terminate()

    async def acquire(self, caller: str) -> Connection:
        """A connection for `caller`, to be given back by `release`.

        Raises AllConnectionsBusy if none is free within `pool_timeout_seconds`, DatabaseUnavailable if none can be
        made.
        """
        pool, most = self._pool, self._settings.pool_most
        must_wait = len(self._holders) + self._asking >= most
        self._waits += must_wait
        self._asking += 1
        started = time.monotonic()
        try:
            connection = await pool.acquire(timeout=self._settings.pool_timeout_seconds)
        except AWAY as error:
            if isinstance(error, TimeoutError) and len(self._holders) >= most:
                logger.warning("All {} connections are busy: {}", most, self._callers())
                raise AllConnectionsBusy from error
            raise unavailable(error, has_begun=False) from error
        finally:
            self._asking -= 1
            if must_wait:
                self._waited_seconds += time.monotonic() - started
        self._holders[connection] = _Holder(caller)
        return connection

    async def release(self, connection: Connection) -> None:
        del self._holders[connection]
        # The connection knows its pool: it finds home also after `close` has forgotten it.
        await connection._holder._pool.release(connection)

    def status(self) -> PoolStatus:
        pool, settings = self._pool, self._settings
        return PoolStatus(
            size=pool.get_size(),
            checked_out=len(self._holders),
            overflow=max(0, pool.get_size() - settings.pool_least),
            least=settings.pool_least,
            most=settings.pool_most,
            waiting=max(0, len(self._holders) + self._asking - settings.pool_most),
            waits=self._waits,
            waited_seconds=self._waited_seconds,
        )

    @property
    def _pool(self) -> Any:
        if self._opened is None:
            raise DatabaseUnavailable
        return self._opened

    def _callers(self) -> str:
        names = Counter(holder.name for holder in self._holders.values())
        return ", ".join(f"{name} {count}" for name, count in names.most_common())

    async def _name_who_holds_too_long(self) -> None:
        """A connection that is held keeps others waiting: say once whose it is."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            for holder in list(self._holders.values()):
                held = now - holder.since
                if held > self._settings.held_warning_seconds and not holder.is_named:
                    holder.is_named = True
                    self._figures.held_too_long += 1
                    logger.warning("{} has held a database connection for {:.1f} s", holder.name, held)

    async def _begin_life(self, connection: Connection) -> None:
        """JSON goes in as text that SQLAlchemy has made, and comes out as values.

        In a transaction, because asyncpg asks PostgreSQL in two messages, which a pooler would send to two servers.
        """
        async with connection.transaction():
            for name in ("json", "jsonb"):
                await connection.set_type_codec(name, encoder=str, decoder=orjson.loads, schema="pg_catalog")
        self._born[connection] = time.monotonic()
        connection.add_termination_listener(lambda gone: self._born.pop(gone, None))

    async def _keep_clean(self, connection: Connection) -> None:
        """A connection whose transaction has ended needs no reset: that would cost a round trip each time.

        One that is older than `pool_recycle_seconds` is replaced.
        """
        age = time.monotonic() - self._born.get(connection, 0.0)
        if connection.is_in_transaction() or age > self._settings.pool_recycle_seconds:
            connection.terminate()
