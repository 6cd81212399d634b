"""Posts of appeals stay current: those that were deleted are made again, and follow the channel that is set."""

from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

import discord

from bot.base_cog import BaseCog
from cogs.moderation._report_post import report_channel
from cogs.moderation.report_queue import PLACES
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve


class AppealQueue(BaseCog):
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
        with suppress(DatabaseUnavailable):  # the next change of the appeal finds its post gone
            config = await self.guild_configs.get(guild_id=guild.id)
            queue = report_channel(guild, config).channel
            if queue is not None and queue.id == channel_id:
                await self._show_again(guild.id, message_ids)

    async def _show_again(self, guild_id: int, message_ids: Collection[int] | None) -> None:
        with suppress(DatabaseUnavailable):  # likewise
            wanted = None if message_ids is None else list(message_ids)
            if await self.bot.database.appeals.show_again(guild_id=guild_id, message_ids=wanted):
                self.bot.dispatch("outbox_filled")


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(AppealQueue(bot))
