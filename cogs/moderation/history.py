"""/history, and "History" in the menu of a person"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation._record import record_of

if TYPE_CHECKING:
    from bot.client import Reeve


class History(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        menu = app_commands.ContextMenu(name="History", callback=self.history_menu)
        self._menu = app_commands.guild_only()(requires(Level.MODERATOR)(menu))

    async def cog_load(self) -> None:
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(user="Whose history, also somebody who left")
    @requires(Level.MODERATOR)
    async def history(self, interaction: Interaction, user: discord.User) -> None:
        """Show what stands against a person, and their points."""
        await self._show(interaction, user)

    async def history_menu(self, interaction: Interaction, user: discord.Member | discord.User) -> None:
        await self._show(interaction, user)

    async def _show(self, interaction: Interaction, user: discord.Member | discord.User) -> None:
        await defer(interaction)
        page, files = await record_of(interaction, user, for_staff=True)
        await show(interaction, page, files=files)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(History(bot))
