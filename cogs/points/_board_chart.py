"""A page of a leaderboard as a chart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.charts import PALETTE, Chart, Series
from bot.outcomes import DiscordAway, read
from bot.painter import Picture
from database.models import BoardPage

if TYPE_CHECKING:
    from bot.client import Reeve

NAMES_SECONDS = 2.0
"""The picture waits no longer: who is not known by then has the end of their id."""


async def board_picture(bot: "Reeve", guild: discord.Guild, title: str, page: BoardPage) -> Picture:
    return await bot.painter.picture(board_chart(title, page, await names_of(guild, page)), "points")


async def names_of(guild: discord.Guild, page: BoardPage) -> dict[int, str]:
    """Of those whom Reeve never saw, as after an import: asked of Discord at once, which needs no intent."""
    unseen = [each.user_id for each in page.standings if not each.name]
    if not unseen:
        return {}
    try:
        found = await read(
            lambda: guild.query_members(user_ids=unseen, limit=len(unseen), cache=False),
            seconds=NAMES_SECONDS,
        )
    except DiscordAway as error:
        logger.info("{} people on the leaderboard of {} have no name: {}", len(unseen), guild.id, error)
        return {}
    return {member.id: member.display_name for member in found}


def board_chart(title: str, page: BoardPage, names: Mapping[int, str]) -> Chart:
    """Who stands on top first; who has no name, as who left before Reeve saw them, has the end of their id."""
    spare = [f"…{each.user_id % 10_000:04}" for each in page.standings]
    labels = [
        each.name or names.get(each.user_id, unnamed)
        for each, unnamed in zip(page.standings, spare, strict=True)
    ]
    places = [f"{each.place:,}." for each in page.standings]
    values = [each.points for each in page.standings]
    told = ", ".join(
        f"{place} {label}: {points:,}" for place, label, points in zip(places, labels, values, strict=True)
    )
    return Chart(
        "rows",
        title,
        "points",
        labels,
        [Series("points", values, PALETTE[1])],
        spare,
        places,
        is_low=len(labels) <= 4,
        told=f"{title}. {told}",
    )
