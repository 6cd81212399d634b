"""What is offered when a case is voided: to lift what it brought about, and to tell whom it was about."""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import discord

from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import shown
from cogs.moderation._acting import require_by_hand
from cogs.moderation._dm_rendering import KIND_OF
from cogs.moderation._duration import require_above
from cogs.moderation._mass_looks import undo_button
from cogs.moderation._outcome_words import in_english
from cogs.moderation._performing import perform
from cogs.moderation._refusals import CaseCounts
from database.errors import CaseAboutYourself
from database.models import (
    Act,
    ActState,
    Case,
    CaseKind,
    CaseState,
    DirectMessage,
    Restriction,
    RestrictionKind,
)

LIFTED = {
    RestrictionKind.BAN: "the ban",
    RestrictionKind.TIMEOUT: "the timeout",
    RestrictionKind.ROLES: "the change of roles",
    RestrictionKind.LOCK: "the lock",
    RestrictionKind.SLOWMODE: "the slowmode",
}
LIFTED_BY = {
    RestrictionKind.BAN: CaseKind.UNBAN,
    RestrictionKind.TIMEOUT: CaseKind.UNTIMEOUT,
    RestrictionKind.ROLES: CaseKind.UNTIMEOUT,
    RestrictionKind.LOCK: CaseKind.UNLOCK,
    RestrictionKind.SLOWMODE: CaseKind.SLOWMODE,
}
TOLD_ALREADY = {
    DirectMessage.PENDING: "the message that it is void is on its way already",
    DirectMessage.SENT: "they were told already that it is void",
    DirectMessage.FAILED: "they do not accept direct messages, so they could not be told",
}


async def standing_because_of(interaction: Interaction, case: Case) -> list[Restriction]:
    """What holds on Discord because of this case."""
    standing = await interaction.client.database.restrictions.standing(
        guild_id=case.guild_id, subject_id=case.target_id
    )
    return [each for each in standing if each.case_number == case.number]


class Shaken(NamedTuple):
    """A step of the ladder that followed from the voided case and would not follow without it."""

    case: Case
    standing: Sequence[Restriction]


async def shaken_by(interaction: Interaction, case: Case) -> list[Shaken]:
    if case.kind is not CaseKind.WARN:
        return []
    found = await interaction.client.database.ladders.consequences_of(
        guild_id=case.guild_id, number=case.number
    )
    return [Shaken(each, await standing_because_of(interaction, each)) for each in found]


def shaken_words(shaken: Sequence[Shaken]) -> str:
    return "".join(
        f" Case {case.number} ({case.kind}) followed from it by the ladder and would not follow now."
        + (" It still stands until you lift it." if standing else "")
        for case, standing in shaken
    )


def offers(
    case: Case, standing: Sequence[Restriction], shaken: Sequence[Shaken] = ()
) -> discord.ui.View | None:
    """A button for each thing that a voided case leaves to decide."""
    view = discord.ui.View(timeout=None)
    if case.kind is CaseKind.MASSBAN:
        view.add_item(undo_button(case.number))
    if standing:
        names = " and ".join(LIFTED[each.kind] for each in standing)
        view.add_item(_button(f"Lift {names}", discord.ButtonStyle.danger, f"cx:lift:{case.number}"))
    for other, its_standing in shaken:
        if its_standing:
            names = " and ".join(LIFTED[each.kind] for each in its_standing)
            label = f"Lift {names} of case {other.number}"
            view.add_item(_button(label, discord.ButtonStyle.danger, f"cx:lift:{other.number}"))
    if case.kind in KIND_OF and case.kind is not CaseKind.MASSBAN:
        view.add_item(_button("Tell the member", discord.ButtonStyle.primary, f"cx:tell:{case.number}"))
    return view if view.children else None


def _button(label: str, style: discord.ButtonStyle, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label[:80], style=style, custom_id=custom_id)


class VoidButton(PageButton, template=re.compile(r"cx:(?:lift|tell):[0-9]{1,16}")):
    async def turn(self, interaction: Interaction) -> Page | None:
        await require(interaction, Level.MODERATOR)
        _, what, text = self.custom_id.split(":")
        number = int(text)
        case = await interaction.client.database.cases.get(guild_id=guild_of(interaction).id, number=number)
        if case.target_id == interaction.user.id:
            raise CaseAboutYourself(number)
        answer = await (_lift(interaction, case) if what == "lift" else _tell(interaction, case))
        await reply(interaction, f"Case {number}: {answer}")
        return None


async def _tell(interaction: Interaction, case: Case) -> str:
    before = await interaction.client.database.case_edits.tell_void(
        guild_id=case.guild_id, number=case.number
    )
    if before is not DirectMessage.NONE:
        return f"{TOLD_ALREADY[before]}."
    interaction.client.dispatch("outbox_filled")
    return f"<@{case.target_id}> is told that it is void; /case view {case.number} shows whether it arrived."


async def _require_no_ground(interaction: Interaction, case: Case) -> None:
    """The case is void, or a step that would not follow now: it may have been restored since. Raises CaseCounts."""
    if case.state is CaseState.VOID:
        return
    database, guild_id = interaction.client.database, case.guild_id
    for cause in (await database.cases.whole(guild_id=guild_id, number=case.number)).causes:
        shaken = await database.ladders.consequences_of(guild_id=guild_id, number=cause)
        if case.number in {each.number for each in shaken}:
            return
    raise CaseCounts(case.number)


async def _lift(interaction: Interaction, case: Case) -> str:
    """A second press finds nothing that stands."""
    bot = interaction.client
    await _require_no_ground(interaction, case)
    for each in await standing_because_of(interaction, case):
        await require_by_hand(interaction, LIFTED_BY[each.kind], case.target_id)
    await require_above(interaction, case)
    planned = await bot.database.restrictions.lift(guild_id=case.guild_id, number=case.number)
    if not planned:
        return "nothing stands because of it any more."
    for act in planned:
        await perform(bot, act)
    bot.dispatch("acts_due")
    acts = await bot.database.acts.of_case(guild_id=case.guild_id, number=case.number)
    by_id = {act.act_id: act for act in acts}
    return " ".join(_outcome(by_id.get(act.act_id, act)) for act in planned)


def _outcome(act: Act) -> str:
    what = LIFTED[act.restriction] if act.restriction else act.kind.value
    if act.state is ActState.DONE:
        return f"{what} is lifted."
    if act.state is ActState.SUPERSEDED:
        return f"{what} was changed by something newer meanwhile, so that stays."
    trouble = f" {shown(in_english(act.last_error))}" if act.last_error else ""
    return f"{what} is not lifted yet, and I keep at it.{trouble}"
