"""What stands against a person, at a glance."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import discord
from discord.utils import format_dt

from bot.charts import record_chart
from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.pages import Page
from bot.typed import one_line
from cogs.moderation._case_pages import NO_CASES, case_page
from cogs.moderation._ladder import standing_words
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._rendering import SIGNS
from database.models import CaseFilter, CaseKind, RecordLine, Restriction, RestrictionKind

IN_FORCE = {
    RestrictionKind.BAN: "🔨 banned",
    RestrictionKind.TIMEOUT: "🔇 timed out",
    RestrictionKind.ROLES: "🎭 roles changed",
    RestrictionKind.LOCK: "🔒 locked",
    RestrictionKind.SLOWMODE: "🐌 slowed down",
}
FEWEST_IN_A_CHART = 2
"""Cases: one alone makes no picture."""
CHART = "record"


class Record(NamedTuple):
    """The page and the chart that it shows, if there is one."""

    page: Page
    files: Sequence[discord.File]


async def record_of(
    interaction: Interaction, person: discord.Member | discord.User, *, for_staff: bool
) -> Record:
    """Counts, what is in force, points, the last year as a chart and the newest cases.

    Notes are the staff's: the person's own record leaves them out.
    """
    database, guild_id = interaction.client.database, guild_of(interaction).id
    lines = await database.cases.record(guild_id=guild_id, target_id=person.id)
    counted = [line for line in lines if for_staff or line.kind is not CaseKind.NOTE]
    standing = await database.restrictions.standing(guild_id=guild_id, subject_id=person.id)
    balance = await database.points.balance(guild_id=guild_id, user_id=person.id)
    page = await case_page(interaction, CaseFilter(target_id=person.id, without_notes=not for_staff))
    _describe(page.embed, person, counted, for_staff=for_staff)
    if standing:
        page.embed.add_field(name="In force now", value="\n".join(map(in_force_line, standing)), inline=False)
    if for_staff:
        await add_standing(interaction, page.embed, person.id)
        page.embed.add_field(name="💰 Points", value=f"{balance:,}")
        page.embed.add_field(name="Here since", value=_here_since(person))
    return Record(page, await _chart(interaction, page.embed, person.id, counted, for_staff=for_staff))


async def add_standing(interaction: Interaction, embed: discord.Embed, target_id: int) -> None:
    """Where they stand on the ladder, if the server has one."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    if not (await database.guild_configs.get(guild_id=guild_id)).ladder_steps:
        return
    if (climb := await database.ladders.standing(guild_id=guild_id, target_id=target_id)) is not None:
        embed.add_field(name="🪜 Ladder", value=standing_words(climb))


def _describe(
    embed: discord.Embed,
    person: discord.Member | discord.User,
    counted: Sequence[RecordLine],
    *,
    for_staff: bool,
) -> None:
    embed.title = f"History of {one_line(person.display_name, 80)}" if for_staff else "Your record"
    embed.set_thumbnail(url=person.display_avatar.url)
    if not counted:
        nothing = "Nothing stands against them." if for_staff else "Nothing stands against you."
        if (embed.description or NO_CASES).endswith(NO_CASES):
            embed.description = f"{nothing} {NO_CASES}" if for_staff else nothing
        else:
            embed.description = f"{nothing}\n{embed.description}"
    for line in counted:
        weight = f", weight {line.points}" if line.points else ""
        weight += f", fined {line.fined:,} points" if line.fined else ""
        embed.add_field(
            name=f"{SIGNS[line.kind]} {ENGLISH.kinds[line.kind]}",
            value=f"{line.cases} (last {format_dt(line.last_at, 'R')}{weight})",
        )


async def _chart(
    interaction: Interaction,
    embed: discord.Embed,
    target_id: int,
    counted: Sequence[RecordLine],
    *,
    for_staff: bool,
) -> list[discord.File]:
    """The answer never waits long for it and never fails with it."""
    if sum(line.cases for line in counted) < FEWEST_IN_A_CHART:
        return []
    bot, guild_id = interaction.client, guild_of(interaction).id
    config = await bot.database.guild_configs.get(guild_id=guild_id)
    by_month = await bot.database.statistics.record(
        guild_id=guild_id, target_id=target_id, time_zone=config.time_zone, now=clock.now()
    )
    kinds = {
        kind: counts for kind, counts in by_month.kinds.items() if for_staff or kind is not CaseKind.NOTE
    }
    if not kinds:
        return []
    picture = await bot.painter.picture(record_chart(by_month.months, kinds), CHART)
    if picture.file is None:
        return []
    embed.set_image(url=f"attachment://{CHART}.png")
    return [picture.file]


def in_force_line(restriction: Restriction) -> str:
    until = "for good" if restriction.until is None else f"until {format_dt(restriction.until, 'R')}"
    case = f" (case {restriction.case_number})" if restriction.case_number else ""
    return f"{IN_FORCE[restriction.kind]} {until}{case}"


def _here_since(person: Any) -> str:
    joined_at = getattr(person, "joined_at", None)
    return format_dt(joined_at, "R") if joined_at else "not in the server"
