"""Points for minutes with somebody else in a voice channel: the minute and the member are the key."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from cogs.points._earning_queue import EarningQueue
from cogs.points._whereabouts import channel_ids, role_ids
from database.errors import DatabaseUnavailable
from database.models.earning import Earner, Earning

if TYPE_CHECKING:
    from bot.client import Reeve

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)
MOST_MISSED = 180
"""Minutes that are made up for where time has jumped: who was there before it is who is there after."""


class Voice(BaseCog):
    """Looks at the beginning of each minute, and at once after a start: that minute may have had nobody to look."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self.queue = EarningQueue(bot, Earner.VOICE)
        self._looked_at: int | None = None
        self._looking: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="voice")

    async def cog_unload(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking
        await self.queue.close()

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            now = clock.now()
            minute = (now - EPOCH) // A_MINUTE
            try:
                await self._look(minute)
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the minutes of voice")
            left = EPOCH + (minute + 1) * A_MINUTE - clock.now()
            await clock.sleep(left.total_seconds())

    async def _look(self, minute: int) -> None:
        first = minute if self._looked_at is None else max(self._looked_at + 1, minute - MOST_MISSED + 1)
        self._looked_at = max(minute, self._looked_at or minute)
        for guild in self.bot.guilds:
            together = list(_together(guild))
            if together and first <= minute and await self._is_earning(guild.id):
                minutes = range(first, minute + 1)
                self.queue.put(guild.id, [_earning(each, *who) for each in minutes for who in together])

    async def _is_earning(self, guild_id: int) -> bool:
        try:
            return (await self.guild_configs.get(guild_id=guild_id)).voice_points > 0
        except DatabaseUnavailable:
            return True  # decided upon when the database is back


def _together(guild: discord.Guild) -> Iterator[tuple[discord.Member, discord.abc.GuildChannel]]:
    """Who is in a channel with somebody else: people, and neither of them deaf. The AFK channel does not count."""
    for channel in (*guild.voice_channels, *guild.stage_channels):
        if channel != guild.afk_channel:
            states = ((guild.get_member(user_id), state) for user_id, state in channel.voice_states.items())
            hearing = [
                member
                for member, state in states
                if member is not None and not member.bot and not state.deaf and not state.self_deaf
            ]
            if len(hearing) > 1:
                yield from ((member, channel) for member in hearing)


def _earning(minute: int, member: discord.Member, channel: discord.abc.GuildChannel) -> Earning:
    at = EPOCH + minute * A_MINUTE
    return Earning(minute, member.id, at, channel_ids(channel), role_ids(member))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Voice(bot))
