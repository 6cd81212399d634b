"""/kick"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _deeds, _suggestions
from cogs.moderation._acting import act
from cogs.moderation._fine_options import FINE, Fine
from cogs.moderation._opening import files_of
from database.models import LONGEST_REASON

if TYPE_CHECKING:
    from bot.client import Reeve


class Kick(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whom to throw out; they may come back",
        reason="Why: they and the mod log see it",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
        fine=FINE,
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def kick(
        self,
        interaction: Interaction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, LONGEST_REASON] = "",
        proof: discord.Attachment | None = None,
        fine: Fine | None = None,
    ) -> None:
        """Throw a member out: they are told before, and it becomes a case."""
        request = _deeds.with_fine(member, _deeds.kick(interaction, member, reason=reason), fine=fine)
        await defer(interaction)
        await act(interaction, request, await files_of(proof))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Kick(bot))
