"""/note"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation._opening import log_trouble, open_case
from database.models import LONGEST_REASON, CaseKind

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
        case = await open_case(self, interaction, user, kind=CaseKind.NOTE, reason=text)
        trouble = await log_trouble(self.bot, guild_of(interaction))
        await reply(interaction, f"Case {case.number}: noted about {user.mention}.{trouble}")


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Note(bot))
