"""Deliver one row of the outbox: the post of a case, or the word to its target."""

import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown

from bot.post_channels import log_channel
from cogs.moderation._rendering import log_embed
from cogs.moderation._words import WORDS
from database.models import Case, CaseState, Delivery, DirectMessage, GuildSettings, OutboxRow

if TYPE_CHECKING:
    from bot.client import Reeve


class NotYet(Exception):
    """It cannot be delivered now; the text says what stands in the way."""


async def deliver(bot: "Reeve", row: OutboxRow) -> None:
    """Show what is true now. Raises NotYet, or what Discord and the database raise."""
    guild = bot.get_guild(row.guild_id)
    if guild is None or guild.unavailable:
        raise NotYet("Reeve is not in that server at the moment.")
    await DELIVERIES[row.kind](bot, guild, row.subject_id)


async def give_up(bot: "Reeve", row: OutboxRow) -> None:
    """Say on the case that its target was not told."""
    if row.kind is Delivery.CASE_DIRECT_MESSAGE:
        await bot.database.cases.told(
            guild_id=row.guild_id, number=row.subject_id, outcome=DirectMessage.FAILED
        )


async def _post(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Edit the post of the case where it is; make it if there is none, or no more."""
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    case, revisions, files = await bot.database.cases.whole(guild_id=guild.id, number=number)
    embed = log_embed(case, WORDS[config.language], files, revisions)
    digest = sha256(json.dumps(embed.to_dict()).encode()).digest()
    message = await _edited(guild, case, embed, digest) or await _made(guild, config, case, embed)
    await bot.database.cases.logged(
        guild_id=guild.id,
        number=case.number,
        channel_id=message.channel.id,
        message_id=message.id,
        digest=digest,
    )


async def _made(
    guild: discord.Guild, config: GuildSettings, case: Case, embed: discord.Embed
) -> discord.Message:
    channel, trouble = log_channel(guild.channels, config, guild.me)
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    # The nonce makes a repeat within minutes give the first message; the lost one tells a re-made post apart.
    return await channel.send(embed=embed, nonce=_nonce(case, (case.log_message_id or 0) % 10**5))


async def _edited(
    guild: discord.Guild, case: Case, embed: discord.Embed, digest: bytes
) -> discord.PartialMessage | None:
    """The post, brought up to date where it is; None if there is none, or no more."""
    if case.log_channel_id is None or case.log_message_id is None:
        return None
    channel = guild.get_channel(case.log_channel_id)
    if not isinstance(channel, discord.TextChannel):
        return None
    message = channel.get_partial_message(case.log_message_id)
    if digest == case.log_digest:
        return message
    try:
        await message.edit(embed=embed)
    except discord.NotFound:
        return None
    return message


async def _tell(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Tell the target once. A message that Discord refuses for good is noted on the case and not tried again."""
    case = await bot.database.cases.get(guild_id=guild.id, number=number)
    if case.direct_message is not DirectMessage.PENDING or case.state is CaseState.VOID:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    words = WORDS[config.language]
    embed = discord.Embed(
        title=words.you_were_warned.format(guild=guild.name)[:256],
        description=escape_markdown(case.reason),
        colour=discord.Colour(0xF0B232),
    )
    embed.set_footer(text=f"{words.case} {case.number} · {words.look_up}")
    outcome = DirectMessage.SENT
    try:
        channel = await bot.create_dm(discord.Object(case.target_id))
        await channel.send(embed=embed, nonce=_nonce(case, "dm"))
    except (discord.Forbidden, discord.NotFound):
        outcome = DirectMessage.FAILED
    await bot.database.cases.told(guild_id=guild.id, number=case.number, outcome=outcome)
    bot.dispatch("outbox_filled")


def _nonce(case: Case, what: object) -> str:
    """At most 25 characters, other for each case of each server: Discord's nonces may span channels."""
    return f"{case.guild_id % 10**9}-{case.number % 10**8}-{what}"


DELIVERIES: dict[Delivery, Callable[["Reeve", discord.Guild, int], Awaitable[None]]] = {
    Delivery.CASE_LOG: _post,
    Delivery.CASE_DIRECT_MESSAGE: _tell,
}
