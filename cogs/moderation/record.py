"""/record"""

from typing import TYPE_CHECKING

from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation._record import record_of

if TYPE_CHECKING:
    from bot.client import Reeve


class Record(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @requires(Level.MEMBER)
    async def record(self, interaction: Interaction) -> None:
        """Show what stands against you here; only you see it."""
        await defer(interaction)
        page, files = await record_of(interaction, interaction.user, for_staff=False)
        await show(interaction, page, files=files)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Record(bot))
