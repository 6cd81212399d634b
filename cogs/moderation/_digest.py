"""The weekly digest: when it is due, how it looks, and that it is posted once."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord
from discord.utils import format_dt
from loguru import logger

from bot.clock import clock
from bot.outbox import NotYet
from bot.post_channels import DIGEST, found_channel
from bot.typed import one_line
from cogs.moderation._figure_words import FIGURE_WORDS
from cogs.moderation._figures import COLOUR, Drawn, drawn, figures_embed, is_nothing
from cogs.moderation._post_words import POST_WORDS
from database.models import (
    Digest,
    DigestState,
    GuildSettings,
    Statistics,
    beginning,
    days_of_week,
    week_of,
)

if TYPE_CHECKING:
    from bot.client import Reeve

HOUR = time(9)
LATEST = timedelta(days=2)
"""After so long nobody waits for it any more."""
CLOCKS_DIFFER = timedelta(minutes=5)


def newest_due(now: datetime, zone: ZoneInfo) -> tuple[int, datetime]:
    """The newest week whose digest is due, and since when: Monday at 09:00 after it."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    due = datetime.combine(monday, HOUR, zone).astimezone(UTC)
    if due > now:
        monday -= timedelta(days=7)
        due = datetime.combine(monday, HOUR, zone).astimezone(UTC)
    return week_of(monday - timedelta(days=7)), due


async def post_digest(bot: "Reeve", guild: discord.Guild, week: int) -> None:
    """Post the digest of that week, unless it is posted or nobody waits for it any more.

    Raises NotYet, or what Discord and the database raise. An attempt whose end nobody saw is looked for in the channel
    before another is made; the nonce covers one that is still under way.
    """
    digests = bot.database.digests
    digest = await digests.get(guild_id=guild.id, week=week)
    if digest is None or digest.state in {DigestState.POSTED, DigestState.SKIPPED}:
        return
    if digest.state is DigestState.SENT and await _is_settled(bot, guild, digest):
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    if config.digest_channel_id is None or clock.now() - digest.due_at > LATEST:
        await digests.skip(guild_id=guild.id, week=week)
        return
    found = found_channel(DIGEST, guild.channels, config, guild.me)
    if found.channel is None:
        raise NotYet(found.trouble or "There is no channel for the weekly digest.")
    embed, pictures = await _rendered(bot, guild, config, week)
    if not found.channel.permissions_for(guild.me).attach_files:
        pictures = Drawn([], [], has_all=False)
    if not await digests.sent(
        guild_id=guild.id,
        week=week,
        channel_id=found.channel.id,
        sent_at=clock.now(),
        seen_at=digest.sent_at,
    ):
        raise NotYet("Another process is posting it.")
    message = await found.channel.send(
        None if pictures.has_all else FIGURE_WORDS[config.language].no_picture,
        embeds=[embed, *pictures.embeds],
        files=pictures.files,
        nonce=f"{guild.id % 10**9}-week-{week}",
    )
    await digests.posted(guild_id=guild.id, week=week, message_id=message.id)


async def _is_settled(bot: "Reeve", guild: discord.Guild, digest: Digest) -> bool:
    """Whether an attempt whose end nobody saw needs no other after it: it is found, or nobody may look for it."""
    try:
        message_id = await _posted_before(guild, digest)
    except discord.Forbidden:
        logger.warning("digest {} of {} may be posted: Reeve may not read there", digest.week, guild.id)
        await bot.database.digests.skip(guild_id=guild.id, week=digest.week)
        return True
    if message_id is not None:
        await bot.database.digests.posted(guild_id=guild.id, week=digest.week, message_id=message_id)
    return message_id is not None


async def _posted_before(guild: discord.Guild, digest: Digest) -> int | None:
    """The message that the attempt has left; None if there is none, or no more."""
    channel = guild.get_channel(digest.channel_id or 0)
    if not isinstance(channel, discord.TextChannel) or digest.sent_at is None:
        return None
    async for message in channel.history(after=digest.sent_at - CLOCKS_DIFFER, limit=200):
        is_ours = message.author == guild.me and message.embeds
        if is_ours and message.embeds[0].footer.text == _mark(digest.week):
            return message.id
    return None


async def _rendered(
    bot: "Reeve", guild: discord.Guild, config: GuildSettings, week: int
) -> tuple[discord.Embed, Drawn]:
    words, zone = FIGURE_WORDS[config.language], ZoneInfo(config.time_zone)
    days = days_of_week(week)
    found = await _figures(bot, guild, config, week)
    before = await _figures(bot, guild, config, week_of(days[0] - timedelta(days=7)))
    title = words.digest.format(guild=one_line(guild.name, 100))
    pictures = Drawn([], [], has_all=True)
    if is_nothing(found):
        embed = discord.Embed(title=title[:256], colour=COLOUR)
    else:
        embed = figures_embed(found, words, POST_WORDS[config.language], title=title, before=before)
        await bot.painter.ready()  # nobody waits; if this takes too long, the outbox asks again meanwhile
        pictures = await drawn(bot.painter, found, words, guild)
    time = f"{format_dt(beginning(days[0], zone), 'D')} – {format_dt(beginning(days[-1], zone), 'D')}"
    embed.description = f"{time}\n{words.quiet}" if is_nothing(found) else time
    embed.set_footer(text=_mark(week))
    return embed, pictures


async def _figures(bot: "Reeve", guild: discord.Guild, config: GuildSettings, week: int) -> Statistics:
    return await bot.database.statistics.of_days(
        guild_id=guild.id, days=days_of_week(week), time_zone=config.time_zone
    )


def _mark(week: int) -> str:
    """By which the post is known again."""
    return f"{week // 100}-W{week % 100:02}"
