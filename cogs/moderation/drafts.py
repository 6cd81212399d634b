"""The answers to a question before an act: buttons that work after a restart, and once."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.buttons import Button
from bot.errors import NotPermitted
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, require, require_rank_above
from bot.replies import defer, reply
from cogs.moderation._act_forms import person_now
from cogs.moderation._acting import act
from cogs.moderation._request import Request
from database.errors import DraftGone
from database.models import CaseKind, Draft, DraftState

if TYPE_CHECKING:
    from bot.client import Reeve

TEMPLATE = r"draft:(?P<answer>yes|note|no):(?P<question>[a-z_]{1,32}):(?P<key>[0-9]{1,20})(?::(?P<number>[0-9]{1,19}))?"

DONE_TO_PEOPLE = frozenset(
    {
        CaseKind.WARN,
        CaseKind.TIMEOUT,
        CaseKind.UNTIMEOUT,
        CaseKind.KICK,
        CaseKind.BAN,
        CaseKind.SOFTBAN,
        CaseKind.UNBAN,
    }
)
"""Rank is asked again when they are confirmed: roles may have changed since."""


class DraftButton(Button, template=TEMPLATE):
    def __init__(self, custom_id: str, match: re.Match[str]) -> None:
        super().__init__(custom_id, match)
        self.answer, self.question, self.key = match["answer"], match["question"], int(match["key"])
        self.number = int(match["number"]) if match["number"] else None

    async def pressed(self, interaction: Interaction) -> None:
        await defer(interaction)
        await require(interaction, Level.MODERATOR)
        drafts, guild_id = interaction.client.database.drafts, guild_of(interaction).id
        kept = await drafts.get(guild_id=guild_id, interaction_id=self.key)
        if kept.asked_by_id != interaction.user.id:
            raise NotPermitted("Only who asked for it can answer that: use the command yourself.")
        state = DraftState.CONFIRMED if self.answer == "yes" else DraftState.DROPPED
        draft = await drafts.answer(
            guild_id=guild_id,
            interaction_id=self.key,
            question=self.question,
            answered_by_id=interaction.user.id,
            state=state,
        )
        await ANSWERS[self.answer](interaction, draft, self.number)


async def _yes(interaction: Interaction, draft: Draft, _: int | None) -> None:
    request = Request.from_json(draft.request).with_answer(draft.question)
    if request.kind in DONE_TO_PEOPLE:
        person = await person_now(interaction, request.target_id)
        require_rank_above(member_of(interaction), person, guild_of(interaction))
    where = {"guild_id": draft.guild_id, "interaction_id": draft.interaction_id}
    await act(interaction, request, await interaction.client.database.drafts.proof(**where))


async def _note(interaction: Interaction, draft: Draft, number: int | None) -> None:
    """What would have been the reason and its proof go to the other's case instead."""
    if number is None:
        raise DraftGone
    database = interaction.client.database
    await database.case_notes.write(
        guild_id=draft.guild_id,
        number=number,
        note=str(draft.request["reason"]),
        author_id=draft.asked_by_id,
        author_name=str(draft.request["moderator_name"]),
        interaction_id=draft.interaction_id,
    )
    where = {"guild_id": draft.guild_id, "interaction_id": draft.interaction_id}
    if proof := await database.drafts.proof(**where):
        await database.case_evidence.add(**where, number=number, proof=proof, added_by_id=draft.asked_by_id)
    interaction.client.dispatch("outbox_filled")
    await reply(interaction, f"Noted on case {number}, and nothing else was done.")


async def _no(interaction: Interaction, _: Draft, __: int | None) -> None:
    await reply(interaction, "Nothing was done.")


Answer = Callable[[Interaction, Draft, int | None], Awaitable[None]]
ANSWERS: dict[str, Answer] = {"yes": _yes, "note": _note, "no": _no}


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(DraftButton)
