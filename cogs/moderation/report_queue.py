"""The staff's queue stays current: posts that were deleted are made again, and follow the channel that is set."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from cogs.moderation._report_post import DELETED, report_channel
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

FORGET_EVERY_SECONDS = 3_600
PLACES = ("report_channel_id", "log_channel_id")


class ReportQueue(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._forgetting: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._forgetting = asyncio.create_task(self._forget_forever(), name="report snapshots")

    async def cog_unload(self) -> None:
        if self._forgetting is not None:
            self._forgetting.cancel()
            await asyncio.gather(self._forgetting, return_exceptions=True)

    @BaseCog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._lost(payload.guild_id, payload.channel_id, {payload.message_id})

    @BaseCog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._lost(payload.guild_id, payload.channel_id, payload.message_ids)

    @BaseCog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """It may have been the queue, or what took its place."""
        await self._show_again(channel.guild.id, None)

    @BaseCog.listener()
    async def on_setting_changed(self, guild_id: int, column: str) -> None:
        if column in PLACES:
            await self._show_again(guild_id, None)

    async def _lost(self, guild_id: int | None, channel_id: int, message_ids: Collection[int]) -> None:
        """Only what was deleted in the queue is looked up: elsewhere much more is."""
        guild = self.bot.get_guild(guild_id or 0)
        if guild is None:
            return
        with suppress(DatabaseUnavailable):  # the next change of the report finds its post gone
            config = await self.guild_configs.get(guild_id=guild.id)
            queue = report_channel(guild, config).channel
            if queue is not None and queue.id == channel_id:
                DELETED.extend(message_ids)
                await self._show_again(guild.id, message_ids)

    async def _show_again(self, guild_id: int, message_ids: Collection[int] | None) -> None:
        with suppress(DatabaseUnavailable):  # likewise
            wanted = None if message_ids is None else list(message_ids)
            if await self.bot.database.reports.show_again(guild_id=guild_id, message_ids=wanted):
                self.bot.dispatch("outbox_filled")

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
