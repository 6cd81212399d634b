"""How far a job that bans many is, in words and in figures, with buttons to stop it, to see results, and to undo it."""

from typing import TYPE_CHECKING, Any

import discord

from bot.typed import one_line
from cogs.moderation._outcome_words import in_english
from cogs.moderation._post_words import PostWords
from database.errors import CaseNotFound
from database.models import Case, CaseKind, MassJob, MassProgress, MassState

if TYPE_CHECKING:
    from bot.client import Reeve


async def job_of(bot: "Reeve", case: Case) -> MassState | None:
    """None where it is no job's case, or the job is gone: a downgrade of the schema takes it and leaves the case."""
    if case.kind is not CaseKind.MASSBAN:
        return None
    try:
        return await bot.database.mass_jobs.state(guild_id=case.guild_id, number=case.number)
    except CaseNotFound:
        return None


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
        lines.append(f"It waits: {one_line(in_english(job.last_error), 150)}")
    return " ".join(lines)


def add_progress(embed: discord.Embed, state: MassState, words: PostWords) -> None:
    """While it runs; once it is over, the case says what came of it."""
    job, progress = state.job, state.progress
    if job.finished_at is not None:
        return
    lines = [f"{progress.banned + progress.ended:,} / {progress.total:,}"]
    if failed := progress.failed + progress.left_out:
        lines.append(f"✗ {failed:,}")
    if job.stopped_by_id is not None:
        lines.append(f"⏹ <@{job.stopped_by_id}>")
    elif job.last_error:
        lines.append(f"⏳ {one_line(in_english(job.last_error), 150)}")
    embed.add_field(name=words.progress, value="\n".join(lines), inline=False)


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


def mass_view(state: MassState, beside: discord.ui.View | None = None) -> discord.ui.View:
    """`beside`: a view that has buttons already."""
    view = beside or discord.ui.View(timeout=None)
    for button in mass_buttons(*state):
        view.add_item(button)
    return view


def _button(label: str, style: discord.ButtonStyle, custom_id: str) -> discord.ui.Button[Any]:
    return discord.ui.Button(label=label, style=style, custom_id=custom_id)
