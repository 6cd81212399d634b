"""Who waits for what is scarce, and how long: the hurried first, then the patient, in the order in which they began."""

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

_patient_since: ContextVar[float | None] = ContextVar("_patient_since", default=None)


def be_patient() -> None:
    """From now on this task, and those that it starts, may wait: nobody's 3 seconds run, or they were met."""
    _patient_since.set(time.monotonic())


def is_hurried() -> bool:
    return _patient_since.get() is None


class Line(Generic[T]):
    """Those who wait for one kind of thing. What is offered goes to who is first."""

    def __init__(self, settings: PoolSettings) -> None:
        self._settings = settings
        self._places: list[tuple[bool, float, int, asyncio.Future[T]]] = []
        self._arrivals = itertools.count()
        self.waiting = 0

    async def wait(self, hand_on: Callable[[T], None]) -> T:
        """What is offered, or TimeoutError. `hand_on` gets what comes in the moment of giving up."""
        since = _patient_since.get()
        if since is not None and self.waiting >= MOST_PATIENT:
            raise TimeoutError
        place: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._places, (since is not None, since or 0.0, next(self._arrivals), place))
        self.waiting += 1
        try:
            async with asyncio.timeout(self._seconds(since)):
                return await place
        except BaseException:
            if place.done() and not place.cancelled() and place.exception() is None:
                hand_on(place.result())
            raise
        finally:
            self.waiting -= 1

    def _seconds(self, since: float | None) -> float:
        """Who has used their patience up is in a hurry again, and yet the first of the patient."""
        least = self._settings.pool_timeout_seconds
        if since is None:
            return least
        return max(least, since + self._settings.pool_patience_seconds - time.monotonic())

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
