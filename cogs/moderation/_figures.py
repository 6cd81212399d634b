"""How figures of moderation look: an embed in words, and charts of the same."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import discord

from bot.charts import acts_per_day, by_moderator, times
from bot.durations import format_duration
from bot.painter import Painter, Picture
from cogs.moderation._figure_words import FigureWords
from cogs.moderation._post_words import PostWords
from cogs.moderation._rendering import SIGNS
from database.models import ModeratorLine, Statistics

COLOUR = discord.Colour(0x5865F2)
MOST_MODERATORS = 8
FEWEST_TIMES = 3
"""Days on which reports were taken up: fewer make no line."""


class Drawn(NamedTuple):
    """Further embeds, which hold the pictures, and the words for those that are missing."""

    embeds: list[discord.Embed]
    files: list[discord.File]
    has_all: bool


def is_nothing(found: Statistics) -> bool:
    return not (found.outcomes.acts or found.notes or found.automatic or found.reports.reports)


def figures_embed(
    found: Statistics,
    words: FigureWords,
    kinds: PostWords,
    *,
    title: str,
    before: Statistics | None = None,
    with_moderators: bool = True,
) -> discord.Embed:
    """`before`: the figures of the time before, to compare with."""
    embed = discord.Embed(title=title[:256], colour=COLOUR)
    outcomes = found.outcomes
    acts = [f"**{outcomes.acts:,}**{_compared(outcomes.acts, before and before.outcomes.acts, words)}"]
    acts += [f"{SIGNS[kind]} {kinds.kinds[kind]} {sum(days):,}" for kind, days in found.kinds.items()]
    embed.add_field(name=words.acts, value="\n".join(acts))
    if found.moderators and with_moderators:
        embed.add_field(name=words.by_moderator, value=_moderators(found.moderators, words))
    if found.reports.reports:
        embed.add_field(name=words.reports, value=_reports(found, before, words), inline=False)
    if outcomes.voided:
        embed.add_field(name=words.voided, value=_share(words.share, outcomes.voided, outcomes.acts))
    if outcomes.overturned:
        embed.add_field(name=words.overturned, value=_share(words.share, outcomes.overturned, outcomes.acts))
    if outcomes.repeated:
        repeated = _share(words.people, outcomes.repeated, outcomes.targets)
        embed.add_field(name=words.repeated, value=repeated, inline=False)
    beside = [
        template.format(f"{number:,}")
        for template, number in ((words.notes, found.notes), (words.automatic, found.automatic))
        if number
    ]
    if beside:
        embed.add_field(name=words.beside, value=" · ".join(beside), inline=False)
    return embed


async def drawn(
    painter: Painter,
    found: Statistics,
    words: FigureWords,
    guild: discord.Guild,
    *,
    with_moderators: bool = True,
) -> Drawn:
    """A picture for each chart that has something to show."""
    charts = {}
    if found.kinds:
        charts["acts"] = acts_per_day(
            found.days,
            found.kinds,
            title=words.acts,
            unit=words.act_unit,
            names=words.families,
            shown=words.day.format,
        )
    if len(found.moderators) > 1 and with_moderators:
        charts["moderators"] = by_moderator(
            [_name(guild, line) for line in found.moderators],
            [line.moderator_id for line in found.moderators],
            [line.acts for line in found.moderators],
            title=words.by_moderator,
            unit=words.act_unit,
            others=words.others,
        )
    if sum(each is not None for each in found.report_seconds) >= FEWEST_TIMES:
        charts["times"] = times(
            found.days,
            found.report_seconds,
            title=words.time_to_act,
            units=words.time_units,
            shown=words.day.format,
        )
    pictures = await asyncio.gather(*(painter.picture(chart, name) for name, chart in charts.items()))
    return _placed(pictures)


def _placed(pictures: Sequence[Picture]) -> Drawn:
    """An embed for each picture: in one of them Discord would shrink all but the first."""
    embeds, files = [], []
    for picture in pictures:
        if picture.file is not None:
            embeds.append(discord.Embed(colour=COLOUR).set_image(url=f"attachment://{picture.file.filename}"))
            files.append(picture.file)
    return Drawn(embeds, files, has_all=len(files) == len(pictures))


def _name(guild: discord.Guild, line: ModeratorLine) -> str:
    member = guild.get_member(line.moderator_id)
    return member.display_name if member else line.name


def _moderators(lines: Sequence[ModeratorLine], words: FigureWords) -> str:
    shown = [f"<@{line.moderator_id}> {line.acts:,}" for line in lines[:MOST_MODERATORS]]
    if rest := lines[MOST_MODERATORS:]:
        shown.append(f"{len(rest)} {words.others} {sum(line.acts for line in rest):,}")
    return "\n".join(shown)


def _reports(found: Statistics, before: Statistics | None, words: FigureWords) -> str:
    number, answered, median = found.reports[1:]
    reports = f"**{number:,}**{_compared(number, before and before.reports.reports, words)}"
    if median is None:
        return words.no_reports.format(reports=reports)
    wait = format_duration(timedelta(seconds=round(median)))
    return words.answered.format(reports=reports, answered=f"{answered:,}", median=wait)


def _compared(now: int, before: int | None, words: FigureWords) -> str:
    if before is None:
        return ""
    difference = "±0" if now == before else f"{now - before:+,}"
    return f" ({words.against_before.format(difference)})"


def _share(template: str, part: int, whole: int) -> str:
    return template.format(part=f"{part:,}", whole=f"{whole:,}", percent=round(100 * part / whole))
