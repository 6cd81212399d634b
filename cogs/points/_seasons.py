"""/points season start, end, list, show"""

from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.utils import format_dt

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import cut, one_line, shown
from cogs.points._asking import CONFIRMED, ask
from cogs.points._batch_words import carry_out, members_in_words
from cogs.points._group import PointsPart, points_in_words
from cogs.points._history import GOLD
from cogs.points._suggesting import LONGEST_CHOICE, MOST_CHOICES
from cogs.points._top import show_board, titled
from database.errors import DatabaseUnavailable
from database.models import LONGEST_SEASON_NAME, MOST_SEASONS, Board, BoardKind, Draft, Season

QUESTION = "points_season"
MOST_LISTED, LONGEST_LISTED = 25, 80
SeasonName = app_commands.Range[str, 1, LONGEST_SEASON_NAME]
SeasonNumber = app_commands.Range[int, 1, MOST_SEASONS]


async def _running(interaction: Interaction, _: str) -> list[app_commands.Choice[str]]:
    seasons = await _seasons(interaction)
    return [app_commands.Choice(name=each.name, value=each.name) for each in seasons if not each.ended_at]


async def _numbered(interaction: Interaction, current: object) -> list[app_commands.Choice[int]]:
    """The newest that have what was typed; of which it is the number comes first."""
    typed = str(current).strip().casefold()
    found = [
        app_commands.Choice(name=cut(f"{each.number}. {each.name}", LONGEST_CHOICE), value=each.number)
        for each in await _seasons(interaction)
    ]
    fitting = [each for each in found if typed in each.name.casefold()]
    fitting.sort(key=lambda choice: str(choice.value) != typed)
    return fitting[:MOST_CHOICES]


async def _seasons(interaction: Interaction) -> Sequence[Season]:
    try:
        return await interaction.client.database.seasons.list(guild_id=guild_of(interaction).id)
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []


class SeasonCommands(PointsPart):
    season: app_commands.Group = app_commands.Group(
        name="season", description="Leaderboards of a time that you choose"
    )

    @season.command(name="start")
    @app_commands.describe(name="What it is called")
    @requires(Level.MANAGER)
    async def season_start(self, interaction: Interaction, name: SeasonName) -> None:
        """Begin a season: from now on its leaderboard counts."""
        await defer(interaction)
        season = await self.bot.database.seasons.start(
            guild_id=guild_of(interaction).id,
            name=name,
            actor_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        await reply(
            interaction,
            f"Season {season.number} has begun: {one_line(season.name, 60)}. "
            "`/points top period:season` shows its leaderboard.",
        )

    @season.command(name="end")
    @app_commands.describe(
        name="Its name, to be sure",
        reset="Take all points that members have, after a question; /points reverse can give them back",
    )
    @app_commands.autocomplete(name=_running)
    @requires(Level.MANAGER)
    async def season_end(self, interaction: Interaction, name: SeasonName, reset: bool = False) -> None:
        """End the season that runs: its leaderboard stays as it is then."""
        await defer(interaction)
        if not reset:
            await reply(interaction, await _end(interaction, interaction.id, name, reset=False))
            return
        season, held = await self.bot.database.seasons.would_take(
            guild_id=guild_of(interaction).id, name=name
        )
        await ask(
            interaction,
            QUESTION,
            {"name": season.name},
            f"End season {season.number}, {one_line(season.name, 60)}, and take all points that members have: "
            f"now these are {points_in_words(held.points)} of {members_in_words(held.members)}. Levels stay, and so "
            "does what is held. `/points reverse` undoes it as one.",
            confirm=f"Yes, take {held.points:,}",
        )

    @season.command(name="list")
    @requires(Level.MEMBER)
    async def season_list(self, interaction: Interaction) -> None:
        """Show the seasons of this server, the newest first."""
        await defer(interaction)
        seasons = await self.bot.database.seasons.list(guild_id=guild_of(interaction).id)
        embed = discord.Embed(title="Seasons", colour=GOLD)
        embed.description = "\n".join(map(_line, seasons[:MOST_LISTED])) or "There was none yet."
        if len(seasons) > MOST_LISTED:
            embed.set_footer(
                text=f"{len(seasons) - MOST_LISTED:,} older ones: /points season show has them all"
            )
        await reply(interaction, embeds=[embed])

    @season.command(name="show")
    @app_commands.describe(number="Which season", page="Which page, from 1", picture="Draw it as well")
    @app_commands.autocomplete(number=_numbered)
    @requires(Level.MEMBER)
    async def season_show(
        self,
        interaction: Interaction,
        number: SeasonNumber,
        page: app_commands.Range[int, 1, 1_000_000] = 1,
        picture: bool = False,
    ) -> None:
        """Show the leaderboard of a season, also of one that is long over."""
        await defer(interaction, ephemeral=False)
        leaderboard = await titled(interaction, Board(BoardKind.SEASON, number))
        await show_board(interaction, leaderboard, page, with_picture=picture)


async def _end(interaction: Interaction, key: int, name: str, *, reset: bool) -> str:
    season = await interaction.client.database.seasons.end(
        guild_id=guild_of(interaction).id,
        name=name,
        reset=reset,
        actor_id=interaction.user.id,
        interaction_id=key,
    )
    return f"Season {season.number} is over: {one_line(season.name, 60)}."


async def _confirmed(interaction: Interaction, draft: Draft) -> None:
    said = await _end(interaction, draft.interaction_id, draft.request["name"], reset=True)
    await carry_out(interaction.client, draft.guild_id, draft.interaction_id, interaction, after=said)


def _line(season: Season) -> str:
    until: Any = format_dt(season.ended_at, "d") if season.ended_at else "now"
    name = shown(cut(season.name, LONGEST_SEASON_NAME), LONGEST_LISTED)
    return f"`{season.number}.` {name} · {format_dt(season.started_at, 'd')} to {until}"


CONFIRMED[QUESTION] = _confirmed
