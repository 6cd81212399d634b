"""A page of a case list among 200,000 cases of one server, by filters and by a text, beside hand-written asyncpg.

The plan of each statement is printed, as the application's own role has it: row-level security decides about indexes.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import asyncpg

from benchmarks.database_world import FIRST_GUILD, FIRST_MEMBER
from benchmarks.large_server import CASES_OF_A_GUILD, as_the_guild, large_server, measured, show_plan
from benchmarks.ours import Ours
from benchmarks.plain_rows import plain_case
from benchmarks.results import PAIRS, compare
from database.models import CaseFilter, CaseKind, CaseState

PAGE = 9
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
CALLED_ONCE = "xylophone"
"""Stands in one reason, the oldest, and in one note: every row is looked at."""

HELD = """(strpos(lower(reason), lower($2)) > 0 OR number IN (SELECT n.number FROM case_notes n
    WHERE n.guild_id = $1 AND strpos(lower(n.text), lower($2)) > 0))"""
PROVEN = "EXISTS (SELECT FROM case_evidence e WHERE e.guild_id = cases.guild_id AND e.number = cases.number)"


class Question(NamedTuple):
    """The same asked of Reeve and by hand."""

    asked: CaseFilter
    condition: str
    values: tuple[Any, ...] = ()


QUESTIONS: Mapping[str, Question] = {
    "no filter": Question(CaseFilter(), "true"),
    "one member": Question(CaseFilter(target_id=FIRST_MEMBER + 7), "target_id = $2", (FIRST_MEMBER + 7,)),
    "all filters but a text": Question(
        CaseFilter(
            moderator_id=FIRST_MEMBER + 3, kind=CaseKind.BAN, state=CaseState.ENDED, since=SINCE, until=UNTIL,
            with_evidence=True,
        ),
        f"moderator_id = $2 AND kind = $3 AND state = $4 AND created_at >= $5 AND created_at < $6 AND {PROVEN}",
        (FIRST_MEMBER + 3, "ban", "ended", SINCE, UNTIL),
    ),
    "a text that stands in many": Question(CaseFilter(text="Channel"), HELD, ("Channel",)),
    "a text that stands in two": Question(CaseFilter(text=CALLED_ONCE), HELD, (CALLED_ONCE,)),
}  # fmt: skip


async def results(
    *, guilds: int = 1000, seconds: float = 1.0, pairs: int = PAIRS, **_: Any
) -> list[dict[str, Any]]:
    found = []
    async with large_server(guilds * CASES_OF_A_GUILD) as dsn:
        ours = await Ours.open(dsn, connections=2)
        by_hand = await asyncpg.connect(dsn, server_settings=ours.session)
        try:
            for name, question in QUESTIONS.items():
                await show_plan(by_hand, name, _statement(question), FIRST_GUILD, *question.values)
                one = await compare(
                    f"database: page among {guilds * CASES_OF_A_GUILD:,} cases, {name}",
                    ours=measured(partial(_page, ours, question.asked), seconds),
                    reference=measured(partial(_page_by_hand, by_hand, question), seconds),
                    called="asyncpg",
                    concurrency=1,
                    pairs=pairs,
                )
                found.append(one)
        finally:
            await by_hand.close()
            await ours.close()
    return found


async def _page(ours: Ours, asked: CaseFilter) -> Any:
    return await ours.database.cases.page(guild_id=FIRST_GUILD, matching=asked, limit=PAGE)


async def _page_by_hand(connection: Any, question: Question) -> Any:
    async with as_the_guild(connection):
        rows = await connection.fetch(_statement(question), FIRST_GUILD, *question.values)
    return [plain_case(row) for row in rows]


def _statement(question: Question) -> str:
    return (
        f"SELECT * FROM cases WHERE guild_id = $1 AND {question.condition} ORDER BY number DESC LIMIT {PAGE}"
    )
