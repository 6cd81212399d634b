"""The post of a case in the mod log: made once, edited in place, made again where it is gone or the log has moved."""

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import discord

from bot.outbox import NotYet
from bot.post_channels import log_channel
from cogs.moderation._mass_looks import add_progress, job_of, mass_buttons, mass_view
from cogs.moderation._post_words import POST_WORDS, PostWords
from cogs.moderation._rendering import log_embed
from database.models import Case, MassState, WholeCase

if TYPE_CHECKING:
    from bot.client import Reeve


class Shows(NamedTuple):
    """`content`: as discord.py sends it. `digest` (SHA-256): whether a post shows it already."""

    content: dict[str, Any]
    digest: bytes


async def post_case(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Bring the post up to date. Raises NotYet, or what Discord and the database raise.

    Where the server's mod log is another channel by now, the old post is taken away and made there: what is found out
    later must not show where the log was moved away from. It goes first, so that a kill in between leaves none, and
    the next delivery makes it.
    """
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    whole = await bot.database.cases.whole(guild_id=guild.id, number=number)
    case = whole.case
    shows = _shows(whole, await job_of(bot, case), POST_WORDS[config.language])
    log = log_channel(guild.channels, config, guild.me)
    has_moved = log.channel is not None and log.channel.id != case.log_channel_id
    message = None
    if has_moved:
        await _taken_away(guild, case)
    else:
        message = await _edited(guild, case, shows)
    if message is None:
        message = await _made(log.channel, log.trouble, case, shows)
    await bot.database.cases.logged(
        guild_id=guild.id,
        number=case.number,
        channel_id=message.channel.id,
        message_id=message.id,
        digest=shows.digest,
    )


def _shows(whole: WholeCase, job: MassState | None, words: PostWords) -> Shows:
    embed = log_embed(whole, words)
    if job is None:
        return Shows({"embed": embed}, sha256(json.dumps(embed.to_dict()).encode()).digest())
    add_progress(embed, job, words)
    view = mass_view(job)
    shown = json.dumps([embed.to_dict(), [each.custom_id for each in mass_buttons(*job)]])
    return Shows({"embed": embed, "view": view}, sha256(shown.encode()).digest())


async def _made(
    channel: discord.TextChannel | None, trouble: str | None, case: Case, shows: Shows
) -> discord.Message:
    if channel is None:
        raise NotYet(trouble or "There is no mod log.")
    # The nonce makes a repeat within minutes give the first message; the lost one tells a re-made post apart.
    return await channel.send(**shows.content, nonce=nonce(case, (case.log_message_id or 0) % 10**5))


def _post_of(guild: discord.Guild, case: Case) -> discord.PartialMessage | None:
    if case.log_channel_id is None or case.log_message_id is None:
        return None
    channel = guild.get_channel(case.log_channel_id)
    return (
        channel.get_partial_message(case.log_message_id) if isinstance(channel, discord.TextChannel) else None
    )


async def _taken_away(guild: discord.Guild, case: Case) -> None:
    """One's own message needs no permission but to see the channel; without it the old post stays as it was."""
    if (post := _post_of(guild, case)) is not None:
        try:
            await post.delete()
        except (discord.NotFound, discord.Forbidden):
            return


async def _edited(guild: discord.Guild, case: Case, shows: Shows) -> discord.PartialMessage | None:
    """The post, brought up to date where it is; None if there is none, or no more."""
    post = _post_of(guild, case)
    if post is None or shows.digest == case.log_digest:
        return post
    try:
        await post.edit(**shows.content)
    except discord.NotFound:
        return None
    return post


def nonce(case: Case, what: object) -> str:
    """At most 25 characters, other for each case of each server: Discord's nonces may span channels."""
    return f"{case.guild_id % 10**9}-{case.number % 10**8}-{what}"
