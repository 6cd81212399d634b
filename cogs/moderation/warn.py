"""/warn"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, require_rank_above, requires
from bot.replies import defer, reply
from cogs.moderation import _suggestions
from cogs.moderation._opening import log_trouble, open_case
from cogs.moderation._refusals import BotsTakeNoWarning
from database.models import LONGEST_REASON, MOST_CASE_POINTS, CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve


class Warn(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whom to warn",
        reason="Why: the member and the mod log see it",
        points="How much it weighs on their record (0 if left out)",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def warn(
        self,
        interaction: Interaction,
        member: discord.Member,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        points: app_commands.Range[int, 0, MOST_CASE_POINTS] = 0,
        proof: discord.Attachment | None = None,
    ) -> None:
        """Warn a member: they are told, and the warning becomes a case."""
        guild = guild_of(interaction)
        require_rank_above(member_of(interaction), member, guild)
        if member.bot:
            raise BotsTakeNoWarning
        await defer(interaction)
        case = await open_case(
            self,
            interaction,
            member,
            kind=CaseKind.WARN,
            reason=reason,
            points=points,
            proof=proof,
            tell_target=True,
        )
        await reply(
            interaction, f"Case {case.number}: warned {member.mention}.{await log_trouble(self.bot, guild)}"
        )


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Warn(bot))
