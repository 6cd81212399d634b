"""The one source of time of this process: real time, and ahead of it by what a test or a sandbox has moved it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def move_to(self, ahead: timedelta) -> None:
        """So far ahead of real time; who waits looks at once whether its moment has come."""
        self.ahead = ahead
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        await self._sleep_until(self.now() + timedelta(seconds=seconds))

    async def _sleep_until(self, due: datetime) -> None:
        while (left := (due - self.now()).total_seconds()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Until the event is set, and at most so long."""
        due = self.now() + timedelta(seconds=seconds)
        waiting = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self._sleep_until(due))]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()


clock = Clock()
