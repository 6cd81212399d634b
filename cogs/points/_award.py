"""/points award"""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._group import Amount, PointsPart, points_in_words
from database.errors import DatabaseUnavailable
from database.models import LONGEST_NOTE

LONGEST_CHOICE = 100  # https://discord.com/developers/docs/interactions/application-commands#autocomplete


async def award_reasons(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Reasons that this server has used, the most used first."""
    try:
        used = await interaction.client.database.points.award_reasons(
            guild_id=guild_of(interaction).id, typed=current.strip(), longest=LONGEST_CHOICE
        )
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []
    return [app_commands.Choice(name=reason, value=reason) for reason in used]


class AwardCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(member="Who gets them", amount="How many", reason="What for; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def award(
        self,
        interaction: Interaction,
        member: discord.Member,
        amount: Amount,
        reason: app_commands.Range[str, 1, LONGEST_NOTE],
    ) -> None:
        """Award new points to a member."""
        await defer(interaction)
        moved = await self.points.award(
            guild_id=guild_of(interaction).id,
            receiver_id=member.id,
            receiver_is_bot=member.bot,
            amount=amount,
            reason=reason,
            actor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("outbox_filled")  # a level may have been reached
        has = f"{moved.receiver_balance:,}"
        await reply(
            interaction,
            f"Awarded {points_in_words(amount)} to {member.mention}, who now has {has}. "
            f"This is operation {moved.operation_id}.",
        )
