"""/points top: the leaderboards, as a command and its pages."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.clock import clock
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton, show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.points._board_chart import board_picture
from cogs.points._following import catch_up
from cogs.points._group import PointsPart
from cogs.points._history import GOLD
from database.models import (
    ALL_TIME,
    PAGE_SIZE,
    Board,
    BoardKind,
    BoardPage,
    Key,
    Standing,
    days_of_week,
    today,
    week_of,
)

LAST_PAGE = 1_000_000
MEDALS = {1: "🥇", 2: "🥈", 3: "🥉"}


class Period(StrEnum):
    """Of the leaderboard: all balances, or what the server issued in a time of its own clock."""

    ALL = "all"
    WEEK = "week"
    LAST_WEEK = "last week"
    MONTH = "month"
    LAST_MONTH = "last month"
    SEASON = "season"


PERIODS = [
    app_commands.Choice(name="all time", value=Period.ALL.value),
    app_commands.Choice(name="this week", value=Period.WEEK.value),
    app_commands.Choice(name="last week", value=Period.LAST_WEEK.value),
    app_commands.Choice(name="this month", value=Period.MONTH.value),
    app_commands.Choice(name="last month", value=Period.LAST_MONTH.value),
    app_commands.Choice(name="season", value=Period.SEASON.value),
]


class Leaderboard(NamedTuple):
    """A board and what it is called."""

    board: Board
    title: str


async def leaderboard_of(interaction: Interaction, period: Period) -> Leaderboard:
    """Of this moment, by the server's clock; the season that runs, or the last that ended. Refused: NoSuchSeason."""
    guild_id = guild_of(interaction).id
    if period is Period.ALL:
        return await titled(interaction, ALL_TIME)
    if period is Period.SEASON:
        seasons = await interaction.client.database.seasons.list(guild_id=guild_id)
        return await titled(interaction, Board(BoardKind.SEASON, seasons[0].number if seasons else 0))
    config = await interaction.client.database.guild_configs.get(guild_id=guild_id)
    day = today(clock.now(), ZoneInfo(config.time_zone))
    if period in (Period.LAST_WEEK, Period.LAST_MONTH):
        day -= timedelta(days=7 if period is Period.LAST_WEEK else day.day)
    if period in (Period.WEEK, Period.LAST_WEEK):
        return await titled(interaction, Board(BoardKind.WEEK, week_of(day - timedelta(days=day.weekday()))))
    return await titled(interaction, Board(BoardKind.MONTH, day.year * 100 + day.month))


async def titled(interaction: Interaction, board: Board) -> Leaderboard:
    """Refused: NoSuchSeason; ButtonOutdated for what is no week or month."""
    try:
        if board.kind is BoardKind.WEEK:
            monday = days_of_week(board.number)[0]
            return Leaderboard(board, f"Most earned in the week from {monday.day} {monday:%B %Y}")
        if board.kind is BoardKind.MONTH:
            first = datetime(board.number // 100, board.number % 100, 1)  # noqa: DTZ001  # a name, no moment
            return Leaderboard(board, f"Most earned in {first:%B %Y}")
    except ValueError as error:
        raise ButtonOutdated from error
    if board.kind is BoardKind.ALL:
        return Leaderboard(ALL_TIME, "Most points")
    season = await interaction.client.database.seasons.get(
        guild_id=guild_of(interaction).id, number=board.number
    )
    return Leaderboard(board, f"Season {season.number}: {one_line(season.name, 60)}")


def rendered(leaderboard: Leaderboard, page: BoardPage, reader_id: int, *, is_first: bool = False) -> Page:
    """Its buttons lead on by key, so that nobody is shown twice or left out because others move meanwhile."""
    embed = discord.Embed(title=leaderboard.title, colour=GOLD)
    rows = [_row(each, reader_id) for each in page.standings]
    empty = "Nobody has points here." if is_first else "This page is empty."
    embed.description = "\n".join(rows) or empty
    first, last = (page.standings[0], page.standings[-1]) if page.standings else (None, None)
    footer = [f"{page.people:,} {'person' if page.people == 1 else 'people'}"] if page.people else []
    if page.is_recounting:
        footer.append("all is being counted anew: somebody may be missing")
    if footer:
        embed.set_footer(text=" · ".join(footer))
    key = leaderboard.board.key
    buttons = []
    if page.people > PAGE_SIZE and reader_id not in {each.user_id for each in page.standings}:
        buttons.append(_button("Jump to me", "📍", f"pt:{key}:m:0:0"))
    if first is not None:
        buttons.append(_button("Picture", "🖼️", f"pt:{key}:p:{first.points}:{first.user_id}"))
    back = f"pt:{key}:b:{first.points}:{first.user_id}" if first else f"pt:{key}:t:0:0"
    return Page(
        embed,
        back=back if page.has_before else None,
        forward=f"pt:{key}:a:{last.points}:{last.user_id}" if last and page.has_after else None,
        more=buttons,
    )


def _row(standing: Standing, reader_id: int) -> str:
    place = MEDALS.get(standing.place, f"`{standing.place:,}.`")
    row = f"{place} <@{standing.user_id}> · {standing.points:,}"
    return f"**{row}**" if standing.user_id == reader_id else row


def _button(label: str, emoji: str, custom_id: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=label, emoji=emoji, custom_id=custom_id, style=discord.ButtonStyle.secondary
    )


class TopButton(PageButton, template=r"pt:[0-9]{1,10}:[abmpt]:[0-9]{1,19}:[0-9]{1,19}"):
    """`a`fter a key, `b`efore it, around `m`e, as a `p`icture from it on, from the `t`op."""

    async def turn(self, interaction: Interaction) -> Page | None:
        _, key, act, points, user_id = self.custom_id.split(":")
        try:
            leaderboard = await titled(interaction, Board.of_key(int(key)))
        except ValueError as error:
            raise ButtonOutdated from error
        here: dict[str, Any] = {"guild_id": guild_of(interaction).id, "board": leaderboard.board}
        place = Key(min(int(points), 2**63 - 1), min(int(user_id), 2**63 - 1))
        boards, reader_id = interaction.client.database.boards, interaction.user.id
        await catch_up(interaction.client, guild_of(interaction).id)
        if act == "p":
            page = await boards.at(**here, key=place)
            picture = await board_picture(interaction.client, guild_of(interaction), leaderboard.title, page)
            files = [picture.file] if picture.file else []
            await reply(interaction, picture.trouble.strip() or None, files=files)
            return None
        if act == "m":
            found = await boards.around(**here, user_id=reader_id)
            if found is None:
                await reply(interaction, "You are not on this leaderboard: it shows who has points on it.")
                return None
            return rendered(leaderboard, found, reader_id)
        if act == "t":
            return rendered(leaderboard, await boards.page(**here), reader_id, is_first=True)
        turned = await (boards.after if act == "a" else boards.before)(**here, key=place)
        return rendered(leaderboard, turned, reader_id)


class TopCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        period="All points, or what was earned in a time",
        page="Which page, from 1",
        picture="Draw it as well",
    )
    @app_commands.choices(period=PERIODS)
    @requires(Level.MEMBER)
    async def top(
        self,
        interaction: Interaction,
        period: str = Period.ALL.value,
        page: app_commands.Range[int, 1, LAST_PAGE] = 1,
        picture: bool = False,
    ) -> None:
        """Show who has most points."""
        await defer(interaction, ephemeral=False)
        leaderboard = await leaderboard_of(interaction, Period(period))
        await show_board(interaction, leaderboard, page, with_picture=picture)


async def show_board(
    interaction: Interaction, leaderboard: Leaderboard, number: int, *, with_picture: bool = False
) -> None:
    bot, guild_id = interaction.client, guild_of(interaction).id
    await catch_up(bot, guild_id)
    found = await bot.database.boards.page(guild_id=guild_id, board=leaderboard.board, number=number)
    files = []
    shown = rendered(leaderboard, found, interaction.user.id, is_first=number == 1)
    if with_picture and found.standings:
        picture = await board_picture(bot, guild_of(interaction), leaderboard.title, found)
        if picture.file is not None:
            shown.embed.set_image(url="attachment://points.png")
            files.append(picture.file)
    await show(interaction, shown, files=files, ephemeral=False)
