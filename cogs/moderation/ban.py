"""/ban, /softban and /unban"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _deeds, _suggestions
from cogs.moderation._acting import act
from cogs.moderation._banned import BanLists, find_banned, person_named
from cogs.moderation._fine_options import FINE, FREEZE, Fine
from cogs.moderation._opening import files_of
from cogs.moderation._suggestions import MOST_CHOICES
from database.models import LONGEST_REASON

if TYPE_CHECKING:
    from bot.client import Reeve

Reason = app_commands.Range[str, 1, LONGEST_REASON]


class Ban(BaseCog):
    def __init__(self, bot: "Reeve") -> None:
        super().__init__(bot)
        self._lists = BanLists()

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        user="Whom to ban, also by id, also somebody who is not here",
        duration="For example 7d or 1d12h; for ever if left out",
        reason="Why: they and the mod log see it",
        delete_messages="Delete their messages of this time, for example 1h or 7d (at most 7d)",
        proof="A file that shows what happened, kept with the case (up to 8 MiB)",
        fine=FINE,
        freeze_points=FREEZE,
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def ban(  # noqa: PLR0917  # Discord's options
        self,
        interaction: Interaction,
        user: discord.User,
        duration: str = "",
        reason: Reason = "",
        delete_messages: str = "",
        proof: discord.Attachment | None = None,
        fine: Fine | None = None,
        freeze_points: bool = False,
    ) -> None:
        """Ban a person, for a time or for ever: they are told, and it becomes a case."""
        request = _deeds.ban(
            interaction, user, duration=duration, reason=reason, delete_messages=delete_messages
        )
        request = _deeds.with_fine(user, request, fine=fine, freezes_points=freeze_points)
        await defer(interaction)
        await act(interaction, request, await files_of(proof))

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        member="Whom to throw out; they may come back",
        reason="Why: they and the mod log see it",
        delete_messages="Delete their messages of this time, for example 1h (1d if left out, at most 7d)",
        fine=FINE,
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def softban(
        self,
        interaction: Interaction,
        member: discord.Member,
        reason: Reason = "",
        delete_messages: str = "",
        fine: Fine | None = None,
    ) -> None:
        """Ban and unban a member at once: a kick that deletes their messages."""
        request = _deeds.softban(interaction, member, reason=reason, delete_messages=delete_messages)
        request = _deeds.with_fine(member, request, fine=fine)
        await defer(interaction)
        await act(interaction, request)

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        user="Whom to unban: choose, or give an id, or the whole name", reason="Why: the mod log sees it"
    )
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def unban(
        self, interaction: Interaction, user: app_commands.Range[str, 1, 100], reason: Reason = ""
    ) -> None:
        """Lift a ban."""
        await defer(interaction)
        person = await person_named(interaction, self._lists, user)
        await act(interaction, await _deeds.unban(interaction, person, reason=reason))

    @unban.autocomplete("user")
    async def _banned(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """Discord completes no option for people: this one is a text."""
        return [each.choice for each in (await find_banned(interaction, self._lists, typed))[:MOST_CHOICES]]


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(Ban(bot))
