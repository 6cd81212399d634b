"""The weekly digest is planned here, each Monday at 09:00 of the server's time zone; the outbox posts it."""

import asyncio
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from cogs.moderation._digest import LATEST, newest_due
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 60


class WeeklyDigest(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="digests")

    async def cog_unload(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            try:
                await self._look()
            except DatabaseUnavailable:
                logger.warning("The weekly digests wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the weekly digests")
            await clock.sleep(LOOK_EVERY_SECONDS)

    async def _look(self) -> None:
        """Plan what is due and not too late; whoever else does the same plans nothing more."""
        now, digests = clock.now(), self.bot.database.digests
        is_planned = False
        for server in await digests.servers(shards=self.bot.own_shards):
            week, due_at = newest_due(now, ZoneInfo(server.time_zone))
            is_known = server.last_week is not None and server.last_week >= week
            if is_known or now - due_at > LATEST or self.bot.get_guild(server.guild_id) is None:
                continue
            is_planned |= await digests.plan(guild_id=server.guild_id, week=week, due_at=due_at)
        if is_planned:
            self.bot.dispatch("outbox_filled")


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(WeeklyDigest(bot))
