"""What has just been earned, on its way into the database: what comes while a batch is written is the next one."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from loguru import logger

from bot.clock import clock
from bot.command_tree import incident
from database.errors import DatabaseUnavailable
from database.models.earning import Decision, Earner, Earning

if TYPE_CHECKING:
    from bot.client import Reeve

MOST_AT_ONCE = 500
MOST_WAITING = 10_000
"""Of one server, at about 500 bytes each. What comes beyond earns nothing, and is counted."""
AGAIN_SECONDS = 2
FLUSH_SECONDS = 3

Decided = Callable[[int, Sequence[Earning], Sequence[Decision]], None]


class EarningQueue:
    """One for messages, one for voice. `decided` hears what became of each batch, by its server."""

    def __init__(self, bot: "Reeve", earner: Earner, decided: Decided | None = None) -> None:
        self._earnings, self._earner, self._decided = bot.database.earnings, earner, decided
        self._waiting: dict[int, deque[Earning]] = {}
        self._at_work: dict[int, asyncio.Task[None]] = {}
        self.dropped = 0

    def put(self, guild_id: int, earnings: Sequence[Earning]) -> None:
        """The first is written at once, by a task of its server that ends when nothing waits."""
        if not earnings:
            return
        queue = self._waiting.setdefault(guild_id, deque())
        room = MOST_WAITING - len(queue)
        queue.extend(earnings[:room])
        self._drop(guild_id, len(earnings) - room)
        if guild_id not in self._at_work:
            work = self._write(guild_id, queue)
            self._at_work[guild_id] = asyncio.create_task(work, name=f"earnings of {guild_id}")

    async def written(self) -> None:
        """Until nothing waits."""
        while self._at_work:
            await asyncio.wait(self._at_work.values())

    async def close(self) -> None:
        """Write what waits; what the database does not take in time is lost, and counted."""
        tasks = list(self._at_work.values())
        if tasks:
            await asyncio.wait(tasks, timeout=FLUSH_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for guild_id, queue in self._waiting.items():
            self._drop(guild_id, len(queue))

    async def _write(self, guild_id: int, queue: deque[Earning]) -> None:
        try:
            while queue:
                batch = list(islice(queue, MOST_AT_ONCE))
                try:
                    decided = await self._earnings.earn(
                        guild_id=guild_id, earner=self._earner, earnings=batch
                    )
                except DatabaseUnavailable as error:
                    logger.warning("{} earnings of {} wait: {}", len(queue), guild_id, type(error).__name__)
                    await clock.sleep(AGAIN_SECONDS)
                    continue
                except Exception as error:  # a bug must not hold up all that comes after
                    incident(error, at=f"the earnings of {guild_id}")
                    decided = []
                for _ in batch:
                    queue.popleft()
                if self._decided is not None and decided:
                    self._decided(guild_id, batch, decided)
            del self._waiting[guild_id]
        finally:
            del self._at_work[guild_id]

    def _drop(self, guild_id: int, number: int) -> None:
        if number > 0:
            self.dropped += number
            logger.warning("{} earnings of {} are lost, {} in all", number, guild_id, self.dropped)
