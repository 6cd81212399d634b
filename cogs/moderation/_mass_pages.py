"""How far a job that bans many is, with buttons to stop it, to see each person's result, and to undo it."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import discord

from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.permissions import Level, require
from bot.replies import reply
from bot.typed import cut, one_line
from cogs.moderation._acting import require_by_hand
from database.models import CaseKind, CaseState, MassJob, MassProgress, MassResult, MassState

DONE = {
    CaseState.PENDING: "not confirmed by Discord yet",
    CaseState.ACTIVE: "banned",
    CaseState.ENDED: "banned, and over since",
    CaseState.REFUSED: "not banned",
    CaseState.UNKNOWN: "unknown",
    CaseState.VOID: "banned, and the case is void",
}


def progress_text(state: MassState) -> str:
    job, progress = state.job, state.progress
    banned = progress.banned + progress.ended
    lines = [
        f"Case {job.number}: {banned:,} of {progress.total:,} people {'were' if job.finished_at else 'are'} banned."
    ]
    if failed := progress.failed + progress.left_out:
        lines.append(f"{failed:,} could not be.")
    if job.undone_by_id is not None:
        lines.append(f"Undone by <@{job.undone_by_id}>: {progress.banned:,} bans still stand.")
    elif job.stopped_by_id is not None:
        lines.append(f"Stopped by <@{job.stopped_by_id}>: {progress.waiting:,} others were left alone.")
    elif job.last_error and not job.finished_at:
        lines.append(f"It waits: {one_line(job.last_error, 150)}")
    return " ".join(lines)


def mass_buttons(job: MassJob, progress: MassProgress) -> list[discord.ui.Button[Any]]:
    number = job.number
    buttons = [_button("Results", discord.ButtonStyle.secondary, f"mass:list:{number}")]
    if job.finished_at is None and job.stopped_by_id is None:
        buttons.insert(0, _button("Stop", discord.ButtonStyle.danger, f"mass:stop:{number}"))
    if job.finished_at is not None and job.undone_by_id is None and progress.banned:
        buttons.append(undo_button(number))
    return buttons


def undo_button(number: int) -> discord.ui.Button[Any]:
    return _button("Undo: unban them", discord.ButtonStyle.danger, f"mass:undo:{number}")


def mass_view(state: MassState) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for button in mass_buttons(*state):
        view.add_item(button)
    return view


async def with_mass_buttons(
    interaction: Interaction, number: int, view: discord.ui.View | None
) -> discord.ui.View:
    """Beside those that a case has already."""
    state = await interaction.client.database.mass_jobs.state(
        guild_id=guild_of(interaction).id, number=number
    )
    view = view or discord.ui.View(timeout=None)
    for button in mass_buttons(*state):
        view.add_item(button)
    return view


def results_file(number: int, results: Sequence[MassResult]) -> discord.File:
    text = "".join(f"{_result(each)}\n" for each in results)
    return discord.File(BytesIO(text.encode()), f"case-{number}-results.txt")


def _result(result: MassResult) -> str:
    untried = "not banned" if result.reason else "not tried"
    what = untried if result.state is None else DONE[result.state]
    case = f" (case {result.child_number})" if result.child_number else ""
    reason = f": {cut(result.reason, 200)}" if result.reason else ""
    return f"{result.user_id} {cut(result.user_name, 100)}: {what}{case}{reason}"


def _button(label: str, style: discord.ButtonStyle, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, style=style, custom_id=custom_id)


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
    planned = await interaction.client.database.mass_jobs.undo(
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
        f"Case {number} is being undone: {planned:,} {'ban is' if planned == 1 else 'bans are'} lifted one by one. "
        "/jobs shows what is left of it.",
    )


async def _list(interaction: Interaction, number: int) -> None:
    jobs, guild_id = interaction.client.database.mass_jobs, guild_of(interaction).id
    state = await jobs.state(guild_id=guild_id, number=number)
    results = await jobs.results(guild_id=guild_id, number=number)
    await reply(
        interaction, progress_text(state), view=mass_view(state), files=[results_file(number, results)]
    )
