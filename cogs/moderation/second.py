"""The answer of a second moderator: buttons that work after a restart, for anybody but who asked."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from bot.buttons import Button
from bot.errors import NotPermitted
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, require, require_permission, require_rank_above
from bot.replies import defer, reply
from cogs.moderation._act_forms import person_now
from cogs.moderation._acting import act
from cogs.moderation._gates import GATES
from cogs.moderation._guard import SECOND
from cogs.moderation._request import Request
from cogs.moderation._second import second_needed
from database.errors import DraftGone
from database.models import CaseKind, DraftState, Proof

if TYPE_CHECKING:
    from bot.client import Reeve

CarryOut: TypeAlias = Callable[[Interaction, Request, Sequence[Proof]], Awaitable[None]]
CARRY_OUT: dict[CaseKind, CarryOut] = {}
"""How an approved request of a kind is done, where not as the others; its case has the request's key."""


class SecondButton(Button, template=r"second:(?P<answer>yes|no):(?P<key>[0-9]{1,20})"):
    async def pressed(self, interaction: Interaction) -> None:
        await defer(interaction)
        await require(interaction, Level.MODERATOR)
        drafts, key = interaction.client.database.drafts, int(self.match["key"])
        where = {"guild_id": guild_of(interaction).id, "interaction_id": key}
        try:
            request = Request.from_json((await drafts.get(**where)).request)
        except DraftGone:  # too old, and nothing has told its post
            await drafts.show_again(**where)
            interaction.client.dispatch("outbox_filled")
            raise
        is_approved = self.match["answer"] == "yes"
        await _require_second(interaction, request, is_approved=is_approved)
        draft = await drafts.answer(
            **where,
            question=SECOND,
            answered_by_id=interaction.user.id,
            state=DraftState.CONFIRMED if is_approved else DraftState.DROPPED,
        )
        interaction.client.dispatch("outbox_filled")
        if not is_approved:
            await reply(interaction, "Refused: nothing was done.")
            return
        request = request.with_answer(draft.question)
        await CARRY_OUT.get(request.kind, act)(interaction, request, await drafts.proof(**where))
        await _note(interaction, key)


async def _require_second(interaction: Interaction, request: Request, *, is_approved: bool) -> None:
    """Whoever asked may withdraw it, not approve it. All that is asked of who acts is asked of the second, too."""
    if interaction.user.id == request.moderator_id:
        if is_approved:
            raise NotPermitted("You asked for it: another moderator has to approve it.")
        return
    permission = "kick_members" if request.kind is CaseKind.KICK else "ban_members"
    await require_permission(interaction, permission)
    if request.kind is not CaseKind.MASSBAN:  # of many, each is asked about when their turn comes
        person = await person_now(interaction, request.target_id)
        require_rank_above(member_of(interaction), person, guild_of(interaction))


async def _note(interaction: Interaction, key: int) -> None:
    """Who approved stands on the case, once, and in the post."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    seen = await database.drafts.shown(guild_id=guild_id, interaction_id=key)
    if seen is None or seen.case is None:
        return
    await database.case_notes.write(
        guild_id=guild_id,
        number=seen.case.number,
        note=f"Approved by {interaction.user.name} as the second moderator.",
        author_id=interaction.user.id,
        author_name=interaction.user.name,
        interaction_id=key,
    )
    await database.drafts.show_again(guild_id=guild_id, interaction_id=key)
    interaction.client.dispatch("outbox_filled")


async def setup(bot: "Reeve") -> None:
    GATES[SECOND] = second_needed
    bot.add_dynamic_items(SecondButton)
