"""What nobody asks for: posts that were deleted are made again, and evidence is let go when its time is over."""

import asyncio
from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord.utils import snowflake_time
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.post_channels import log_channel
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 3600
PAUSE_SECONDS = 1
"""Between a few files and the next: nobody waits for this, and everybody else uses the same database."""
DELETED_AT_ONCE = timedelta(minutes=1)
LATER = timedelta(minutes=10)
"""Where another bot keeps the channel empty, two machines would write and delete for ever."""


class CaseKeeping(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._letting_go: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._letting_go = asyncio.create_task(self._let_go_forever(), name="evidence")

    async def cog_unload(self) -> None:
        if self._letting_go is not None:
            self._letting_go.cancel()
            await asyncio.gather(self._letting_go, return_exceptions=True)

    @BaseCog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        if payload.guild_id is not None:
            await self._deleted(payload.guild_id, payload.channel_id, [payload.message_id])

    @BaseCog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        if payload.guild_id is not None:
            await self._deleted(payload.guild_id, payload.channel_id, payload.message_ids)

    async def _deleted(self, guild_id: int, channel_id: int, message_ids: Collection[int]) -> None:
        """Asked in the mod log's channel only: members delete messages all day long."""
        guild = self.bot.get_guild(guild_id)
        if guild is None:
            return
        try:
            config = await self.guild_configs.get(guild_id=guild_id)
            found = log_channel(guild.channels, config, guild.me).channel
            if found is None or found.id != channel_id:
                return
            now = clock.now()
            is_fresh = now - snowflake_time(max(message_ids)) < DELETED_AT_ONCE
            lost = await self.cases.lost_posts(
                guild_id=guild_id,
                post_ids=sorted(message_ids),
                due_at=now + LATER if is_fresh else now,
            )
        except DatabaseUnavailable:
            logger.warning(
                "posts deleted in {} of {} are made again when their cases change", channel_id, guild_id
            )
            return
        if lost:
            self.bot.dispatch("outbox_filled")

    async def _let_go_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            if 0 in self.bot.own_shards.ids:  # one process does it for all
                await self._let_go()
            await clock.sleep(LOOK_EVERY_SECONDS)

    async def _let_go(self) -> None:
        together = 0
        try:
            while files := await self.bot.database.case_evidence.let_go(now=clock.now()):
                together += files
                await clock.sleep(PAUSE_SECONDS)
        except DatabaseUnavailable:
            logger.warning("Old evidence waits for the database.")
        except Exception as error:  # the loop must outlive any bug in it
            incident(error, at="letting evidence go")
        if together:
            logger.info("let go of {} files of evidence that their servers keep no longer", together)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(CaseKeeping(bot))
