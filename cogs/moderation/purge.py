"""/purge"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _suggestions
from cogs.moderation._acting import act, require_by_hand
from cogs.moderation._purging import MOST_PURGED, purge
from database.models import CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve

LONGEST_PURGE_REASON = 700
"""The case's reason begins with what was deleted."""


class Purge(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        count="How many of the last messages in this channel; pinned ones are left",
        member="Only theirs, also of somebody who left, by id",
        contains="Only those with this text in them, upper or lower case alike",
        reason="Why: the mod log sees it",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def purge(
        self,
        interaction: Interaction,
        count: app_commands.Range[int, 1, MOST_PURGED],
        member: discord.User | None = None,
        contains: app_commands.Range[str, 1, 100] = "",
        reason: app_commands.Range[str, 1, LONGEST_PURGE_REASON] = "",
    ) -> None:
        """Delete the last messages of this channel; who wrote how many, and what, is kept with the case."""
        await defer(interaction)
        await require_by_hand(interaction, CaseKind.PURGE, interaction.channel_id or 0)
        request, kept = await purge(interaction, count=count, member=member, contains=contains, reason=reason)
        await act(interaction, request, [kept])


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Purge(bot))
