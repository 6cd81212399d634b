"""The one source of time and of ids. Ids carry their moment, so both must come from the same clock."""

import asyncio
import secrets
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Protocol

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)  # Discord's own, from its reference on snowflakes
MILLISECOND = timedelta(milliseconds=1)
LAST_MOMENT = EPOCH + MILLISECOND * (1 << 41)  # in 2084; an id of a later one needs more than 63 bits


class Clock(Protocol):
    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...

    def alarm(self, seconds: float, ring: Callable[[], None]) -> "Alarm": ...

    def advance(self, seconds: float) -> None: ...

    @property
    def jumps(self) -> int:
        """How often time passed of which nobody could notice anything: a heartbeat is not owed for it."""
        ...


class Alarm:
    """Rings once, unless it is cancelled before."""

    def __init__(self, alarms: "set[Alarm]", until: datetime, ring: Callable[[], None]) -> None:
        self._alarms = alarms
        self._ring = ring
        self.until = until
        self.timer: asyncio.TimerHandle | None = None
        alarms.add(self)

    def cancel(self) -> None:
        self._alarms.discard(self)
        if self.timer:
            self.timer.cancel()

    def ring(self) -> None:
        self.cancel()
        self._ring()


class _Alarms:
    """What both clocks do with who waits for a moment."""

    def __init__(self) -> None:
        self._alarms: set[Alarm] = set()

    @abstractmethod
    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm: ...

    async def sleep(self, seconds: float) -> None:
        wakes: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        alarm = self.alarm(seconds, partial(_wake, wakes))
        try:
            await wakes
        finally:
            alarm.cancel()

    def _ring(self, now: datetime) -> None:
        """What is due, in the order of the moments; one that rings may cancel another."""
        for alarm in sorted(self._alarms, key=lambda each: each.until):
            if alarm.until <= now and alarm in self._alarms:
                alarm.ring()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)


class SystemClock(_Alarms):
    """Real time, and ahead of it by what it was moved."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = timedelta()
        self.jumps = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        alarm = Alarm(self._alarms, self.now() + timedelta(seconds=seconds), ring)
        alarm.timer = asyncio.get_running_loop().call_later(max(seconds, 0), alarm.ring)
        return alarm

    def advance(self, seconds: float) -> None:
        ahead = self._ahead + timedelta(seconds=seconds)
        self._ring(datetime.now(UTC) + ahead)
        self._ahead = ahead
        self.jumps += 1


class ManualClock(_Alarms):
    """Stands still until it is told to move."""

    jumps = 0  # its time passes for everybody

    def __init__(self, start: datetime) -> None:
        super().__init__()
        self._now = start

    def now(self) -> datetime:
        return self._now

    def alarm(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        return Alarm(self._alarms, self._now + timedelta(seconds=seconds), ring)

    @property
    def deadlines(self) -> list[datetime]:
        """When each alarm will ring."""
        return sorted(alarm.until for alarm in self._alarms)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._ring(self._now)


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
        self._millisecond = max(self._millisecond, (last_id >> 22) + 1)


def snowflake_at(moment: datetime, number: int = 0) -> int:
    return ((moment - EPOCH) // MILLISECOND) << 22 | number


def moment_of(snowflake: int) -> datetime:
    return EPOCH + MILLISECOND * (snowflake >> 22)


@lru_cache(
    4096
)  # a moment is written down for each who reads of it, and who joined once is seen with every message
def timestamp(moment: datetime) -> str:
    """ISO 8601 with microseconds and offset, as Discord writes it."""
    return moment.isoformat(timespec="microseconds")


async def within(clock: Clock, seconds: float, wanted: Callable[[], Awaitable[object]]) -> bool:
    """Whether `wanted` finished before `seconds` passed on this clock."""
    try:
        async with asyncio.timeout(None) as limit:
            alarm = clock.alarm(seconds, lambda: limit.reschedule(0))
            try:
                await wanted()
            finally:
                alarm.cancel()
    except TimeoutError:
        if not limit.expired():
            raise
        return False
    return True
