"""Points for talking: a message earns by the server's rule, and its id is the key, so it earns once."""

from datetime import datetime
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from cogs.points._cooling import JustEarned
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

SAID_BY_A_PERSON = (discord.MessageType.default, discord.MessageType.reply)


class Talking(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._just_earned = JustEarned()

    @BaseCog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.type not in SAID_BY_A_PERSON:
            return
        guild_id, user_id, said_at = message.guild.id, message.author.id, message.created_at
        try:
            if await self._may_earn(guild_id, user_id, said_at):
                earned = await self.points.earn(
                    guild_id=guild_id, user_id=user_id, message_id=message.id, said_at=said_at
                )
                if earned:
                    self._just_earned.note(guild_id, user_id, said_at)
        except DatabaseUnavailable as error:
            logger.warning("Points for a message could not be noted: {}", type(error).__name__)

    async def _may_earn(self, guild_id: int, user_id: int, said_at: datetime) -> bool:
        """Most messages surely earn nothing, and cost no transaction; of the others the database decides."""
        rule = await self.guild_configs.get(guild_id=guild_id)
        return rule.points_per_message > 0 and not self._just_earned.is_cooling(
            guild_id, user_id, said_at, rule.message_cooldown_seconds
        )


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Talking(bot))
