"""A page of a leaderboard as a chart."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord

from bot.charts import PALETTE, Chart, Series
from bot.painter import Picture
from cogs.points._names import ask_names
from database.models import BoardPage

if TYPE_CHECKING:
    from bot.client import Reeve


async def board_picture(bot: "Reeve", guild: discord.Guild, title: str, page: BoardPage) -> Picture:
    names = await ask_names(guild, (each.user_id for each in page.standings if not each.name))
    return await bot.painter.picture(board_chart(title, page, names), "points")


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
