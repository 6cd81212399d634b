"""/timeout and /untimeout"""

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
from database.models import LONGEST_REASON

if TYPE_CHECKING:
    from bot.client import Reeve

Reason = app_commands.Range[str, 1, LONGEST_REASON]


class Timeout(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Who should neither write nor speak",
        duration="For example 10m, 2h or 7d, at most 365d",
        reason="Why: they and the mod log see it",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
        fine=FINE,
        freeze_points=FREEZE,
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def timeout(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        member: discord.Member,
        duration: str,
        reason: Reason = "",
        proof: discord.Attachment | None = None,
        fine: Fine | None = None,
        freeze_points: bool = False,
    ) -> None:
        """Time a member out, as long as you like: they are told, and it becomes a case."""
        await defer(interaction)
        request = await _deeds.timeout(interaction, member, duration=duration, reason=reason)
        request = _deeds.with_fine(member, request, fine=fine, freezes_points=freeze_points)
        await act(interaction, request, await files_of(proof))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whose timeout to end, also somebody who left", reason="Why: they and the mod log see it"
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def untimeout(self, interaction: Interaction, member: discord.User, reason: Reason = "") -> None:
        """End a timeout."""
        await defer(interaction)
        await act(interaction, await _deeds.untimeout(interaction, member, reason=reason))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Timeout(bot))
