"""The one source of time and of ids. Ids carry their moment, so both must come from the same clock."""

import asyncio
import heapq
import itertools
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # Discord's own, from its reference on snowflakes
MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """Stands still until it is told to move; what sleeps on it wakes in the order of its moments."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        wakes: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), next(self._order), wakes))
        await wakes

    @property
    def deadlines(self) -> list[datetime]:
        """When each of those who still sleep will wake."""
        return [moment for moment, _, wakes in self._sleepers if not wakes.done()]

    def advance(self, seconds: float) -> None:
        until = self._now + timedelta(seconds=seconds)
        while self._sleepers and self._sleepers[0][0] <= until:
            self._now, _, wakes = heapq.heappop(self._sleepers)
            if not wakes.done():
                wakes.set_result(None)
        self._now = until


class Snowflakes:
    """Ids that only grow. The ten worker bits are drawn at each start, so a clock set back repeats nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._worker = secrets.randbits(10) << 12
        self._millisecond = 0
        self._sequence = 0

    def next(self) -> int:
        now = (self._clock.now() - EPOCH) // MILLISECOND
        if now > self._millisecond:
            self._millisecond, self._sequence = now, 0
        elif self._sequence == 0xFFF:
            self._millisecond, self._sequence = self._millisecond + 1, 0
        else:
            self._sequence += 1
        return self._millisecond << 22 | self._worker | self._sequence

    def never_before(self, last_id: int) -> None:
        """Also after a restart with a clock that was set back, ids stay above `last_id`."""
        self._millisecond = max(self._millisecond, last_id >> 22)


def snowflake_at(moment: datetime, number: int = 0) -> int:
    return ((moment - EPOCH) // MILLISECOND) << 22 | number


def moment_of(snowflake: int) -> datetime:
    return EPOCH + MILLISECOND * (snowflake >> 22)


def timestamp(moment: datetime) -> str:
    """ISO 8601 with microseconds and offset, as Discord writes it."""
    return moment.isoformat(timespec="microseconds")


async def within(clock: Clock, seconds: float, wanted: Callable[[], Awaitable[object]]) -> bool:
    """Whether `wanted` finished before `seconds` passed on this clock."""
    waiting = asyncio.ensure_future(wanted())
    deadline = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({waiting, deadline}, return_when=asyncio.FIRST_COMPLETED)
        return waiting.done()
    finally:
        waiting.cancel()
        deadline.cancel()
