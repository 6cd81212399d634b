"""/points take, set, freeze, unfreeze: what the staff does to one account."""

from typing import Any

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._award import award_reasons
from cogs.points._group import Amount, PointsPart, points_in_words
from database.models import LARGEST_AMOUNT, LONGEST_NOTE

Reason = app_commands.Range[str, 1, LONGEST_NOTE]
NO_REASON = "no reason given"


class StaffCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(member="From whom", amount="How many", reason="Why; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def take(
        self, interaction: Interaction, member: discord.User, amount: Amount, reason: Reason
    ) -> None:
        """Take points from a member."""
        await defer(interaction)
        moved = await self.bot.database.staff_points.take(
            guild_id=guild_of(interaction).id,
            member_id=member.id,
            amount=amount,
            reason=reason,
            actor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        await reply(
            interaction,
            f"Took {points_in_words(amount)} from {member.mention}, who now has {moved.giver_balance:,}. "
            f"This is operation {moved.operation_id}.",
        )

    @app_commands.command(name="set")
    @app_commands.describe(
        member="Whose", amount="How many they have then", reason="Why; the ledger keeps it"
    )
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def set_points(
        self,
        interaction: Interaction,
        member: discord.User,
        amount: app_commands.Range[int, 0, LARGEST_AMOUNT],
        reason: Reason,
    ) -> None:
        """Make a member's points what you say."""
        await defer(interaction)
        moved = await self.bot.database.staff_points.set(
            guild_id=guild_of(interaction).id,
            member_id=member.id,
            member_is_bot=member.bot,
            balance=amount,
            reason=reason,
            actor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        await reply(
            interaction,
            f"{member.mention} now has {points_in_words(amount)} ({moved.amount:+,}). "
            f"This is operation {moved.operation_id}.",
        )

    @app_commands.command()
    @app_commands.describe(member="Whose points", reason="Why; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def freeze(
        self, interaction: Interaction, member: discord.User, reason: Reason = NO_REASON
    ) -> None:
        """Stop a member's points: none goes in or out but by the staff."""
        await defer(interaction)
        done = await self.bot.database.staff_points.freeze(**self._about(interaction, member, reason))
        await reply(
            interaction, f"The points of {member.mention} are frozen. This is operation {done.operation_id}."
        )

    @app_commands.command()
    @app_commands.describe(member="Whose points", reason="Why; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def unfreeze(
        self, interaction: Interaction, member: discord.User, reason: Reason = NO_REASON
    ) -> None:
        """Let a member's points move again."""
        await defer(interaction)
        done = await self.bot.database.staff_points.unfreeze(**self._about(interaction, member, reason))
        await reply(
            interaction,
            f"The points of {member.mention} move again. This is operation {done.operation_id}.",
        )

    @staticmethod
    def _about(interaction: Interaction, member: discord.User, reason: str) -> dict[str, Any]:
        return {
            "guild_id": guild_of(interaction).id,
            "member_id": member.id,
            "reason": reason,
            "actor_id": interaction.user.id,
            "interaction_id": interaction.id,
        }
