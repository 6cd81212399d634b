"""The buttons of a job that bans many, and what became of each person, as a file."""

import re
from collections.abc import Sequence
from io import BytesIO

import discord

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import cut
from cogs.moderation._acting import require_by_hand
from cogs.moderation._mass_looks import mass_view, progress_text
from cogs.moderation._outcome_words import in_english
from database.models import CaseKind, CaseState, MassResult

DONE = {
    CaseState.PENDING: "not confirmed by Discord yet",
    CaseState.ACTIVE: "banned",
    CaseState.ENDED: "banned, and over since",
    CaseState.REFUSED: "not banned",
    CaseState.UNKNOWN: "unknown",
    CaseState.VOID: "banned, and the case is void",
}


def results_file(number: int, results: Sequence[MassResult]) -> discord.File:
    text = "".join(f"{_result(each)}\n" for each in results)
    return discord.File(BytesIO(text.encode()), f"case-{number}-results.txt")


def _result(result: MassResult) -> str:
    untried = "not banned" if result.reason else "not tried"
    what = untried if result.state is None else DONE[result.state]
    case = f" (case {result.child_number})" if result.child_number else ""
    reason = f": {cut(in_english(result.reason), 200)}" if result.reason else ""
    return f"{result.user_id} {cut(result.user_name, 100)}: {what}{case}{reason}"


class MassButton(PageButton, template=re.compile(r"mass:(?:stop|list|undo):[0-9]{1,16}")):
    """Answers with a message of its own: what shows the progress stays."""

    async def turn(self, interaction: Interaction) -> Page | None:
        await require(interaction, Level.MODERATOR)
        _, what, text = self.custom_id.split(":")
        if (number := int(text)) >= 2**53:
            raise ButtonOutdated
        match what:
            case "stop":
                await _stop(interaction, number)
            case "undo":
                await _undo(interaction, number)
            case _:
                await _list(interaction, number)
        return None


async def _stop(interaction: Interaction, number: int) -> None:
    await require_by_hand(interaction, CaseKind.MASSBAN, 0)
    state = await interaction.client.database.mass_jobs.stop(
        guild_id=guild_of(interaction).id, number=number, moderator_id=interaction.user.id
    )
    interaction.client.dispatch("mass_due")
    waiting = state.progress.waiting
    if state.job.finished_at is not None:
        await reply(interaction, f"Case {number} is done already: there is nothing to stop.")
    else:
        await reply(
            interaction, f"Case {number} stops: {waiting:,} people who were not sent yet are left alone."
        )


async def _undo(interaction: Interaction, number: int) -> None:
    await require_by_hand(interaction, CaseKind.UNBAN, 0)
    lifted, again = await interaction.client.database.mass_jobs.undo(
        guild_id=guild_of(interaction).id,
        number=number,
        editor_id=interaction.user.id,
        editor_name=interaction.user.name,
        interaction_id=interaction.id,
    )
    interaction.client.dispatch("acts_due")
    interaction.client.dispatch("outbox_filled")
    await reply(
        interaction,
        f"Case {number} is being undone: {lifted:,} {'ban is' if lifted == 1 else 'bans are'} lifted one by one. "
        + (f"{again:,} stay banned as they were before it. " if again else "")
        + "/jobs shows what is left of it.",
    )


async def _list(interaction: Interaction, number: int) -> None:
    jobs, guild_id = interaction.client.database.mass_jobs, guild_of(interaction).id
    state = await jobs.state(guild_id=guild_id, number=number)
    results = await jobs.results(guild_id=guild_id, number=number)
    await reply(
        interaction, progress_text(state), view=mass_view(state), files=[results_file(number, results)]
    )
