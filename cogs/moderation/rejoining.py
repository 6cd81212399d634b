"""Who leaves and comes back: what stands against them is put back, also when another bot gives roles on joining."""

from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from bot.clock import clock
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

JUST_JOINED = timedelta(minutes=2)
"""Roles that come so soon come from other bots; later ones a person decides about."""
MOST_PASSES = 3
"""For one joining: two bots that want different roles must not go on for ever."""
MOST_REMEMBERED = 1_000


class Rejoining(BaseCog):
    """All of it needs the members intent: without it Discord tells nobody's coming, and no change of roles."""

    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._passes: OrderedDict[tuple[int, int], int] = OrderedDict()

    @BaseCog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        self._passes.pop((member.guild.id, member.id), None)
        try:
            await self.bot.database.restrictions.came_back(
                guild_id=member.guild.id, user_id=member.id, now=clock.now()
            )
        except DatabaseUnavailable as error:
            logger.warning("What stands against somebody who joined waits: {}", type(error).__name__)
        self.bot.dispatch("acts_due")

    @BaseCog.listener()
    async def on_member_update(self, before: discord.Member, after: discord.Member) -> None:
        joined_at = after.joined_at
        if before.roles == after.roles or joined_at is None or clock.now() - joined_at > JUST_JOINED:
            return
        key = (after.guild.id, after.id)
        passes = self._passes.get(key, 0)
        if passes == MOST_PASSES:
            return
        role_ids = [role.id for role in after.roles]
        try:
            differ = await self.bot.database.restrictions.roles_differ(
                guild_id=after.guild.id, user_id=after.id, role_ids=role_ids, now=clock.now()
            )
        except DatabaseUnavailable as error:
            logger.warning("The roles of somebody who joined stay: {}", type(error).__name__)
            return
        if differ:
            self._remember(key, passes + 1)
            self.bot.dispatch("acts_due")

    def _remember(self, key: tuple[int, int], passes: int) -> None:
        self._passes[key] = passes
        if passes == MOST_PASSES:
            logger.info("server {}: another bot gives {} roles that a timeout takes: left to it", *key)
        if len(self._passes) > MOST_REMEMBERED:
            self._passes.popitem(last=False)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Rejoining(bot))
