"""The figures of `/modstats` over a year and 200,000 cases of one server, beside the same by hand in asyncpg.

The plan of each of our statements is printed.
"""

from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg

from benchmarks.database_world import FIRST_GUILD
from benchmarks.large_server import CASES_OF_A_GUILD, as_the_guild, large_server, measured, show_plan
from benchmarks.ours import Ours
from benchmarks.results import PAIRS, compare
from database.local_days import day_edges, last_days
from database.models.statistics import ACTS, OUTCOMES, REPORT_TIMES

ZONE = "Europe/Berlin"
DAYS = last_days(365, until=date(2026, 11, 20))


async def results(
    *, guilds: int = 1000, seconds: float = 3.0, pairs: int = PAIRS, **_: Any
) -> list[dict[str, Any]]:
    cases = guilds * CASES_OF_A_GUILD
    async with large_server(cases) as dsn:
        return [await compared(dsn, f"figures of a year, {cases:,} cases", seconds=seconds, pairs=pairs)]


async def compared(dsn: str, name: str, *, seconds: float, pairs: int) -> dict[str, Any]:
    ours = await Ours.open(dsn, connections=2)
    by_hand = await asyncpg.connect(dsn, server_settings=ours.session)
    try:
        await _show_plans(by_hand)
        return await compare(
            f"database: {name}",
            ours=measured(partial(figures, ours), seconds),
            reference=measured(partial(figures_by_hand, by_hand), seconds),
            called="asyncpg",
            concurrency=1,
            pairs=pairs,
        )
    finally:
        await by_hand.close()
        await ours.close()


async def figures(ours: Ours) -> Any:
    return await ours.database.statistics.of_days(guild_id=FIRST_GUILD, days=DAYS, time_zone=ZONE)


async def figures_by_hand(connection: Any) -> dict[str, list[Any]]:
    """The same numbers, each kind of them in the statement that comes to mind."""
    edges = day_edges(DAYS, ZoneInfo(ZONE))
    within = (FIRST_GUILD, edges[0], edges[-1])
    async with as_the_guild(connection):
        return {
            "days": await connection.fetch(OF_DAYS, *within, edges),
            "moderators": await connection.fetch(OF_MODERATORS, *within),
            "outcomes": await connection.fetch(WHAT_BECAME, *within),
            "overturned": await connection.fetch(OVERTURNED, *within),
            "reports": await connection.fetch(OF_REPORTS, *within, edges),
            "all reports": await connection.fetch(ALL_REPORTS, *within),
        }


async def _show_plans(connection: Any) -> None:
    edges = day_edges(DAYS, ZoneInfo(ZONE))
    asked = {"guild_id": FIRST_GUILD, "moderator_id": None}
    within = {**asked, "since": edges[0], "until": edges[-1]}
    for name, statement, values in (
        ("acts by day and by moderator", ACTS, {**asked, "begins": edges[:-1], "ends": edges[1:]}),
        ("what became of them", OUTCOMES, within),
        ("reports", REPORT_TIMES, {**within, "edges": edges}),
    ):
        await show_plan(connection, name, statement.compiled.text, *statement.compiled.arguments(values))


CASES = """
    FROM cases c WHERE c.guild_id = $1 AND c.created_at >= $2 AND c.created_at < $3
        AND c.state <> 'refused' AND c.kind <> 'massban'
"""
ACTS_OF_PEOPLE = f"{CASES} AND c.kind <> 'note' AND c.origin NOT IN ('ladder', 'automod')"
OF_DAYS = f"""
    SELECT width_bucket(c.created_at, $4::timestamptz[]) AS day, c.kind,
        c.origin IN ('ladder', 'automod') AS is_automatic, count(*) {CASES} GROUP BY 1, 2, 3
"""
OF_MODERATORS = f"""
    SELECT m.moderator_id, m.acts, (SELECT n.moderator_name FROM cases n
        WHERE n.guild_id = $1 AND n.moderator_id = m.moderator_id ORDER BY n.number DESC LIMIT 1)
    FROM (SELECT c.moderator_id, count(*) AS acts {ACTS_OF_PEOPLE} GROUP BY 1) m ORDER BY m.acts DESC, m.moderator_id
"""
WHAT_BECAME = f"""
    SELECT sum(t.acts), sum(t.voided), count(*) FILTER (WHERE t.against > 0), count(*) FILTER (WHERE t.against > 1)
    FROM (SELECT count(*) AS acts, count(*) FILTER (WHERE c.state = 'void') AS voided, count(*) FILTER (
            WHERE c.state <> 'void' AND c.kind IN ('warn', 'timeout', 'kick', 'ban', 'softban')) AS against
        {ACTS_OF_PEOPLE} GROUP BY c.target_id) t
"""
OVERTURNED = f"""
    SELECT count(*) {ACTS_OF_PEOPLE} AND c.number IN (SELECT case_number FROM appeals
        WHERE guild_id = $1 AND state = 'approved')
"""
MEDIAN = "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM acted_at - created_at)::float8)"
REPORTS = "FROM reports WHERE guild_id = $1 AND created_at >= $2 AND created_at < $3"
OF_REPORTS = (
    f"SELECT width_bucket(created_at, $4::timestamptz[]) AS day, {MEDIAN} AS median {REPORTS} GROUP BY 1"
)
ALL_REPORTS = f"SELECT count(*), count(acted_at), {MEDIAN} AS median {REPORTS}"
