"""What every cog is given."""

from typing import TYPE_CHECKING

from discord.ext import commands

if TYPE_CHECKING:
    from bot.client import Reeve


class BaseCog(commands.Cog):
    def __init__(self, bot: "Reeve") -> None:
        self.bot = bot
        self.guild_configs = bot.database.guild_configs
        self.users = bot.database.users
        self.cases = bot.database.cases
        self.points = bot.database.points
