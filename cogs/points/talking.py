"""Points for talking: a message earns by the server's rule, and its id is the key, so it earns once."""

from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.base_cog import BaseCog
from database.errors import DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve

SAID_BY_A_PERSON = (discord.MessageType.default, discord.MessageType.reply)


class Talking(BaseCog):
    @BaseCog.listener()
    async def on_message(self, message: discord.Message) -> None:
        if message.guild is None or message.author.bot or message.type not in SAID_BY_A_PERSON:
            return
        try:
            await self.points.earn(
                guild_id=message.guild.id,
                user_id=message.author.id,
                message_id=message.id,
                said_at=message.created_at,
            )
        except DatabaseUnavailable as error:
            logger.warning("Points for a message could not be noted: {}", type(error).__name__)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Talking(bot))
