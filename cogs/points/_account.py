"""/points balance, give, history"""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import shown
from cogs.points._group import Amount, PointsPart, points_in_words
from cogs.points._history import history_page
from database.models import LONGEST_NOTE


class AccountCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(member="Whose points; your own if left out")
    @requires(Level.MEMBER)
    async def balance(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show how many points somebody has, and their place on the leaderboard."""
        await defer(interaction)
        person = member or interaction.user
        whom = {"guild_id": guild_of(interaction).id, "user_id": person.id}
        points, place = await self.points.balance(**whom), await self.points.rank(**whom)
        whose = "You have" if person == interaction.user else f"{person.mention} has"
        standing = f" That is place {place.place:,} of {place.people:,}." if place else ""
        await reply(interaction, f"{whose} {points_in_words(points)}.{standing}")

    @app_commands.command()
    @app_commands.describe(member="Who gets them", amount="How many", note="What for; both of you see it")
    @requires(Level.MEMBER)
    async def give(
        self,
        interaction: Interaction,
        member: discord.Member,
        amount: Amount,
        note: app_commands.Range[str, 1, LONGEST_NOTE] | None = None,
    ) -> None:
        """Give some of your points to another member."""
        await defer(interaction)
        moved = await self.points.transfer(
            guild_id=guild_of(interaction).id,
            giver_id=interaction.user.id,
            receiver_id=member.id,
            receiver_is_bot=member.bot,
            amount=amount,
            note=note,
            interaction_id=interaction.id,
        )
        left = moved.giver_balance or 0
        await reply(
            interaction, f"You gave {points_in_words(amount)} to {member.mention} and have {left:,} left."
        )
        what_for = f": {shown(note)}" if note else "."
        public = f"{interaction.user.mention} gave {points_in_words(amount)} to {member.mention}{what_for}"
        await reply(interaction, public, ephemeral=False)

    @app_commands.command()
    @app_commands.describe(member="Whose points; your own if left out")
    @requires(Level.MEMBER)
    async def history(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show where points came from and went."""
        await defer(interaction)
        await show(interaction, await history_page(interaction, (member or interaction.user).id))
