"""Posts in the staff's queue stay current: deleted ones are made again, and all follow the channel that is set."""

from collections.abc import Collection, Sequence
from contextlib import suppress

import discord

from bot.base_cog import BaseCog
from cogs.moderation._report_post import DELETED, report_channel
from database.errors import DatabaseUnavailable

PLACES = ("report_channel_id", "log_channel_id")


class StaffQueue(BaseCog):
    """A subclass says in `show_again` what its posts are about."""

    @BaseCog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        await self._lost(payload.guild_id, payload.channel_id, {payload.message_id})

    @BaseCog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        await self._lost(payload.guild_id, payload.channel_id, payload.message_ids)

    @BaseCog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """It may have been the queue, or what took its place."""
        await self._asked_again(channel.guild.id, None)

    @BaseCog.listener()
    async def on_setting_changed(self, guild_id: int, column: str) -> None:
        if column in PLACES:
            await self._asked_again(guild_id, None)

    async def show_again(self, guild_id: int, message_ids: Sequence[int] | None) -> Sequence[int]:
        """Have these posts, or all, looked at again; the numbers of what they are about."""
        raise NotImplementedError

    async def _lost(self, guild_id: int | None, channel_id: int, message_ids: Collection[int]) -> None:
        """Only what was deleted in the queue is looked up: elsewhere much more is."""
        guild = self.bot.get_guild(guild_id or 0)
        if guild is None:
            return
        with suppress(DatabaseUnavailable):  # the next change of what it is about finds its post gone
            config = await self.guild_configs.get(guild_id=guild.id)
            queue = report_channel(guild, config).channel
            if queue is not None and queue.id == channel_id:
                DELETED.extend(each for each in message_ids if each not in DELETED)
                await self._asked_again(guild.id, message_ids)

    async def _asked_again(self, guild_id: int, message_ids: Collection[int] | None) -> None:
        with suppress(DatabaseUnavailable):  # likewise
            if await self.show_again(guild_id, None if message_ids is None else list(message_ids)):
                self.bot.dispatch("outbox_filled")
