"""Boards are as new as the question: what this process has just committed is counted before somebody reads them."""

import asyncio
from typing import TYPE_CHECKING

from bot.clock import clock
from database.models import Progress

if TYPE_CHECKING:
    from bot.client import Reeve

MOST_TURNS = 10
PAUSE_SECONDS = 0.01
"""Somebody's transaction is in its last moments: what is counted begins before the oldest that is open."""


async def catch_up(bot: "Reeve", guild_id: int) -> None:
    """Count what is waiting, for at most MOST_TURNS batches. What is left, or in another process, is counted soon."""
    waiting = bot.database.points_moved
    if guild_id not in waiting:
        return
    waiting.discard(guild_id)
    for _ in range(MOST_TURNS):
        progress = await bot.database.boards.refresh(guild_id=guild_id, now=clock.now())
        if progress is Progress.DONE:
            return
        if progress is Progress.BUSY:
            await asyncio.sleep(PAUSE_SECONDS)
    waiting.add(guild_id)
