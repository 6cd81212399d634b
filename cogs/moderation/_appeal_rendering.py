"""How an appeal looks to the staff, and to who made it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import discord
from discord.utils import format_dt

from bot.typed import FIELD_LIMIT, one_line, shown
from cogs.moderation._appeal_words import AppealWords
from cogs.moderation._post_words import PostWords
from cogs.moderation._rendering import SIGNS
from database.models import Appeal, AppealState, Case, CaseKind, DirectMessage, RecordLine

COLOURS = {
    AppealState.OPEN: discord.Colour(0xF0B232),
    AppealState.APPROVED: discord.Colour(0x23A55A),
    AppealState.DENIED: discord.Colour(0x80848E),
}
TEXT_LIMIT = 2_200
"""With all fields at their limit the embed holds what Discord takes, 6,000."""
MOST_EARLIER = 5


class Reviewed(NamedTuple):
    """An appeal with what a reviewer should know. `earlier`: of the same case; `stands`: something is to be lifted.

    `led_to_it`: the moderators of what led to the case.
    """

    appeal: Appeal
    case: Case
    record: Sequence[RecordLine]
    earlier: Sequence[Appeal]
    stands: bool
    led_to_it: Sequence[int]


def appeal_embed(seen: Reviewed, words: AppealWords, posts: PostWords) -> discord.Embed:
    appeal, case = seen.appeal, seen.case
    embed = discord.Embed(
        title=f"⚖️ {words.appeal} {appeal.number} · {words.states[appeal.state]}",
        description="\n".join(f"> {line}" for line in shown(appeal.text, TEXT_LIMIT).split("\n")),
        colour=COLOURS[appeal.state],
        timestamp=appeal.created_at,
    )
    name = one_line(case.target_name, 100)
    embed.add_field(name=words.member, value=f"<@{case.target_id}>\n{name}\n`{case.target_id}`")
    embed.add_field(
        name=f"{words.case} {case.number}",
        value=f"{SIGNS[case.kind]} {posts.kinds[case.kind]}, <@{case.moderator_id}>, "
        f"{format_dt(case.created_at, 'R')}",
    )
    embed.add_field(name=words.reason, value=shown(case.reason, FIELD_LIMIT), inline=False)
    embed.add_field(name=words.record, value=_record(seen.record, posts), inline=False)
    if seen.earlier:
        embed.add_field(
            name=words.earlier,
            value="\n".join(_earlier(each, words) for each in seen.earlier[-MOST_EARLIER:]),
            inline=False,
        )
    if appeal.state is not AppealState.OPEN:
        told = {
            DirectMessage.SENT: words.arrived,
            DirectMessage.FAILED: words.refused,
            DirectMessage.PENDING: words.on_its_way,
        }.get(appeal.told, "")
        said = f"\n{shown(appeal.answer, FIELD_LIMIT - 100)}" if appeal.answer else ""
        embed.add_field(name=words.answer, value=f"<@{appeal.reviewer_id}> ({told}){said}", inline=False)
    return embed


def appeal_view(seen: Reviewed, words: AppealWords) -> discord.ui.View:
    view, number = discord.ui.View(timeout=None), seen.appeal.number
    if seen.appeal.state is AppealState.OPEN:
        view.add_item(_button(words.approve, "approve", number, discord.ButtonStyle.success))
        if seen.stands:
            view.add_item(_button(words.approve_and_void, "void", number, discord.ButtonStyle.success))
        view.add_item(_button(words.deny, "deny", number, discord.ButtonStyle.danger))
    view.add_item(_button(words.look, "case", number, discord.ButtonStyle.secondary))
    return view


def own_line(appeal: Appeal, server: str) -> str:
    """For who made it: without the names of the staff."""
    when = format_dt(appeal.decided_at or appeal.created_at, "R")
    state = {
        AppealState.OPEN: f"waits for an answer, made {when}",
        AppealState.APPROVED: f"✅ approved {when}",
        AppealState.DENIED: f"❌ denied {when}",
    }[appeal.state]
    answer = f": {one_line(appeal.answer, 100)}" if appeal.answer else ""
    return f"**Appeal {appeal.number}** against case {appeal.case_number} in {one_line(server, 60)}: {state}{answer}"


def _button(label: str, act: str, number: int, style: discord.ButtonStyle) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, custom_id=f"review:{act}:{number}", style=style)


def _record(lines: Sequence[RecordLine], posts: PostWords) -> str:
    counted = [line for line in lines if line.kind is not CaseKind.NOTE]
    return ", ".join(f"{SIGNS[each.kind]} {posts.kinds[each.kind]} × {each.cases}" for each in counted) or "—"


def _earlier(appeal: Appeal, words: AppealWords) -> str:
    when = format_dt(appeal.decided_at or appeal.created_at, "R")
    return f"{appeal.number}: {words.states[appeal.state]} (<@{appeal.reviewer_id}>, {when})"
