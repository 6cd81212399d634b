"""Leaderboards follow the ledger: two seconds behind what this process commits, minutes behind all else."""

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.command_tree import incident
from database.errors import DatabaseUnavailable
from database.models import Progress

if TYPE_CHECKING:
    from bot.client import Reeve

TURN_SECONDS = 2
SWEEP_SECONDS = 300
GUILDS_OF_A_SWEEP = 500


class Boards(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self.boards, self._waiting = bot.database.boards, bot.database.points_moved
        self._tidied: dict[int, date] = {}
        self._following: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        self._following = asyncio.create_task(self._follow_forever(), name="boards")

    async def cog_unload(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    @BaseCog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        """Comes only with the members intent, as the other one does. Who stands on a board may change."""
        self._waiting.add(member.guild.id)

    @BaseCog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        self._waiting.add(payload.guild_id)

    async def _follow_forever(self) -> None:
        await self.bot.wait_until_ready()
        swept_at = None
        while True:
            try:
                if swept_at is None or (clock.now() - swept_at).total_seconds() >= SWEEP_SECONDS:
                    await self._sweep()
                    swept_at = clock.now()
                for guild_id in list(self._waiting):
                    await self._follow(guild_id)
            except DatabaseUnavailable:
                logger.warning("The leaderboards wait for the database.")
            except Exception as error:  # the loop must outlive any bug in it
                incident(error, at="the leaderboards")
            await clock.sleep(TURN_SECONDS)

    async def _sweep(self) -> None:
        """Find what other processes wrote, or this one before its last end."""
        guild_ids = [guild.id for guild in self.bot.guilds]
        for first in range(0, len(guild_ids), GUILDS_OF_A_SWEEP):
            some = guild_ids[first : first + GUILDS_OF_A_SWEEP]
            self._waiting.update(await self.boards.behind(guild_ids=some))

    async def _follow(self, guild_id: int) -> None:
        """A batch: with much to count, servers take turns."""
        self._waiting.discard(guild_id)
        try:
            progress = await self.boards.refresh(guild_id=guild_id, now=clock.now())
            if progress is Progress.DONE:
                await self._tidy(guild_id)
                return
        except BaseException:
            self._waiting.add(guild_id)
            raise
        self._waiting.add(guild_id)

    async def _tidy(self, guild_id: int) -> None:
        """Once a day: weeks and months that are long over go."""
        now = clock.now()
        if self._tidied.get(guild_id) == now.date():
            return
        if await self.boards.forget_old(guild_id=guild_id, now=now):
            self._waiting.add(guild_id)
        else:
            self._tidied[guild_id] = now.date()


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Boards(bot))
