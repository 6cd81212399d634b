"""The worker of acts: what is due, overdue or left over by somebody who died is carried out here."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from bot.outcomes import DiscordAway
from cogs.moderation._hearing_first import hear_first
from cogs.moderation._performing import perform
from database.errors import DatabaseUnavailable
from database.models import Act

if TYPE_CHECKING:
    from bot.client import Reeve

LOOK_EVERY_SECONDS = 2
MOST_AT_ONCE = 100
FORGET_EVERY_SECONDS = 3_600
CATCH_UP_EVERY_SECONDS = 60
MOST_OF_A_GUILD_AT_ONCE = 12
"""An answer of Discord's takes a quarter of a second: so one guild can use the 50 requests that all have in a second,
and leaves them to others (`bot.rest_budget`: whoever waits for a command's answer goes first)."""
HEARD_AGAIN_SECONDS = 5


class Acting(BaseCog):
    """One task looks what is due; one task a guild carries it out, so that no guild waits for another."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._due = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._at_work: dict[int, asyncio.Task[None]] = {}
        self._is_more = False
        self._forgotten_at = self._caught_up_at = clock.now()

    async def cog_load(self) -> None:
        self._looking = asyncio.create_task(self._look_forever(), name="acts")

    async def cog_unload(self) -> None:
        tasks = [*self._at_work.values(), *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    @BaseCog.listener()
    async def on_acts_due(self) -> None:
        self._due.set()

    @BaseCog.listener()
    async def on_ready(self) -> None:
        """After a start, and after a session that was lost: what stood in the way may be gone."""
        await self._hurry_all()

    @BaseCog.listener()
    async def on_shard_resumed(self, _shard_id: int) -> None:
        await self._hurry_all()

    @BaseCog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._hurry(guild.id)

    @BaseCog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Added again."""
        await self._hurry(guild.id)

    @BaseCog.listener()
    async def on_guild_role_update(self, _: discord.Role, role: discord.Role) -> None:
        """A permission of Reeve's, or its place, may have changed."""
        if role in role.guild.me.roles:
            await self._hurry(role.guild.id)

    @BaseCog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        if member == member.guild.me:
            await self._hurry(member.guild.id)

    async def _hurry_all(self) -> None:
        try:
            await self.bot.database.acts.hurry_all(now=clock.now(), shards=self.bot.own_shards)
        except DatabaseUnavailable as error:
            logger.warning("Acts are tried again at their own time: {}", type(error).__name__)
        self._due.set()

    async def _hurry(self, guild_id: int) -> None:
        try:
            await self.bot.database.acts.hurry(guild_id=guild_id, now=clock.now())
        except DatabaseUnavailable as error:
            logger.warning("Acts are tried again at their own time: {}", type(error).__name__)
        self._due.set()

    async def _look_forever(self) -> None:
        await self.bot.wait_until_ready()
        while True:
            await clock.wait(self._due, LOOK_EVERY_SECONDS)
            self._due.clear()
            try:
                acts = await self.bot.database.acts.claim(
                    now=clock.now(),
                    shards=self.bot.own_shards,
                    busy_guild_ids=list(self._at_work),
                    limit=MOST_AT_ONCE,
                )
                self._share_out(acts)
                self._is_more = len(acts) == MOST_AT_ONCE
                if self._is_more:
                    self._due.set()
                await self._forget_old(clock.now())
                await self._catch_up(clock.now())
            except DatabaseUnavailable:
                logger.warning("Acts wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the acts")

    def _share_out(self, acts: Sequence[Act]) -> None:
        by_guild: dict[int, list[Act]] = defaultdict(list)
        for act in acts:
            by_guild[act.guild_id].append(act)
        for guild_id, queue in by_guild.items():
            self._at_work[guild_id] = asyncio.create_task(
                self._carry_out(guild_id, queue), name="acts of a guild"
            )

    async def _carry_out(self, guild_id: int, acts: Sequence[Act]) -> None:
        """Several targets at once, and what is done to one of them in its order.

        Whose lease ends while it waits here, another process may take: then it is lost to this one, by its fence.
        """
        self.bot.database.be_patient()
        by_target: dict[int, list[Act]] = defaultdict(list)
        for act in acts:
            by_target[act.target_id].append(act)
        queues = iter(by_target.values())
        try:
            await self._hear(acts[-1])  # due last: what is heard now is heard for all of them
            async with asyncio.TaskGroup() as hands:
                for _ in range(min(MOST_OF_A_GUILD_AT_ONCE, len(by_target))):
                    hands.create_task(self._work_off(queues))
        except* DatabaseUnavailable:
            logger.warning("The acts of {} wait for the database.", guild_id)
        finally:
            del self._at_work[guild_id]
            if self._is_more:
                self._due.set()

    async def _work_off(self, queues: Iterator[list[Act]]) -> None:
        for queue in queues:
            for act in queue:
                try:
                    await self._hear(act)
                    await perform(self.bot, act)
                except DatabaseUnavailable:
                    raise
                except Exception as error:  # a bug in one act must not hold up the others
                    incident(error, at=f"act {act.act_id} ({act.kind}) of {act.guild_id}")

    async def _hear(self, act: Act) -> None:
        """Until it is known what was done by hand before: that may have made the act void."""
        while True:
            try:
                return await hear_first(self.bot, act)
            except DiscordAway as away:
                logger.debug("act {} of {} waits: {}", act.act_id, act.guild_id, away)
            await clock.sleep(HEARD_AGAIN_SECONDS)

    async def _forget_old(self, now: datetime) -> None:
        if (now - self._forgotten_at).total_seconds() > FORGET_EVERY_SECONDS:
            self._forgotten_at = now
            await self.bot.database.drafts.forget_old(now=now)

    async def _catch_up(self, now: datetime) -> None:
        """Fines that waited for a frozen ledger, and freezes of cases that many bans at once have ended."""
        if (now - self._caught_up_at).total_seconds() > CATCH_UP_EVERY_SECONDS:
            self._caught_up_at = now
            for guild_id, number in await self.bot.database.fines.behind(limit=MOST_AT_ONCE):
                await self.bot.database.fines.catch_up(guild_id=guild_id, number=number)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Acting(bot))
