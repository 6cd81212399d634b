"""Deliver what follows from reports: their posts in the staff's queue, and the answers to their reporters."""

import json
from collections import deque
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import discord

from bot.clock import clock
from bot.outbox import NotYet
from bot.post_channels import REPORTS, FoundChannel, found_channel, log_channel
from bot.typed import one_line, shown
from cogs.moderation._report_rendering import report_embed, report_view
from cogs.moderation._report_words import REPORT_WORDS
from database.models import DirectMessage, GuildSettings, Report, ReportReply, ReportState

if TYPE_CHECKING:
    from bot.client import Reeve

TEXT_LIMIT = 2_000
NONCE_KEEPS = timedelta(minutes=1)
"""Discord gives the first message for a second with its nonce "in the past few minutes"; after this it is looked for.
https://discord.com/developers/docs/resources/message#create-message"""

DELETED: deque[int] = deque(maxlen=100)
"""The last messages that were deleted in a queue: one may go before it is noted as a report's post."""


def report_channel(guild: discord.Guild, config: GuildSettings) -> FoundChannel:
    """Where reports are posted; the mod log where a server has no channel for them."""
    found = found_channel(REPORTS, guild.channels, config, guild.me)
    is_named = any(channel.name == REPORTS.found_by for channel in guild.text_channels)
    if found.channel is None and config.report_channel_id is None and not is_named:
        log = log_channel(guild.channels, config, guild.me)
        return log if log.channel is not None else found
    return found


async def post_report(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Edit the post of the report where it is; make it where there is none, or no more, or the queue has moved.

    Raises NotYet, or what Discord and the database raise. A closed report stays where it was posted.
    """
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    whole = await bot.database.reports.whole(guild_id=guild.id, number=number)
    report, words = whole.report, REPORT_WORDS[config.language]
    queue = report_channel(guild, config)
    old = _post_of(guild, report)
    stays = old is not None and (
        report.state is ReportState.CLOSED
        or queue.channel is None
        or queue.channel.id == report.post_channel_id
    )
    channel = guild.get_channel(report.post_channel_id or 0) if stays else queue.channel
    if not isinstance(channel, discord.TextChannel):
        raise NotYet(queue.trouble or "There is no channel for reports.")
    embed = report_embed(whole, words, with_names=await _is_among_staff(guild, channel, report))
    view = report_view(report, words)
    shows = [embed.to_dict(), view.to_components()]
    digest = sha256(json.dumps(shows).encode()).digest()
    message: discord.PartialMessage | discord.Message | None = None
    if stays:
        message = await _edited(old, report, embed, view, digest)
    elif old is not None:
        await _taken_away(old)
    if message is None:
        message = await channel.send(embed=embed, view=view, nonce=_nonce(report))
    await bot.database.reports.posted(
        guild_id=guild.id,
        number=number,
        channel_id=message.channel.id,
        message_id=message.id,
        digest=digest,
    )
    if message.id in DELETED:
        await bot.database.reports.show_again(guild_id=guild.id, message_ids=[message.id])


async def answer_reporter(bot: "Reeve", guild: discord.Guild, reply_id: int) -> None:
    """Send one answer to one reporter, once. What Discord refuses for good is noted and not tried again."""
    reply = await bot.database.reports.reply(guild_id=guild.id, reply_id=reply_id)
    if reply.state is not DirectMessage.PENDING:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    words = REPORT_WORDS[config.language]
    title = words.title.format(number=reply.number, server=one_line(guild.name, 100))
    embed = discord.Embed(
        title=title[:256],
        description=shown(reply.text, TEXT_LIMIT),
        colour=discord.Colour(0x5865F2),
        timestamp=reply.asked_at.replace(microsecond=reply.asked_at.microsecond // 1000 * 1000),
    )
    outcome = DirectMessage.SENT
    try:
        channel = await bot.create_dm(discord.Object(reply.reporter_id))
        if not await _was_sent(bot, channel, reply, embed):
            await channel.send(embed=embed, nonce=f"{guild.id % 10**9}-a{reply_id % 10**9}")
    except (discord.Forbidden, discord.NotFound):
        outcome = DirectMessage.FAILED
    await bot.database.reports.replied(guild_id=guild.id, reply_id=reply_id, outcome=outcome)
    bot.dispatch("outbox_filled")


async def _was_sent(
    bot: "Reeve", channel: discord.DMChannel, reply: ReportReply, embed: discord.Embed
) -> bool:
    """Whoever was to send it may have been killed between Discord's answer and the note of it."""
    if clock.now() - reply.asked_at < NONCE_KEEPS:
        return False
    async for message in channel.history(limit=100, after=reply.asked_at - NONCE_KEEPS):
        if message.author == bot.user and any(
            (each.title, each.timestamp) == (embed.title, embed.timestamp) for each in message.embeds
        ):
            return True
    return False


async def _is_among_staff(guild: discord.Guild, channel: discord.TextChannel, report: Report) -> bool:
    """Whether neither everybody nor the reported person can read there: only then reporters are named."""
    if channel.permissions_for(guild.default_role).view_channel:
        return False
    try:
        target = guild.get_member(report.target_id) or await guild.fetch_member(report.target_id)
    except discord.NotFound:
        return True
    return not channel.permissions_for(target).view_channel


def _post_of(guild: discord.Guild, report: Report) -> discord.PartialMessage | None:
    channel = guild.get_channel(report.post_channel_id or 0)
    if report.post_message_id is None or not isinstance(channel, discord.TextChannel):
        return None
    return channel.get_partial_message(report.post_message_id)


async def _edited(
    post: discord.PartialMessage | None,
    report: Report,
    embed: discord.Embed,
    view: discord.ui.View,
    digest: bytes,
) -> discord.PartialMessage | None:
    """The post, brought up to date where it is; None if it is there no more."""
    if post is None or digest == report.post_digest:
        return post
    try:
        await post.edit(embed=embed, view=view)
    except discord.NotFound:
        return None
    return post


async def _taken_away(post: discord.PartialMessage) -> None:
    """It goes first, so that a kill in between leaves none, and the next delivery makes it."""
    try:
        await post.delete()
    except (discord.NotFound, discord.Forbidden):
        return


def _nonce(report: Report) -> str:
    """At most 25 characters; the lost post tells a re-made one apart."""
    lost = (report.post_message_id or 0) % 10**5
    return f"{report.guild_id % 10**9}-r{report.number % 10**7}-{lost}"
