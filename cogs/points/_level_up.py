"""A new level is announced: once for a member and level, whatever happens to Reeve meanwhile."""

from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.clock import clock
from bot.errors import the_permissions
from bot.outbox import NotYet
from bot.post_channels import LEVELS, found_channel
from cogs.points._level_words import LEVEL_WORDS
from database.models.level import PointLevel

if TYPE_CHECKING:
    from bot.client import Reeve

NONCE_HOLDS = timedelta(minutes=1)
"""For some minutes Discord gives the first message for a second one with its nonce; this long is sure."""
CLOCKS_DIFFER = timedelta(minutes=1)
MOST_READ = 1_000
"""Messages: what stands farther back in a busy channel is taken for not said."""


async def announce(bot: "Reeve", guild: discord.Guild, user_id: int) -> None:
    """Say the newest level of a member: of several that were reached at once, one word about the highest.

    An earlier attempt, of which nobody may have heard the end, is found by its nonce or, later, in the channel. Raises
    NotYet, or what Discord and the database raise.
    """
    newest = await bot.database.levels.newest(guild_id=guild.id, user_id=user_id)
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    if newest is None or config.level_channel_id is None:
        return
    channel, trouble = found_channel(LEVELS, guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no channel for new levels.")
    who = discord.Object(user_id)
    text = LEVEL_WORDS[config.language].reached.format(who=f"<@{user_id}>", level=f"**{newest.level}**")
    if clock.now() - newest.reached_at > NONCE_HOLDS and await _is_said(guild, channel, newest, text):
        return
    await channel.send(
        text,
        nonce=f"{guild.id % 10**9}-l{user_id % 10**8}-{newest.level}",
        allowed_mentions=discord.AllowedMentions(users=[who], roles=False, everyone=False),
    )


async def _is_said(guild: discord.Guild, channel: discord.TextChannel, newest: PointLevel, text: str) -> bool:
    if not channel.permissions_for(guild.me).read_message_history:
        missing = the_permissions(["read_message_history"])
        raise NotYet(
            f"I cannot see whether I have said it in #{channel.name} before: give the role Reeve {missing} there."
        )
    since = newest.reached_at - CLOCKS_DIFFER
    async for message in channel.history(after=since, limit=MOST_READ, oldest_first=True):
        if message.author == guild.me and message.content == text:
            return True
    return False
