"""What stands against a person, at a glance."""

from collections.abc import Sequence
from typing import Any

import discord
from discord.utils import format_dt

from bot.invocation import Interaction, guild_of
from bot.pages import Page
from cogs.moderation._case_pages import case_page
from cogs.moderation._rendering import SIGNS
from database.models import CaseFilter, CaseKind, RecordLine


async def record_page(
    interaction: Interaction, person: discord.Member | discord.User, *, for_staff: bool
) -> Page:
    """Counts, points and the newest cases. Notes are the staff's: the person's own record leaves them out."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    lines = await database.cases.record(guild_id=guild_id, target_id=person.id)
    counted = [line for line in lines if for_staff or line.kind is not CaseKind.NOTE]
    balance = await database.points.balance(guild_id=guild_id, user_id=person.id)
    matching = CaseFilter(target_id=person.id, without_notes=not for_staff)
    page = await case_page(interaction, matching)
    _describe(page.embed, person, counted, balance, for_staff=for_staff)
    return page


def _describe(
    embed: discord.Embed,
    person: discord.Member | discord.User,
    counted: Sequence[RecordLine],
    balance: int,
    *,
    for_staff: bool,
) -> None:
    embed.title = f"History of {person.display_name}" if for_staff else "Your record"
    embed.set_thumbnail(url=person.display_avatar.url)
    if not counted:
        embed.description = "Nothing stands against them." if for_staff else "Nothing stands against you."
    for line in counted:
        weight = f", {line.points} points" if line.points else ""
        embed.add_field(
            name=f"{SIGNS[line.kind]} {line.kind.value.title()}",
            value=f"{line.cases} (last {format_dt(line.last_at, 'R')}{weight})",
        )
    if for_staff:
        embed.add_field(name="💰 Points", value=f"{balance:,}")
        embed.add_field(name="Here since", value=_here_since(person))


def _here_since(person: Any) -> str:
    joined_at = getattr(person, "joined_at", None)
    return format_dt(joined_at, "R") if joined_at else "not in the server"
