"""/note"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _deeds
from cogs.moderation._acting import act
from database.models import LONGEST_REASON

if TYPE_CHECKING:
    from bot.client import Reeve


class Note(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(user="Whom it is about, also somebody who left", text="What the staff should know")
    @requires(Level.MODERATOR)
    async def note(
        self,
        interaction: Interaction,
        user: discord.User,
        text: app_commands.Range[str, 1, LONGEST_REASON],
    ) -> None:
        """Note something about a person: only the staff sees it."""
        await defer(interaction)
        await act(interaction, _deeds.note(interaction, user, text=text))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Note(bot))
