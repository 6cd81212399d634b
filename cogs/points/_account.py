"""/points balance, give, history"""

from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.clock import clock
from bot.durations import parse_moment
from bot.invocation import Interaction, guild_of
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import shown
from cogs.points._following import catch_up
from cogs.points._group import Amount, PointsPart, points_in_words
from cogs.points._history import history_page
from database.models import LONGEST_NOTE

LONGEST_MOMENT = 40


class AccountCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        member="Whose points; your own if left out",
        at="As they were then: 2026-11-30, 2026-11-30 18:00, 7d ago",
    )
    @requires(Level.MEMBER)
    async def balance(
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        at: app_commands.Range[str, 1, LONGEST_MOMENT] | None = None,
    ) -> None:
        """Show how many points somebody has, and their place on the leaderboard."""
        await defer(interaction)
        person = member or interaction.user
        whom = {"guild_id": guild_of(interaction).id, "user_id": person.id}
        is_own = person == interaction.user
        if at is not None:
            moment = await self._moment(whom["guild_id"], at)
            had = await self.points.balance_at(**whom, at=moment)
            whose = "You had" if is_own else f"{person.mention} had"
            await reply(interaction, f"{whose} {points_in_words(had)} at {format_dt(moment, 'f')}.")
            return
        await catch_up(self.bot, whom["guild_id"])
        funds, place = await self.points.funds(**whom), await self.bot.database.boards.place(**whom)
        whose = "You have" if is_own else f"{person.mention} has"
        held = f" {funds.held:,} of them are held, so {funds.available:,} can be spent." if funds.held else ""
        owed = " What comes in pays that first." if funds.balance < 0 else ""
        frozen = " They are frozen by the staff." if funds.is_frozen else ""
        standing = f" That is place {place.place:,} of {place.people:,}." if place else ""
        await reply(interaction, f"{whose} {points_in_words(funds.balance)}.{held}{owed}{frozen}{standing}")

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
            giver_made_at=interaction.user.created_at,
            is_restricted=isinstance(interaction.user, discord.Member) and interaction.user.is_timed_out(),
        )
        left = moved.giver_balance or 0
        given = f"{points_in_words(amount)} to {member.mention}"
        tax = f" (of these, {moved.tax:,} went as tax)" if moved.tax else ""
        await reply(interaction, f"You gave {given}{tax} and have {left:,} left.")
        what_for = f": {shown(note)}" if note else "."
        public = f"{interaction.user.mention} gave {given}{tax}{what_for}"
        await reply(interaction, public, ephemeral=False)

    @app_commands.command()
    @app_commands.describe(member="Whose points; your own if left out")
    @requires(Level.MEMBER)
    async def history(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Show where points came from and went."""
        await defer(interaction)
        await show(interaction, await history_page(interaction, (member or interaction.user).id))

    async def _moment(self, guild_id: int, at: str) -> datetime:
        """By the server's clock. A day alone means its end, and what is not over yet means now."""
        config = await self.guild_configs.get(guild_id=guild_id)
        zone, now = ZoneInfo(config.time_zone), clock.now()
        words = at.strip().lower().removesuffix(" ago")
        return min(now, parse_moment(words, now=now, zone=zone, past=True, day_ends=True))
