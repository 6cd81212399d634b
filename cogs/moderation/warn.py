"""/warn"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _deeds, _suggestions
from cogs.moderation._acting import act
from cogs.moderation._fine_options import FINE, FREEZE, Fine
from cogs.moderation._opening import files_of
from database.models import LONGEST_REASON, MOST_CASE_POINTS

if TYPE_CHECKING:
    from bot.client import Reeve


class Warn(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whom to warn",
        reason="Why: the member and the mod log see it",
        points="How much it weighs; if left out, what the reason weighs, or 1 where there is a ladder",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
        fine=FINE,
        freeze_points=FREEZE,
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def warn(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        points: app_commands.Range[int, 0, MOST_CASE_POINTS] | None = None,
        proof: discord.Attachment | None = None,
        fine: Fine | None = None,
        freeze_points: bool = False,
    ) -> None:
        """Warn a member: they are told, and the warning becomes a case."""
        request = _deeds.warn(interaction, member, reason=reason, points=points)
        request = _deeds.with_fine(member, request, fine=fine, freezes_points=freeze_points)
        await defer(interaction)
        await act(interaction, request, await files_of(proof))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Warn(bot))
