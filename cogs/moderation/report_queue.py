"""The posts of reports in the staff's queue, and snapshots of messages that no report came of."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from loguru import logger

from bot.clock import clock
from bot.command_tree import incident
from cogs.moderation._staff_queue import StaffQueue
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

FORGET_EVERY_SECONDS = 3_600


class ReportQueue(StaffQueue):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._forgetting: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._forgetting = asyncio.create_task(self._forget_forever(), name="report snapshots")

    async def cog_unload(self) -> None:
        if self._forgetting is not None:
            self._forgetting.cancel()
            await asyncio.gather(self._forgetting, return_exceptions=True)

    async def show_again(self, guild_id: int, message_ids: Sequence[int] | None) -> Sequence[int]:
        return await self.bot.database.reports.show_again(guild_id=guild_id, message_ids=message_ids)

    async def _forget_forever(self) -> None:
        """Of guilds on other shards, too: it is the same for whoever does it."""
        while True:
            try:
                await self.bot.database.reports.forget_snapshots(now=clock.now())
            except DatabaseUnavailable:
                logger.warning("Snapshots that no report came of wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="snapshots of reports")
            await clock.sleep(FORGET_EVERY_SECONDS)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(ReportQueue(bot))
