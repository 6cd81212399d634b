"""/points top: the leaderboard, as a command and its pages."""

from datetime import datetime, timedelta
from enum import StrEnum

import discord
from discord import app_commands

from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton, show
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.points._group import PointsPart
from cogs.points._history import GOLD, PAGE_SIZE

LAST_PAGE = 100_000
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


class Period(StrEnum):
    """Of the leaderboard: all balances, or what was earned in the last days."""

    ALL = "all"
    WEEK = "week"
    MONTH = "month"

    def since(self) -> datetime | None:
        days = {Period.ALL: None, Period.WEEK: 7, Period.MONTH: 30}[self]
        return clock.now() - timedelta(days=days) if days else None


TITLES = {
    Period.ALL: "Most points",
    Period.WEEK: "Most earned in 7 days",
    Period.MONTH: "Most earned in 30 days",
}
PERIODS = [
    app_commands.Choice(name="all time", value=Period.ALL.value),
    app_commands.Choice(name="7 days", value=Period.WEEK.value),
    app_commands.Choice(name="30 days", value=Period.MONTH.value),
]


async def top_page(interaction: Interaction, period: Period, number: int) -> Page:
    """Page `number`, counted from 1."""
    first = (number - 1) * PAGE_SIZE
    standings = await interaction.client.database.points.top(
        guild_id=guild_of(interaction).id, since=period.since(), offset=first, limit=PAGE_SIZE + 1
    )
    shown = standings[:PAGE_SIZE]
    embed = discord.Embed(title=TITLES[period], colour=GOLD)
    rows = [
        f"{MEDALS.get(place, f'`{place}.`')} <@{standing.user_id}> · {standing.points:,}"
        for place, standing in enumerate(shown, start=first + 1)
    ]
    embed.description = "\n".join(rows) or (
        "Nobody has points yet." if number == 1 else "This page is empty."
    )
    embed.set_footer(text=f"Page {number}")
    return Page(
        embed,
        back=f"pt:{period}:{number - 1 if shown else 1}" if number > 1 else None,
        forward=f"pt:{period}:{number + 1}" if len(standings) > PAGE_SIZE else None,
    )


class TopButton(PageButton, template=r"pt:(?:all|week|month):[0-9]{1,6}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, period, number = self.custom_id.split(":")
        return await top_page(interaction, Period(period), max(1, int(number)))


class TopCommands(PointsPart):
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
