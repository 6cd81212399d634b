"""The pages of an account's history and of the leaderboard."""

from datetime import datetime, timedelta
from enum import StrEnum

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton
from bot.typed import one_line
from database.models import MINT, LedgerLine, OperationKind

PAGE_SIZE = 10
LAST_PAGE = 100_000
FIRST_MEMBER_ID = 1_000  # accounts below are the guild's own
GOLD = discord.Colour(0xF1C40F)
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


async def history_page(interaction: Interaction, user_id: int, *, before_id: int | None = None) -> Page:
    """Newest first. There is no way back but the beginning, which is where new lines come."""
    database, guild_id = interaction.client.database, guild_of(interaction).id
    lines = await database.points.history(
        guild_id=guild_id, user_id=user_id, before_id=before_id, limit=PAGE_SIZE + 1
    )
    shown = lines[:PAGE_SIZE]
    balance = await database.points.balance(guild_id=guild_id, user_id=user_id)
    embed = discord.Embed(title=f"{balance:,} points", colour=GOLD)
    embed.description = f"<@{user_id}>\n" + (
        "\n".join(map(_history_line, shown)) or "No point has moved yet."
    )
    return Page(
        embed,
        back=f"ph:{user_id}:0" if before_id else None,
        forward=f"ph:{user_id}:{shown[-1].transfer_id}" if len(lines) > PAGE_SIZE else None,
    )


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


class HistoryButton(PageButton, template=r"ph:[0-9]{1,20}:[0-9]{1,19}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, user_id, before_id = self.custom_id.split(":")
        if not FIRST_MEMBER_ID <= int(user_id) < 2**63 or int(before_id) >= 2**63:
            raise ButtonOutdated
        return await history_page(interaction, int(user_id), before_id=int(before_id) or None)


class TopButton(PageButton, template=r"pt:(?:all|week|month):[0-9]{1,6}"):
    async def turn(self, interaction: Interaction) -> Page:
        _, period, number = self.custom_id.split(":")
        return await top_page(interaction, Period(period), max(1, int(number)))


def _history_line(line: LedgerLine) -> str:
    note = f" · {one_line(line.note, 200)}" if line.note else ""
    return f"{format_dt(line.posted_at, 'd')} **{line.amount:+,}** {_cause(line)}{note} → {line.balance:,}"


def _cause(line: LedgerLine) -> str:
    if line.kind is OperationKind.TALK:
        return "talking"
    if line.other_id == MINT:
        return "awarded"
    return f"from <@{line.other_id}>" if line.amount > 0 else f"to <@{line.other_id}>"
