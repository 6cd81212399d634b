"""The connections: how many, how long, who holds them, and a clear word when there is none left."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from typing import Any, NamedTuple

import asyncpg
import orjson
from loguru import logger

from database.errors import AllConnectionsBusy, DatabaseUnavailable
from database.figures import Figures
from database.outages import AWAY, unavailable
from database.settings import PoolSettings
from database.waiting import Line, is_hurried

Connection = Any  # asyncpg has no types

CONNECT_SECONDS = 10
CLOSE_SECONDS = 5
BEGIN_SECONDS = 1.5
"""A transaction begins at once: a connection that has not answered by then was forgotten on the way."""
LATE_SECONDS = 2
"""How much later than PostgreSQL itself we end a statement."""
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


class _Link:
    """One connection, and who has it since when; or since when nobody does."""

    __slots__ = ("born", "connection", "holder", "is_named", "since")

    def __init__(self, connection: Connection) -> None:
        self.connection, self.born = connection, time.monotonic()
        self.holder, self.since, self.is_named = "", self.born, False

    def lent_to(self, holder: str) -> None:
        self.holder, self.since, self.is_named = holder, time.monotonic(), False


class Pool:
    """Connections, last in, first out, so that what is not needed grows old and is closed.

    Not asyncpg's own pool: that makes a task and two timers for each loan, a fifth of the cost of a small read, and
    cancelling can interrupt a return to it. Here taking and returning a connection that is free waits for nothing.
    """

    def __init__(self, dsn: str, settings: PoolSettings, figures: Figures) -> None:
        self._dsn, self._settings, self._figures = dsn, settings, figures
        said = {} if settings.has_session else settings.limits()
        self.limits_at_begin = "".join(f"; SET LOCAL {name} = '{value}'" for name, value in said.items())
        """SQL that goes with each BEGIN, where a connection cannot keep its limits itself."""
        self.begin_seconds = BEGIN_SECONDS if settings.has_session else settings.pool_timeout_seconds
        """A pooler keeps BEGIN waiting while its servers are busy or away, for minutes if we let it."""
        self._is_open = False
        self._watch: asyncio.Task[None] | None = None
        self._free: list[_Link] = []
        self._lent: dict[Connection, _Link] = {}
        self._taken = 0
        """Places that are not free: connections that are lent, being made, or on their way to who waits."""
        self._line: Line[_Link | None] = Line(settings)
        self._emptied = asyncio.Event()
        self._waits = 0
        self._waited_seconds = 0.0

    async def open(self) -> None:
        """Raise DatabaseUnavailable if no connection can be had."""
        self._is_open = True
        try:
            while len(self._free) < min(self._settings.pool_least, self._settings.pool_most):
                self._free.append(await self._connected(CONNECT_SECONDS))
        except BaseException as error:
            await self.close()
            if isinstance(error, AWAY):
                raise DatabaseUnavailable from error
            raise
        self._watch = asyncio.create_task(self._look_after())

    async def close(self) -> None:
        """Let running actions end (at most 5 s), then close all connections."""
        self._is_open = False
        if self._watch is not None:
            self._watch.cancel()
        self._line.send_away(DatabaseUnavailable())
        with suppress(*AWAY):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._free:
                    await self._free.pop().connection.close()
                while self._taken:
                    self._emptied.clear()
                    await self._emptied.wait()
        for link in (*self._lent.values(), *self._free):
            link.connection.terminate()
        self._free.clear()

    async def acquire(self, caller: str) -> Connection:
        """A connection for `caller`, to be given back by `release`.

        Raises AllConnectionsBusy if none is free within `pool_timeout_seconds` (of the patient, see `waiting`:
        `pool_patience_seconds`), DatabaseUnavailable if none can be made.
        """
        link = self._at_hand() or await self._made_or_waited_for()
        link.lent_to(caller)
        self._lent[link.connection] = link
        return link.connection

    def _at_hand(self) -> _Link | None:
        while self._free:
            link = self._free.pop()
            if not link.connection.is_closed():
                self._taken += 1
                return link
        return None

    async def _made_or_waited_for(self) -> _Link:
        if not self._is_open:
            raise DatabaseUnavailable
        if self._taken < self._settings.pool_most:
            self._taken += 1
            return await self._made()
        return await self._waited_for() or await self._made()

    async def _made(self) -> _Link:
        """In a place that is taken already."""
        try:
            return await self._connected(
                self._settings.pool_timeout_seconds if is_hurried() else CONNECT_SECONDS
            )
        except BaseException as error:
            if isinstance(error, AWAY) and not self._lent:
                self._line.send_away(unavailable(error, has_begun=False))  # nobody would fare better
            self._hand_on(None)
            if isinstance(error, AWAY):
                raise unavailable(error, has_begun=False) from error
            raise

    async def _waited_for(self) -> _Link | None:
        """What somebody gives back; None: a place in which to make one."""
        self._waits += 1
        started = time.monotonic()
        try:
            link = await self._line.wait(self._hand_on)
        except TimeoutError as error:
            logger.warning("All {} connections are busy: {}", self._settings.pool_most, self._holders())
            raise AllConnectionsBusy from error
        finally:
            self._waited_seconds += time.monotonic() - started
        if not self._is_open:
            self._hand_on(link)
            raise DatabaseUnavailable
        return link

    async def release(self, connection: Connection) -> None:
        """Take it back. One that is broken, too old, or in a transaction is closed instead.

        A connection whose transaction has ended needs no reset: that would cost a round trip each time.
        """
        link = self._lent.pop(connection)
        if self._is_open and self._is_good(link):
            self._hand_on(link)
        else:
            connection.terminate()
            self._hand_on(None)

    def _is_good(self, link: _Link) -> bool:
        is_young = time.monotonic() - link.born <= self._settings.pool_recycle_seconds
        return is_young and not link.connection.is_closed() and not link.connection.is_in_transaction()

    def _hand_on(self, link: _Link | None) -> None:
        """Give a connection, or the place of one, to who is first in line; else it is free."""
        if self._line.offer(link):
            return
        self._taken -= 1
        if link is not None:
            link.since = time.monotonic()
            self._free.append(link)
        if not self._taken:
            self._emptied.set()

    def status(self) -> PoolStatus:
        if not self._is_open:
            raise DatabaseUnavailable
        size, settings = self._taken + len(self._free), self._settings
        return PoolStatus(
            size=size,
            checked_out=len(self._lent),
            overflow=max(0, size - settings.pool_least),
            least=settings.pool_least,
            most=settings.pool_most,
            waiting=self._line.waiting,
            waits=self._waits,
            waited_seconds=self._waited_seconds,
        )

    def _holders(self) -> str:
        names = Counter(link.holder for link in self._lent.values())
        return ", ".join(f"{name} {count}" for name, count in names.most_common())

    async def _look_after(self) -> None:
        """Say once who holds a connection too long, for it keeps others waiting; close what nobody needs."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            now = time.monotonic()
            for link in self._lent.values():
                held = now - link.since
                if held > self._settings.held_warning_seconds and not link.is_named:
                    link.is_named = True
                    self._figures.held_too_long += 1
                    logger.warning("{} has held a database connection for {:.1f} s", link.holder, held)
            await self._close_unneeded(now)

    async def _close_unneeded(self, now: float) -> None:
        """The free ones stand in the order in which they came back."""
        least, seconds = self._settings.pool_least, self._settings.pool_idle_seconds
        while seconds and self._free and len(self._free) + self._taken > least:
            if now - self._free[0].since < seconds:
                return
            with suppress(*AWAY):
                await self._free.pop(0).connection.close(timeout=CLOSE_SECONDS)

    async def _connected(self, seconds: float) -> _Link:
        """JSON goes in as text that SQLAlchemy has made, and comes out as values.

        In a transaction, because asyncpg asks PostgreSQL in two messages, which a pooler would send to two servers.
        """
        settings = self._settings
        async with asyncio.timeout(seconds):
            connection = await asyncpg.connect(
                self._dsn,
                server_settings=settings.session(),
                statement_cache_size=settings.statement_cache if settings.has_session else 0,
                command_timeout=settings.statement_timeout_seconds + LATE_SECONDS
                if settings.statement_timeout_seconds
                else None,
            )
            try:
                async with connection.transaction():
                    for name in ("json", "jsonb"):
                        await connection.set_type_codec(
                            name, encoder=str, decoder=orjson.loads, schema="pg_catalog"
                        )
            except BaseException:
                connection.terminate()
                raise
        return _Link(connection)
