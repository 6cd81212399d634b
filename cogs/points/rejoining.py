"""Who comes back has the roles of their level again."""

from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve


class LevelsOfRejoining(BaseCog):
    """It needs the members intent: without it Discord tells nobody's coming, and `/points levels sync` is left."""

    @BaseCog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        if member.bot:
            return
        try:
            await self.bot.database.levels.ask_roles(guild_id=member.guild.id, user_ids=[member.id])
        except DatabaseUnavailable as error:
            logger.warning("The roles of a level wait for the next sync: {}", type(error).__name__)
        self.bot.dispatch("outbox_filled")


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(LevelsOfRejoining(bot))
