"""/points balance, give, award, history, top"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import shown
from cogs.points._pages import LAST_PAGE, HistoryButton, Period, TopButton, history_page, top_page
from database.errors import DatabaseUnavailable
from database.models import LARGEST_AMOUNT, LONGEST_NOTE

if TYPE_CHECKING:
    from bot.client import Reeve

Amount = app_commands.Range[int, 1, LARGEST_AMOUNT]
LONGEST_CHOICE = 100  # https://discord.com/developers/docs/interactions/application-commands#autocomplete
PERIODS = [
    app_commands.Choice(name="all time", value=Period.ALL.value),
    app_commands.Choice(name="7 days", value=Period.WEEK.value),
    app_commands.Choice(name="30 days", value=Period.MONTH.value),
]


async def _award_reasons(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Reasons that this server has used, the most used first."""
    try:
        used = await interaction.client.database.points.award_reasons(
            guild_id=guild_of(interaction).id, typed=current.strip(), longest=LONGEST_CHOICE
        )
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []
    return [app_commands.Choice(name=reason, value=reason) for reason in used]


@app_commands.guild_only()
class Points(
    BaseCog, commands.GroupCog, group_name="points", group_description="Earn, give and look at points"
):
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
        await reply(interaction, f"{whose} {_points(points)}.{standing}")

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
        await reply(interaction, f"You gave {_points(amount)} to {member.mention} and have {left:,} left.")
        what_for = f": {shown(note)}" if note else "."
        public = f"{interaction.user.mention} gave {_points(amount)} to {member.mention}{what_for}"
        await reply(interaction, public, ephemeral=False)

    @app_commands.command()
    @app_commands.describe(member="Who gets them", amount="How many", reason="What for; the ledger keeps it")
    @app_commands.autocomplete(reason=_award_reasons)
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
        has = f"{moved.receiver_balance:,}"
        await reply(interaction, f"Awarded {_points(amount)} to {member.mention}, who now has {has}.")

    @app_commands.command()
    @app_commands.describe(member="Whose points; your own if left out")
    @requires(Level.MEMBER)
    async def history(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show where points came from and went."""
        await defer(interaction)
        await show(interaction, await history_page(interaction, (member or interaction.user).id))

    @app_commands.command()
    @app_commands.describe(period="All points, or those earned in the last days", page="Which page, from 1")
    @app_commands.choices(period=PERIODS)
    @requires(Level.MEMBER)
    async def top(
        self,
        interaction: Interaction,
        period: str = Period.ALL.value,
        page: app_commands.Range[int, 1, LAST_PAGE] = 1,
    ) -> None:
        """Show who has most points."""
        await defer(interaction, ephemeral=False)
        await show(interaction, await top_page(interaction, Period(period), page), ephemeral=False)


def _points(amount: int) -> str:
    return f"{amount:,} point{'' if amount == 1 else 's'}"


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(HistoryButton, TopButton)
    await bot.add_cog(Points(bot))
