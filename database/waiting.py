"""Who waits for what is scarce, and how long: who has 3 seconds, then who was told to wait, then what nobody waits for.

Among equals whoever began first goes first.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

from database.errors import AllConnectionsBusy
from database.settings import PoolSettings

T = TypeVar("T")

MOST_PATIENT = 1_000
"""In one line. Whoever came after them would wait longer than their answer may take."""
MOST_OPENING = 2
"""In one guild at once: one has the row that counts its cases, one stands ready for it."""

HURRIED, ANSWERED, UNASKED = range(3)
_rank: ContextVar[tuple[int, float]] = ContextVar("_rank", default=(HURRIED, 0.0))


def be_patient(*, is_person_waiting: bool = True) -> None:
    """From now on this task, and those that it starts, may wait: nobody's 3 seconds run, or they were met."""
    _rank.set((ANSWERED if is_person_waiting else UNASKED, time.monotonic()))


def is_hurried() -> bool:
    return _rank.get()[0] == HURRIED


class Places(Generic[T]):
    """Of those who wait for one kind of thing. What is offered goes to who is first."""

    def __init__(self) -> None:
        self._places: list[tuple[tuple[int, float], int, asyncio.Future[T]]] = []
        self._arrivals = itertools.count()

    async def wait(self, hand_on: Callable[[T], None]) -> T:
        """What is offered. `hand_on` gets what comes in the moment of giving up."""
        place: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._places, (_rank.get(), next(self._arrivals), place))
        try:
            return await place
        except BaseException:
            if place.done() and not place.cancelled() and place.exception() is None:
                hand_on(place.result())
            raise

    def offer(self, thing: T) -> bool:
        """False if nobody waits."""
        while self._places:
            *_, place = heapq.heappop(self._places)
            if not place.done():
                place.set_result(thing)
                return True
        return False

    def send_away(self, error: Exception) -> None:
        for *_, place in self._places:
            if not place.done():
                place.set_exception(error)


class OrderedLock:
    """As asyncio's, and whoever is hurried goes first."""

    def __init__(self) -> None:
        self._is_taken = False
        self._places: Places[None] = Places()

    async def __aenter__(self) -> None:
        if self._is_taken:
            await self._places.wait(self._pass_on)
        self._is_taken = True

    async def __aexit__(self, *_: object) -> None:
        self._pass_on()

    def _pass_on(self, _: None = None) -> None:
        self._is_taken = self._places.offer(None)


class Line(Places[T]):
    """In which nobody waits for ever."""

    def __init__(self, settings: PoolSettings) -> None:
        super().__init__()
        self._settings = settings
        self.waiting = 0

    async def wait(self, hand_on: Callable[[T], None]) -> T:
        """Raises TimeoutError."""
        rank, since = _rank.get()
        if rank != HURRIED and self.waiting >= MOST_PATIENT:
            raise TimeoutError
        self.waiting += 1
        try:
            async with asyncio.timeout(self._seconds(rank, since)):
                return await super().wait(hand_on)
        finally:
            self.waiting -= 1

    def _seconds(self, rank: int, since: float) -> float:
        """Who has used their patience up is in a hurry again, and yet the first of the patient."""
        least = self._settings.pool_timeout_seconds
        if rank == HURRIED:
            return least
        return max(least, since + self._settings.pool_patience_seconds - time.monotonic())


class Turns:
    """Cases of one guild are opened one after another, for their numbers have no gaps: whose turn it is not waits here.

    In PostgreSQL they would wait for the row, each with a connection that all guilds need, and be sent away sooner.
    """

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._taken: dict[int, int] = {}
        self._lines: dict[int, Line[None]] = {}

    @asynccontextmanager
    async def of(self, guild_id: int) -> AsyncIterator[None]:
        """Raises AllConnectionsBusy."""
        if self._taken.get(guild_id, 0) < MOST_OPENING:
            self._taken[guild_id] = self._taken.get(guild_id, 0) + 1
        else:
            line = self._lines.setdefault(guild_id, Line(self._settings))
            try:
                await line.wait(lambda _: self._end(guild_id))
            except TimeoutError as error:
                raise AllConnectionsBusy from error
        try:
            yield
        finally:
            self._end(guild_id)

    def _end(self, guild_id: int) -> None:
        line = self._lines.get(guild_id)
        if line is not None and line.offer(None):
            return
        self._lines.pop(guild_id, None)
        self._taken[guild_id] -= 1
        if not self._taken[guild_id]:
            del self._taken[guild_id]
