"""The form in which a person appeals, and those in which the staff answers."""

import asyncio
import re
from collections.abc import Mapping
from typing import ClassVar

from bot.forms import Field, Form
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import shown
from cogs.moderation._acting import require_by_hand
from cogs.moderation._appeal_post import reviewed
from cogs.moderation._appeal_rendering import Reviewed
from cogs.moderation._duration import require_above
from cogs.moderation._outcome_words import in_english
from cogs.moderation._performing import perform
from cogs.moderation._refusals import ServerOutOfReach
from cogs.moderation._void import LIFTED_BY
from database.appeal_refusals import AppealAnswered, require_reviewer
from database.errors import DatabaseUnavailable
from database.models import LONGEST_APPEAL, AppealState, Case, CaseState, Restriction

READ_SECONDS = 1.0
"""Of the 3 that Discord gives before a form must be there."""
WHERE = r"(?P<guild>[0-9]{1,20}):(?P<number>[0-9]{1,16})"


class AppealForm(Form, template=f"appeal-text:{WHERE}"):
    title = "Appeal"
    fields = (Field("appeal", "Why should it not stand?", longest=LONGEST_APPEAL),)

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await make_appeal(
            interaction, int(match["guild"]), int(match["number"]), values["appeal"], interaction_id=self.key
        )


async def open_appeal(interaction: Interaction, guild_id: int, number: int) -> None:
    """Refuse now what would be refused once the form is filled in, if the database says so in time."""
    require_in_reach(interaction, guild_id)
    try:
        async with asyncio.timeout(READ_SECONDS):
            await interaction.client.database.appeals.may(
                guild_id=guild_id,
                case_number=number,
                appellant_id=interaction.user.id,
                **await _rules(interaction, guild_id),
            )
    except (TimeoutError, DatabaseUnavailable):
        pass
    await AppealForm.open(
        interaction, f"appeal-text:{guild_id}:{number}", title=f"Appeal against case {number}"
    )


async def make_appeal(
    interaction: Interaction, guild_id: int, number: int, text: str, *, interaction_id: int
) -> None:
    """Deferred before. It works in a direct message: all that is asked is who it is. Raises as `appeals.make`."""
    require_in_reach(interaction, guild_id)
    made = await interaction.client.database.appeals.make(
        guild_id=guild_id,
        case_number=number,
        appellant_id=interaction.user.id,
        appeal=text,
        interaction_id=interaction_id,
        **await _rules(interaction, guild_id),
    )
    interaction.client.dispatch("outbox_filled")
    await reply(
        interaction,
        f"Appeal {made.number} against case {number} is made. Somebody of the staff who did not punish you answers "
        "it: I tell you as a direct message if Discord lets me, and /appeal shows how it stands.",
    )


def require_in_reach(interaction: Interaction, guild_id: int) -> None:
    """Raises ServerOutOfReach where Reeve has left; whether it is in a server of other shards they know alone."""
    bot = interaction.client
    count = bot.own_shards.count
    if (guild_id >> 22) % count in bot.own_shards.ids and bot.get_guild(guild_id) is None:
        raise ServerOutOfReach


async def _rules(interaction: Interaction, guild_id: int) -> dict[str, int]:
    config = await interaction.client.database.guild_configs.get(guild_id=guild_id)
    return {"limit": config.appeal_limit, "cooldown_days": config.appeal_cooldown_days}


class Verdict(Form):
    """Everything is asked again when it is submitted: the form may have been open for long."""

    is_approved: ClassVar[bool] = False
    is_voided: ClassVar[bool] = False

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MODERATOR)
        bot, guild = interaction.client, guild_of(interaction)
        seen = await reviewed(bot, guild, int(match["number"]))
        if self.is_approved:
            await _require_lifting(interaction, seen.case)
        decided = await bot.database.appeals.decide(
            guild_id=guild.id,
            number=seen.appeal.number,
            is_approved=self.is_approved,
            is_voided=self.is_voided,
            reviewer_id=interaction.user.id,
            reviewer_name=interaction.user.name,
            interaction_id=self.key,
            answer=values["answer"] or None,
        )
        for act in await bot.database.acts.take(guild_id=guild.id, interaction_id=self.key):
            await perform(bot, act)
        bot.dispatch("acts_due")
        bot.dispatch("outbox_filled")
        case = await bot.database.cases.get(guild_id=guild.id, number=seen.case.number)
        lifting = decided.lifting
        if lifting is not None:
            lifting = await bot.database.cases.get(guild_id=guild.id, number=lifting.number)
        await reply(
            interaction, " ".join(_came_of_it(decided.appeal.number, decided.appeal.state, case, lifting))
        )


class Approval(Verdict, template=r"review-approve:(?P<number>[0-9]{1,16})"):
    title, is_approved = "Approve", True
    fields = (
        Field("answer", "What they are told (empty: only the outcome)", shortest=0, longest=LONGEST_APPEAL),
    )


class ApprovalAndVoid(Verdict, template=r"review-void:(?P<number>[0-9]{1,16})"):
    title, is_approved, is_voided = "Approve and void", True, True
    fields = Approval.fields


class Denial(Verdict, template=r"review-deny:(?P<number>[0-9]{1,16})"):
    title = "Deny"
    fields = (Field("answer", "Why: they are told", longest=LONGEST_APPEAL),)


VERDICTS: dict[str, type[Verdict]] = {"approve": Approval, "void": ApprovalAndVoid, "deny": Denial}


async def require_free(interaction: Interaction, number: int) -> Reviewed | None:
    """Raises what a submitted form would raise; None if the database takes too long to say."""
    await require(interaction, Level.MODERATOR)
    try:
        async with asyncio.timeout(READ_SECONDS):
            seen = await reviewed(interaction.client, guild_of(interaction), number)
    except TimeoutError:
        return None
    require_reviewer(seen.appeal, seen.case, interaction.user.id, led_to_it=seen.led_to_it)
    if seen.appeal.state is not AppealState.OPEN:
        raise AppealAnswered(seen.appeal)
    return seen


async def _require_lifting(interaction: Interaction, case: Case) -> None:
    """As for lifting it by a command: permission and rank."""
    for each in await _standing(interaction, case):
        await require_by_hand(interaction, LIFTED_BY[each.kind], case.target_id)
    await require_above(interaction, case)


async def _standing(interaction: Interaction, case: Case) -> list[Restriction]:
    standing = await interaction.client.database.restrictions.standing(
        guild_id=case.guild_id, subject_id=case.target_id
    )
    return [each for each in standing if each.case_number == case.number]


def _came_of_it(number: int, state: AppealState, case: Case, lifting: Case | None) -> list[str]:
    said = [f"Appeal {number} is {state}."]
    if lifting is not None:
        late = f"Case {lifting.number} is to lift it: Discord has not confirmed that yet, and I keep at it."
        refused = f"Case {lifting.number} could not lift it: {shown(in_english(lifting.trouble))}"
        others = {CaseState.PENDING: late, CaseState.REFUSED: refused}
        said.append(others.get(lifting.state, f"Case {lifting.number} lifts it."))
    if case.state is CaseState.VOID:
        said.append(f"Case {case.number} is void.")
    return said
