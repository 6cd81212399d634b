"""The panel of "Moderate": who it is, what stands against them, and a button for each act that makes sense."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import discord
from discord.utils import format_dt

from bot.invocation import Interaction, guild_of
from bot.replies import reply
from bot.typed import one_line, shown
from cogs.moderation._banned import is_banned
from cogs.moderation._deeds import Person
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._record import in_force_line
from cogs.moderation._rendering import SIGNS
from database.models import CaseKind, RecordLine, Restriction, RestrictionKind

BLURPLE = discord.Colour(0x5865F2)
HISTORY = "history"
GREY, RED, GREEN = discord.ButtonStyle.secondary, discord.ButtonStyle.danger, discord.ButtonStyle.success


class Choice(NamedTuple):
    deed: str
    label: str
    emoji: str
    style: discord.ButtonStyle = GREY


CHOICES = {
    CaseKind.WARN: Choice("warn", "Warn", SIGNS[CaseKind.WARN]),
    CaseKind.NOTE: Choice("note", "Note", SIGNS[CaseKind.NOTE]),
    CaseKind.TIMEOUT: Choice("timeout", "Timeout", SIGNS[CaseKind.TIMEOUT]),
    CaseKind.UNTIMEOUT: Choice("untimeout", "End timeout", SIGNS[CaseKind.UNTIMEOUT], GREEN),
    CaseKind.KICK: Choice("kick", "Kick", SIGNS[CaseKind.KICK], RED),
    CaseKind.SOFTBAN: Choice("softban", "Softban", SIGNS[CaseKind.SOFTBAN], RED),
    CaseKind.BAN: Choice("ban", "Ban", SIGNS[CaseKind.BAN], RED),
    CaseKind.UNBAN: Choice("unban", "Unban", SIGNS[CaseKind.UNBAN], GREEN),
}
A_ROW = 5


async def show_panel(interaction: Interaction, person: Person, *, report: int | None = None) -> None:
    """The interaction was deferred, its person's level checked; each button and form checks again.

    `report`: the number of the one that an act from here ends.
    """
    bot, guild = interaction.client, guild_of(interaction)
    where = {"guild_id": guild.id}
    record = await bot.database.cases.record(**where, target_id=person.id)
    standing = await bot.database.restrictions.standing(**where, subject_id=person.id)
    is_here = isinstance(person, discord.Member)
    offered = kinds_for(person, standing, is_out=not is_here and await is_banned(bot, guild, person.id))
    view = discord.ui.View(timeout=None)
    choices = [CHOICES[kind] for kind in offered]
    for place, choice in enumerate([*choices, Choice(HISTORY, "History", "📖")]):
        view.add_item(_button(choice, person.id, report, row=place // A_ROW))
    await reply(interaction, embeds=[_embed(person, record, standing)], view=view)


def kinds_for(person: Person, standing: Sequence[Restriction], *, is_out: bool) -> list[CaseKind]:
    """What can be done to them now. `is_out`: banned, by Discord or by what Reeve wants."""
    kinds = {each.kind for each in standing}
    is_timed_out = isinstance(person, discord.Member) and person.is_timed_out()
    if not isinstance(person, discord.Member):
        offered = [CaseKind.NOTE, CaseKind.UNBAN if is_out else CaseKind.BAN]
    else:
        words = [] if person.bot else [CaseKind.WARN]
        offered = [*words, CaseKind.NOTE, CaseKind.TIMEOUT, CaseKind.KICK, CaseKind.SOFTBAN, CaseKind.BAN]
        if RestrictionKind.BAN in kinds:
            offered.append(CaseKind.UNBAN)
    if is_timed_out or not kinds.isdisjoint({RestrictionKind.TIMEOUT, RestrictionKind.ROLES}):
        offered.append(CaseKind.UNTIMEOUT)
    return offered


def _embed(person: Person, record: Sequence[RecordLine], standing: Sequence[Restriction]) -> discord.Embed:
    embed = discord.Embed(title=f"Moderate {one_line(person.display_name, 80)}", colour=BLURPLE)
    embed.set_thumbnail(url=person.display_avatar.url)
    embed.description = f"{person.mention} · {shown(person.name, 100)} · `{person.id}`"
    counts = [f"{SIGNS[line.kind]} {ENGLISH.kinds[line.kind]}: {line.cases}" for line in record]
    if record:
        counts.append(f"the last {format_dt(max(line.last_at for line in record), 'R')}")
    embed.add_field(name="Record", value=" · ".join(counts) or "Nothing stands against them.", inline=False)
    in_force = [in_force_line(each) for each in standing]
    by_hand = _timeout_by_hand(person, standing)
    if by_hand:
        in_force.append(by_hand)
    if in_force:
        embed.add_field(name="In force now", value="\n".join(in_force), inline=False)
    joined_at = person.joined_at if isinstance(person, discord.Member) else None
    embed.add_field(name="Here since", value=format_dt(joined_at, "R") if joined_at else "not in the server")
    return embed


def _timeout_by_hand(person: Person, standing: Sequence[Restriction]) -> str | None:
    """One that Discord shows and Reeve knows nothing of."""
    if not isinstance(person, discord.Member) or not person.is_timed_out():
        return None
    if any(each.kind is RestrictionKind.TIMEOUT for each in standing) or person.timed_out_until is None:
        return None
    return f"🔇 timed out by hand until {format_dt(person.timed_out_until, 'R')}"


def _button(choice: Choice, user_id: int, report: int | None, *, row: int) -> discord.ui.Button[Any]:
    return discord.ui.Button(
        label=choice.label,
        emoji=choice.emoji,
        style=choice.style,
        custom_id=f"moderate:{choice.deed}:{user_id}" + (f":{report}" if report else ""),
        row=row,
    )
