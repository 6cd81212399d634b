"""The word that a moderator is paused: to the staff in the mod log, and to the server's owner."""

from contextlib import suppress
from typing import TYPE_CHECKING

import discord

from bot.clock import clock
from bot.outbox import NotYet
from bot.post_channels import log_channel
from bot.typed import cut
from cogs.moderation._direct_message import NONCE_KEEPS
from cogs.moderation._dm_rendering import is_shown_by
from cogs.moderation._guard_words import GUARD_WORDS

if TYPE_CHECKING:
    from bot.client import Reeve

ALARM = discord.Colour(0xDA373C)
GONE = (discord.Forbidden, discord.NotFound)


async def post_pause(bot: "Reeve", guild: discord.Guild, moderator_id: int) -> None:
    """Raises NotYet while there is no mod log. Nothing if they may go on by now."""
    embed = await _embed(bot, guild, moderator_id)
    if embed is None:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    channel, trouble = log_channel(guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    await _send_once(bot, channel, embed, f"{guild.id % 10**9}-gp{moderator_id % 10**12}")


async def tell_owner(bot: "Reeve", guild: discord.Guild, moderator_id: int) -> None:
    """Nothing if they accept no direct messages: the mod log says the same."""
    embed = await _embed(bot, guild, moderator_id)
    if embed is None or guild.owner_id is None:
        return
    with suppress(*GONE):
        channel = await bot.create_dm(discord.Object(guild.owner_id))
        await _send_once(bot, channel, embed, f"{guild.id % 10**9}-go{moderator_id % 10**12}")


async def _embed(bot: "Reeve", guild: discord.Guild, moderator_id: int) -> discord.Embed | None:
    row = await bot.database.staff_guards.get(guild_id=guild.id, moderator_id=moderator_id)
    if row is None or row.paused_at is None:
        return None
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    words = GUARD_WORDS[config.language]
    embed = discord.Embed(
        title=f"⛔ {words.title}",
        description=words.text.format(moderator=moderator_id, most=config.guard_acts_per_hour),
        colour=ALARM,
        timestamp=row.paused_at.replace(microsecond=row.paused_at.microsecond // 1000 * 1000),
    )
    return embed.set_footer(text=cut(guild.name, 100))


async def _send_once(
    bot: "Reeve", channel: discord.abc.Messageable, embed: discord.Embed, nonce: str
) -> None:
    """The nonce keeps a repeat from being a second message for a minute; later it is looked for."""
    assert embed.timestamp is not None
    if clock.now() - embed.timestamp > NONCE_KEEPS:
        with suppress(*GONE):
            async for message in channel.history(limit=100, after=embed.timestamp - NONCE_KEEPS):
                if message.author == bot.user and is_shown_by(message, embed):
                    return
    await channel.send(embed=embed, nonce=nonce)
