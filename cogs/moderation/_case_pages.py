"""The list of cases: one page, and buttons whose custom id holds the filters and the place."""

import re
from datetime import UTC, datetime, timedelta

import discord
from discord.utils import escape_markdown, format_dt

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from cogs.moderation._rendering import case_line
from database.models import CaseFilter, CaseKind, CaseState

PAGE_SIZE = 8
LONGEST_SEARCH = 35
"""Characters: what the custom id's 100 leave for the text when everything else is given."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode(matching: CaseFilter) -> str:
    """Fields with dots between them, ids and seconds in base 36, the text last because it may hold dots."""
    fields = [
        _number(matching.target_id),
        _number(matching.moderator_id),
        matching.kind or "",
        matching.state or "",
        _number(_seconds(matching.since)),
        _number(_seconds(matching.until)),
        "1" if matching.without_notes else "",
        matching.text or "",
    ]
    return ".".join(fields)


def decode(text: str) -> CaseFilter:
    """The filter that `encode` wrote; ValueError for anything else."""
    target, moderator, kind, state, since, until, without_notes, search = text.split(".", 7)
    return CaseFilter(
        target_id=_parsed(target),
        moderator_id=_parsed(moderator),
        kind=CaseKind(kind) if kind else None,
        state=CaseState(state) if state else None,
        text=search or None,
        since=_instant(_parsed(since)),
        until=_instant(_parsed(until)),
        without_notes=without_notes == "1",
    )


async def case_page(
    interaction: Interaction,
    matching: CaseFilter,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Page:
    """The newest cases, those older than `before`, or the nearest ones newer than `after`."""
    listed, guild_id = interaction.client.database.cases, guild_of(interaction).id
    cases = await listed.page(
        guild_id=guild_id,
        matching=matching,
        before=None if before is None else (before,),
        after=None if after is None else (after,),
        limit=PAGE_SIZE + 1,
    )
    number = await listed.count(guild_id=guild_id, matching=matching)
    more = len(cases) > PAGE_SIZE
    shown = cases[-PAGE_SIZE:] if after is not None else cases[:PAGE_SIZE]
    title = f"{number:,} case{'' if number == 1 else 's'}" if number else "Cases"
    embed = discord.Embed(title=title, colour=discord.Colour(0x5865F2))
    lines = [case_line(case) for case in shown] or ["No case fits."]
    embed.description = "\n".join([*_filters(matching), *lines])
    if not shown:
        return Page(embed)
    has_newer, has_older = (more, True) if after is not None else (before is not None, more)
    return Page(
        embed,
        back=_custom_id("a", shown[0].number, matching) if has_newer else None,
        forward=_custom_id("b", shown[-1].number, matching) if has_older else None,
    )


def _filters(matching: CaseFilter) -> list[str]:
    """What the list was asked for, as its first line; nothing for all cases."""
    parts = [
        f"of <@{matching.target_id}>" if matching.target_id else "",
        f"by <@{matching.moderator_id}>" if matching.moderator_id else "",
        f"kind {matching.kind}" if matching.kind else "",
        f"state {matching.state}" if matching.state else "",
        f"with “{escape_markdown(matching.text)}”" if matching.text else "",
        f"since {format_dt(matching.since)}" if matching.since else "",
        f"until {format_dt(matching.until)}" if matching.until else "",
    ]
    asked = " · ".join(part for part in parts if part)
    return [f"-# {asked}"] if asked else []


class CasePageButton(PageButton, template=re.compile(r"c:(?:[ab]):[0-9a-z]+:.*", re.DOTALL)):
    async def turn(self, interaction: Interaction) -> Page:
        """Only for whom the list is at this moment: a moderator may have stopped being one."""
        _, direction, place, filters = self.custom_id.split(":", 3)
        try:
            matching, number = decode(filters), _parsed(place)
        except (ValueError, OverflowError):
            raise ButtonOutdated from None
        if not (matching.target_id == interaction.user.id and matching.without_notes):
            await require(interaction, Level.MODERATOR)
        if direction == "a":
            return await case_page(interaction, matching, after=number)
        return await case_page(interaction, matching, before=number)


def _custom_id(direction: str, number: int, matching: CaseFilter) -> str:
    return f"c:{direction}:{_number(number)}:{encode(matching)}"


def _number(value: int | None) -> str:
    if value is None:
        return ""
    digits = ""
    while value:
        value, digit = divmod(value, 36)
        digits = DIGITS[digit] + digits
    return digits or "0"


def _parsed(text: str) -> int | None:
    number = int(text, 36) if text else None
    if number is not None and not 0 <= number < 2**63:
        raise ValueError(text)
    return number


def _seconds(moment: datetime | None) -> int | None:
    """Not below zero: `_number` knows no sign, and nothing on Discord is older."""
    return max(0, int(moment.timestamp())) if moment else None


def _instant(seconds: int | None) -> datetime | None:
    return EPOCH + timedelta(seconds=seconds) if seconds is not None else None
