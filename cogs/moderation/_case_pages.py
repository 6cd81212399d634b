"""The list of cases: one page, and buttons whose custom id holds the filters and the place."""

import re
from datetime import UTC, datetime, timedelta

import discord
from discord.utils import format_dt

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.typed import one_line
from cogs.moderation._rendering import case_line
from database.models import CaseFilter, CaseKind, CaseState

PAGE_SIZE = 8
NO_CASES, NO_CASE_FITS = "No cases.", "No case fits."
LONGEST_SEARCH = 35
"""Characters: what the custom id's 100 leave for the text when everything else is given."""
LONGEST_DESCRIPTION = 4096

KIND_CODES = {
    CaseKind.WARN: "w",
    CaseKind.NOTE: "n",
    CaseKind.TIMEOUT: "t",
    CaseKind.UNTIMEOUT: "T",
    CaseKind.KICK: "k",
    CaseKind.BAN: "b",
    CaseKind.UNBAN: "B",
    CaseKind.SOFTBAN: "s",
    CaseKind.MASSBAN: "m",
    CaseKind.PURGE: "p",
    CaseKind.SLOWMODE: "z",
    CaseKind.LOCK: "l",
    CaseKind.UNLOCK: "L",
}
STATE_CODES = {
    CaseState.PENDING: "p",
    CaseState.ACTIVE: "a",
    CaseState.ENDED: "e",
    CaseState.REFUSED: "r",
    CaseState.UNKNOWN: "u",
    CaseState.VOID: "v",
}
"""One letter each, for ever: buttons of old messages say them."""
KINDS_BY_CODE = {code: kind for kind, code in KIND_CODES.items()}
STATES_BY_CODE = {code: state for state, code in STATE_CODES.items()}
WITHOUT_NOTES, WITH_EVIDENCE = "1", "e"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode(matching: CaseFilter) -> str:
    """Fields with dots between them, ids and seconds in base 36, the text last because it may hold dots."""
    flags = [
        WITHOUT_NOTES if matching.without_notes else "",
        WITH_EVIDENCE if matching.with_evidence else "",
    ]
    fields = [
        _number(matching.target_id),
        _number(matching.moderator_id),
        KIND_CODES[matching.kind] if matching.kind else "",
        STATE_CODES[matching.state] if matching.state else "",
        _number(_seconds(matching.since)),
        _number(_seconds(matching.until)),
        "".join(flags),
        matching.text or "",
    ]
    return ".".join(fields)


def decode(text: str) -> CaseFilter:
    """The filter that `encode` wrote; ValueError for anything else."""
    target, moderator, kind, state, since, until, flags, search = text.split(".", 7)
    if kind not in {"", *KINDS_BY_CODE} or state not in {"", *STATES_BY_CODE}:
        raise ValueError(text)
    return CaseFilter(
        target_id=_parsed(target),
        moderator_id=_parsed(moderator),
        kind=KINDS_BY_CODE.get(kind),
        state=STATES_BY_CODE.get(state),
        text=search or None,
        since=_instant(_parsed(since)),
        until=_instant(_parsed(until)),
        without_notes=WITHOUT_NOTES in flags,
        with_evidence=WITH_EVIDENCE in flags,
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
    more = len(cases) > PAGE_SIZE
    is_all = not more and before is None and after is None
    number = len(cases) if is_all else await listed.count(guild_id=guild_id, matching=matching)
    shown = cases[-PAGE_SIZE:] if after is not None else cases[:PAGE_SIZE]
    title = f"{number:,} case{'' if number == 1 else 's'}" if number else "Cases"
    embed = discord.Embed(title=title, colour=discord.Colour(0x5865F2))
    config = await interaction.client.database.guild_configs.get(guild_id=guild_id)
    for_staff = not is_own(interaction, matching)
    names_moderator = for_staff or not config.hide_moderator
    lines = [case_line(case, for_staff=for_staff, with_moderator=names_moderator) for case in shown]
    asked = _filters(matching) if for_staff else []
    is_narrow = matching._replace(target_id=None, without_notes=False) != CaseFilter()
    nothing = NO_CASE_FITS if is_narrow else NO_CASES
    embed.description = "\n".join([*asked, *(lines or [nothing])])[:LONGEST_DESCRIPTION]
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
        f"with “{one_line(matching.text, LONGEST_SEARCH)}”" if matching.text else "",
        "with evidence" if matching.with_evidence else "",
        f"since {format_dt(matching.since)}" if matching.since else "",
        f"until {format_dt(matching.until)}" if matching.until else "",
    ]
    asked = " · ".join(part for part in parts if part)
    return [f"-# {asked}"] if asked else []


class CasePageButton(PageButton, template=re.compile(r"c:(?:[ab]):[0-9a-z]+:(?P<typed>.*)", re.DOTALL)):
    async def turn(self, interaction: Interaction) -> Page:
        """Only for whom the list is at this moment: a moderator may have stopped being one."""
        _, direction, place, filters = self.custom_id.split(":", 3)
        try:
            matching, number = decode(filters), _parsed(place)
        except (ValueError, OverflowError):
            raise ButtonOutdated from None
        if not is_own(interaction, matching):
            await require(interaction, Level.MODERATOR)
        if direction == "a":
            return await case_page(interaction, matching, after=number)
        return await case_page(interaction, matching, before=number)


def is_own(interaction: Interaction, matching: CaseFilter) -> bool:
    """Somebody's own record. A text would be looked for in the staff's notes, too, so there is none in it."""
    is_about_them = matching.target_id == interaction.user.id and matching.text is None
    return is_about_them and matching.without_notes


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
