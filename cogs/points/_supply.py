"""/points supply: where the server's points came from and went, and what is in circulation."""

from collections import Counter
from datetime import date, timedelta
from math import log
from typing import NamedTuple

import discord
from discord import app_commands

from bot.charts import Chart, lines
from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._group import PointsPart, points_in_words
from cogs.points._history import GOLD
from database.models import OperationKind
from database.models.points import BURN, SHOP, TREASURY
from database.models.supply import MEMBERS, DayLine, Totals

MOST_PIECES = 50
LONGEST_BY_DAY = 45
HERE = (MEMBERS, TREASURY)
SOURCES = {
    OperationKind.TALK: "messages",
    OperationKind.VOICE: "voice",
    OperationKind.DAILY: "daily",
    OperationKind.THANKS: "thanks",
    OperationKind.IMPORT: "imported",
    OperationKind.REVERSE: "moved back",
    OperationKind.REFUND: "given back",
    OperationKind.SEASON: "seasons",
}
SINKS = {
    OperationKind.FINE: "fines",
    OperationKind.REVERSE: "moved back",
    OperationKind.IMPORT: "imported",
    OperationKind.SEASON: "seasons",
}


class Flow(NamedTuple):
    """What came into a server and went out of it, by cause and by day; and what was given from member to member."""

    came: Counter[str]
    went: Counter[str]
    came_on: Counter[date]
    went_on: Counter[date]
    given: int


def flow_of(days: list[DayLine]) -> Flow:
    flow, given = Flow(Counter(), Counter(), Counter(), Counter(), 0), 0
    for line in days:
        is_from_here, is_to_here = line.debit_id in HERE, line.credit_id in HERE
        if is_to_here and not is_from_here:
            flow.came[SOURCES.get(line.kind, "staff")] += line.amount
            flow.came_on[line.day] += line.amount
        elif is_from_here and not is_to_here:
            flow.went[_sink(line)] += line.amount
            flow.went_on[line.day] += line.amount
        elif line.debit_id == line.credit_id == MEMBERS and line.kind is OperationKind.GIVE:
            given += line.amount
    return flow._replace(given=given)


def _sink(line: DayLine) -> str:
    if line.kind in SINKS:
        return SINKS[line.kind]
    if line.kind is OperationKind.CAPTURE and line.credit_id == BURN:
        return SINKS[OperationKind.FINE]  # of an act on Discord: it was held until that was done
    return {BURN: "tax, burnt", SHOP: "shop"}.get(line.credit_id, "taken by the staff")


def hint(totals: Totals, flow: Flow, days: int) -> str:
    """How fast the points of a server grow: in how long they double at this pace."""
    more = sum(flow.came.values()) - sum(flow.went.values())
    now = totals.members + totals.treasury
    before = now - more
    if more <= 0 or now <= 0:
        return "There are no more points than before: prices can stay."
    if before <= 0:
        return "All points are of this time: there is nothing to compare with yet."
    doubling = days * log(2) / log(now / before)
    text = f"{100 * more / before:,.1f} % more than {days} days ago"
    if doubling < 90:
        return f"{text}: at this pace they double in {doubling:,.0f} days. A tax, a shop or lower earnings slow that."
    return f"{text}: a slow pace."


class SupplyCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(days="Of how many days (UTC), today included")
    @requires(Level.MANAGER)
    async def supply(self, interaction: Interaction, days: app_commands.Range[int, 2, 365] = 30) -> None:
        """Show where points came from and went."""
        await defer(interaction)
        guild_id, checks = guild_of(interaction).id, self.bot.database.checks
        is_behind = True
        for _ in range(MOST_PIECES):
            if not is_behind:
                break
            damages, is_behind = await checks.follow(guild_id=guild_id, now=clock.now())
            if damages:
                self.bot.dispatch("outbox_filled")  # the staff is told
        first = clock.now().date() - timedelta(days=days - 1)
        flow = flow_of(list(await checks.days(guild_id=guild_id, first=first)))
        totals = await checks.totals(guild_id=guild_id)
        embed = discord.Embed(
            title=f"Points in {days} days", colour=GOLD, description=hint(totals, flow, days)
        )
        embed.add_field(name=f"Came in: {sum(flow.came.values()):,}", value=_causes(flow.came))
        embed.add_field(name=f"Went out: {sum(flow.went.values()):,}", value=_causes(flow.went))
        held = f", of them {totals.held:,} held" if totals.held else ""
        there = [f"Members have {points_in_words(totals.members)}{held}.", f"Treasury: {totals.treasury:,}."]
        there.append(f"Given from member to member: {flow.given:,}.")
        if is_behind:
            there.append("Older transfers are still being added up: look again in a minute.")
        embed.add_field(name="In circulation", value="\n".join(there), inline=False)
        picture = await self.bot.painter.picture(_chart(flow, first, days), "supply")
        files = [picture.file] if picture.file is not None else []
        if files:
            embed.set_image(url="attachment://supply.png")
        await reply(interaction, picture.trouble.strip() or None, embeds=[embed], files=files)


def _causes(causes: Counter[str]) -> str:
    return "\n".join(f"{cause} {amount:,}" for cause, amount in causes.most_common()) or "nothing"


def _chart(flow: Flow, first: date, days: int) -> Chart:
    step = 1 if days <= LONGEST_BY_DAY else 7
    starts = [first + timedelta(days=each) for each in range(0, days, step)]
    series = {
        name: [sum(on[start + timedelta(days=each)] for each in range(step)) for start in starts]
        for name, on in (("Came in", flow.came_on), ("Went out", flow.went_on))
    }
    title = "Points that came in and went out" + ("" if step == 1 else ", by week")
    return lines(title, [f"{start.day} {start:%b}" for start in starts], series, unit="points")
