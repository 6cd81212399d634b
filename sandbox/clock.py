"""The one source of time and of ids. Ids carry their moment, so both must come from the same clock."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # Discord's own, from its reference on snowflakes
MILLISECOND = timedelta(milliseconds=1)
LAST_MOMENT = EPOCH + MILLISECOND * (1 << 41)  # in 2084; an id of a later one needs more than 63 bits


class Clock(Protocol):
    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...

    def advance(self, seconds: float) -> None: ...

    @property
    def jumps(self) -> int:
        """How often time passed of which nobody could notice anything: a heartbeat is not owed for it."""
        ...


class _Sleepers:
    """Who sleeps until when; who is due wakes in the order of the moments."""

    def __init__(self) -> None:
        self._due: dict[asyncio.Future[None], datetime] = {}

    async def sleep(self, until: datetime, *, timer: float | None = None) -> None:
        """Until somebody wakes it; with a timer, at the latest after so many real seconds."""
        loop = asyncio.get_running_loop()
        wakes: asyncio.Future[None] = loop.create_future()
        self._due[wakes] = until
        alarm = None if timer is None else loop.call_later(max(timer, 0), _wake, wakes)
        try:
            await wakes
        finally:
            del self._due[wakes]
            if alarm:
                alarm.cancel()

    def wake(self, now: datetime) -> None:
        for wakes, until in sorted(self._due.items(), key=lambda each: each[1]):
            if until <= now:
                _wake(wakes)

    @property
    def deadlines(self) -> list[datetime]:
        return sorted(until for wakes, until in self._due.items() if not wakes.done())


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


class SystemClock:
    """Real time, and ahead of it by what it was moved."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._sleepers = _Sleepers()
        self.jumps = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def sleep(self, seconds: float) -> None:
        await self._sleepers.sleep(self.now() + timedelta(seconds=seconds), timer=seconds)

    def advance(self, seconds: float) -> None:
        ahead = self._ahead + timedelta(seconds=seconds)
        self._sleepers.wake(datetime.now(UTC) + ahead)
        self._ahead = ahead
        self.jumps += 1


class ManualClock:
    """Stands still until it is told to move."""

    jumps = 0  # its time passes for everybody

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._sleepers = _Sleepers()

    def now(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await self._sleepers.sleep(self._now + timedelta(seconds=seconds))

    @property
    def deadlines(self) -> list[datetime]:
        """When each of those who still sleep will wake."""
        return self._sleepers.deadlines

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._sleepers.wake(self._now)


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
