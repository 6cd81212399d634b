"""A page of a leaderboard as a chart."""

from bot.charts import PALETTE, Chart, Series
from database.models import BoardPage


def board_chart(title: str, page: BoardPage) -> Chart:
    """Who stands on top first; who was never seen by name has the end of their id."""
    spare = [f"{each.place:,}. …{each.user_id % 10_000:04}" for each in page.standings]
    labels = [
        f"{each.place:,}. {each.name}" if each.name else unnamed
        for each, unnamed in zip(page.standings, spare, strict=True)
    ]
    values = [each.points for each in page.standings]
    told = ", ".join(f"{label}: {points:,}" for label, points in zip(labels, values, strict=True))
    return Chart(
        "rows",
        title,
        "points",
        labels,
        [Series("points", values, PALETTE[1])],
        spare,
        is_low=len(labels) <= 4,
        told=f"{title}. {told}",
    )
