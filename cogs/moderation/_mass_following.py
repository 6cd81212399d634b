"""The progress of a job that bans many: in its post in the mod log for as long as it runs, whoever restarts Reeve; and
where it was confirmed, for as long as Discord lets that answer be changed.
"""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.clock import clock
from bot.invocation import Interaction
from cogs.moderation._mass_looks import mass_view, progress_text
from cogs.moderation._mass_pages import results_file
from database.errors import DatabaseUnavailable
from database.models import Case, MassState

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 2
FOLLOWED_FOR = timedelta(minutes=14)
"""Discord lets an answer be changed for 15."""


async def follow_in_log(bot: "Reeve", guild_id: int, number: int) -> None:
    """Have the post of the job's case show each change. That it is over, its last turn asks for."""
    try:
        async for state in _changes(bot, guild_id, number):
            if state.job.finished_at is None:
                await bot.database.mass_jobs.show(guild_id=guild_id, number=number)
                bot.dispatch("outbox_filled")
    except DatabaseUnavailable as error:  # the job's next turn begins this anew
        logger.info("the post of case {} of {} does not follow its job: {}", number, guild_id, error)


async def follow_in_answer(interaction: Interaction, case: Case) -> None:
    """Show each change where the job was confirmed, and at the end what became of each person."""
    bot, guild_id, number = interaction.client, case.guild_id, case.number
    try:
        async for state in _changes(bot, guild_id, number, until=clock.now() + FOLLOWED_FOR):
            text, view = progress_text(state), mass_view(state)
            if state.job.finished_at is None:
                also = (
                    f"-# Its post in the mod log and /case view {number} show this for as long as it takes."
                )
                await interaction.edit_original_response(content=f"{text}\n{also}", view=view)
                continue
            results = await bot.database.mass_jobs.results(guild_id=guild_id, number=number)
            await interaction.edit_original_response(
                content=text, view=view, attachments=[results_file(number, results)]
            )
    except (discord.HTTPException, DatabaseUnavailable) as error:
        logger.info("the progress of case {} of {} is not shown any more: {}", number, guild_id, error)


async def _changes(
    bot: "Reeve", guild_id: int, number: int, *, until: datetime | None = None
) -> AsyncIterator[MassState]:
    """The job as it is now, and as it is after each change, at most every 2 s, until it is finished."""
    seen: object = None
    while until is None or clock.now() < until:
        state = await bot.database.mass_jobs.state(guild_id=guild_id, number=number)
        job = state.job
        changed = (state.progress, job.last_error, job.stopped_by_id, job.finished_at)
        if changed != seen:
            seen = changed
            yield state
        if job.finished_at is not None:
            return
        await clock.sleep(LOOK_EVERY_SECONDS)
