"""/massban, and the worker of its jobs."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation import _suggestions
from cogs.moderation._acting import act, require_by_hand
from cogs.moderation._deeds import deletion
from cogs.moderation._gates import GATES
from cogs.moderation._mass_following import follow_in_answer, follow_in_log
from cogs.moderation._mass_pages import MassButton
from cogs.moderation._mass_preview import MASS, people_in_words, preview_first, preview_of
from cogs.moderation._mass_targets import read_people
from cogs.moderation._massing import take_turn
from cogs.moderation._refusals import ListUnreadable, NobodyNamed
from cogs.moderation._request import NO_REASON, Request
from database.errors import DatabaseUnavailable
from database.mass_errors import TooManyTargets
from database.models import LONGEST_REASON, MOST_TARGETS, Case, CaseKind, MassJob

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 2
LONGEST_LIST = 256 * 1024
LONGEST_TEXT = 6_000
"""https://discord.com/developers/docs/interactions/application-commands: of an option that is a text."""


class Mass(BaseCog):
    """One task looks what is due; one task a server carries its job out."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._due = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._at_work: set[int] = set()
        self._shown: set[tuple[int, int]] = set()

    async def cog_load(self) -> None:
        self._start(self._look_forever(), "jobs that ban many")

    async def cog_unload(self) -> None:
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _start(self, what: "asyncio._CoroutineLike[None]", name: str) -> None:
        task = asyncio.create_task(what, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        users="Their ids or mentions, with spaces or commas between them: about 300 fit, more into a file",
        reason="Why: the mod log sees it",
        delete_messages="Delete their messages of this time, for example 1h or 7d (at most 7d)",
        file="A text file with more ids (5,000 people at most)",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def massban(  # Discord's options
        self,
        interaction: Interaction,
        users: app_commands.Range[str, 1, LONGEST_TEXT] = "",
        reason: app_commands.Range[str, 1, LONGEST_REASON] = "",
        delete_messages: str = "",
        file: discord.Attachment | None = None,
    ) -> None:
        """Ban many people at once, after a preview: one case for all of them, and one for each."""
        delete_seconds = deletion(delete_messages)
        await defer(interaction)
        await require_by_hand(interaction, CaseKind.MASSBAN, 0)
        said = read_people(f"{users} {await text_of(file)}")
        if len(said.user_ids) > MOST_TARGETS:
            raise TooManyTargets(len(said.user_ids), MOST_TARGETS)
        if not said.user_ids:
            raise NobodyNamed(said.unreadable)
        guild = guild_of(interaction)
        preview = await preview_of(self.bot, guild, said, moderator_id=interaction.user.id)
        if not preview.people:
            await reply(interaction, preview.text)
            return
        number = len(preview.people)
        request = Request(
            kind=CaseKind.MASSBAN,
            target_id=guild.id,
            target_name=people_in_words(number),
            moderator_id=interaction.user.id,
            moderator_name=interaction.user.name,
            key=interaction.id,
            reason=reason or NO_REASON,
            channel_id=interaction.channel_id,
            payload={
                "people": number,
                "targets": [list(each) for each in preview.people.items()],
                "delete_seconds": delete_seconds,
                "preview": preview.text,
            },
        )
        await act(interaction, request)

    @BaseCog.listener()
    async def on_mass_due(self) -> None:
        self._due.set()

    @BaseCog.listener()
    async def on_ready(self) -> None:
        self._due.set()

    @BaseCog.listener()
    async def on_mass_begun(self, interaction: Interaction, case: Case) -> None:
        self._start(follow_in_answer(interaction, case), "the progress of a job, where it was confirmed")

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            await clock.wait(self._due, LOOK_EVERY_SECONDS)
            self._due.clear()
            try:
                claimed = await self.bot.database.mass_work.claim(
                    now=clock.now(), shards=self.bot.own_shards, busy_guild_ids=list(self._at_work)
                )
            except DatabaseUnavailable:
                logger.warning("Jobs that ban many wait for the database.")
                continue
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the jobs that ban many")
                continue
            for job in claimed:
                self._at_work.add(job.guild_id)
                self._start(self._carry_out(job), "a job that bans many")
                if (job.guild_id, job.number) not in self._shown:
                    self._start(self._show(job), "the progress of a job, in the mod log")

    async def _show(self, job: MassJob) -> None:
        """One for each job, over all its turns."""
        self._shown.add((job.guild_id, job.number))
        try:
            await follow_in_log(self.bot, job.guild_id, job.number)
        finally:
            self._shown.discard((job.guild_id, job.number))

    async def _carry_out(self, job: MassJob) -> None:
        try:
            if await take_turn(self.bot, job):
                self.bot.dispatch("outbox_filled")
        except DatabaseUnavailable:
            logger.warning("The job of case {} of {} waits for the database.", job.number, job.guild_id)
        except Exception as error:  # a bug in one job must not hold up the others
            incident(error, at=f"the job of case {job.number} of {job.guild_id}")
        finally:
            self._at_work.discard(job.guild_id)


async def text_of(file: discord.Attachment | None) -> str:
    if file is None:
        return ""
    if file.size > LONGEST_LIST:
        raise ListUnreadable
    try:
        return (await file.read()).decode()
    except (UnicodeDecodeError, discord.HTTPException) as error:
        raise ListUnreadable from error


async def setup(bot: "Reeve") -> None:
    GATES[MASS] = preview_first
    bot.add_dynamic_items(MassButton)
    await bot.add_cog(Mass(bot))
