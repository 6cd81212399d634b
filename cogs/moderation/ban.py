"""/ban and /unban"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.durations import parse_duration
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, require_rank_above, requires
from bot.replies import defer
from cogs.moderation import _suggestions
from cogs.moderation._acting import act
from cogs.moderation._opening import files_of
from cogs.moderation._request import NO_REASON, request_of
from database.models import LONGEST_REASON, CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve

Reason = app_commands.Range[str, 1, LONGEST_REASON]


class Ban(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        user="Whom to ban, also by id, also somebody who is not here",
        duration="For example 7d or 1d12h; for ever if left out",
        reason="Why: they and the mod log see it",
        delete_messages="Delete their messages of this time, for example 1h or 7d (at most 7d)",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def ban(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        user: discord.User,
        duration: str | None = None,
        reason: Reason = NO_REASON,
        delete_messages: str | None = None,
        proof: discord.Attachment | None = None,
    ) -> None:
        """Ban a person, for a time or for ever: they are told, and it becomes a case."""
        require_rank_above(member_of(interaction), user, guild_of(interaction))
        seconds = None if duration is None else int(parse_duration(duration).total_seconds())
        delete = 0 if delete_messages is None else int(parse_duration(delete_messages).total_seconds())
        await defer(interaction)
        request = request_of(
            interaction,
            CaseKind.BAN,
            user,
            reason=reason,
            seconds=seconds,
            payload={"delete_seconds": min(delete, 604_800)},
        )
        await act(interaction, request, await files_of(proof))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(user="Whom to unban, by id or name", reason="Why: the mod log sees it")
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def unban(self, interaction: Interaction, user: discord.User, reason: Reason = NO_REASON) -> None:
        """Lift a ban."""
        await defer(interaction)
        await act(interaction, request_of(interaction, CaseKind.UNBAN, user, reason=reason))


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Ban(bot))
