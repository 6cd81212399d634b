""" "Moderate" in the menu of a person"""

import re
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.buttons import Button
from bot.invocation import Interaction
from bot.pages import show
from bot.permissions import Level, require, requires
from bot.replies import defer
from cogs.moderation._act_forms import FORMS, USER, person_now
from cogs.moderation._acting import require_by_hand
from cogs.moderation._panel import HISTORY, show_panel
from cogs.moderation._record import record_of

if TYPE_CHECKING:
    from bot.client import Reeve

TEMPLATE = rf"moderate:(?P<deed>{'|'.join((*FORMS, HISTORY))}):{USER}"


class PanelButton(Button, template=TEMPLATE):
    def __init__(self, custom_id: str, match: re.Match[str]) -> None:
        super().__init__(custom_id, match)
        self.deed, self.user_id = match["deed"], int(match["user"])

    async def pressed(self, interaction: Interaction) -> None:
        await require(interaction, Level.MODERATOR)
        if self.deed == HISTORY:
            await self._show_history(interaction)
        else:
            form = FORMS[self.deed]
            await require_by_hand(interaction, form.kind, self.user_id)
            await form.open(interaction, self.custom_id)

    async def _show_history(self, interaction: Interaction) -> None:
        await defer(interaction)
        person = await person_now(interaction, self.user_id)
        page, files = await record_of(interaction, person, for_staff=True)
        await show(interaction, page, files=files)


class Moderate(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        menu = app_commands.ContextMenu(name="Moderate", callback=self.moderate_menu)
        self._menu = app_commands.guild_only()(requires(Level.MODERATOR)(menu))

    async def cog_load(self) -> None:
        self.bot.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        self.bot.tree.remove_command(self._menu.name, type=self._menu.type)

    async def moderate_menu(self, interaction: Interaction, user: discord.Member | discord.User) -> None:
        await defer(interaction)
        await show_panel(interaction, user)


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(PanelButton)
    await bot.add_cog(Moderate(bot))
