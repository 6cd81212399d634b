"""A page of a case list among 200,000 cases of one server, by filters and by a text, beside hand-written asyncpg.

The plan of each statement is printed, as the application's own role has it: row-level security decides about indexes.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

import asyncpg

from benchmarks.database_world import FIRST_GUILD, FIRST_MEMBER
from benchmarks.ours import Ours
from benchmarks.results import PAIRS, Run, Stopwatch, compare
from database import migrations
from database.embedded import EmbeddedServer
from database.models import CaseFilter, CaseKind, CaseState
from soak.servers import scratch_folder

CASES_OF_A_GUILD = 200
"""As many as the other world has: there 1,000 servers have 200,000 together, here one has them alone."""
PAGE = 9
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
CALLED_ONCE = "xylophone"
"""Stands in one reason, the oldest, and in one note: every row is looked at."""

FILL = """
    INSERT INTO case_counters (guild_id, last_number) VALUES ({guild}, {cases});
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, revision, created_at)
    SELECT {guild}, n, (ARRAY['warn', 'note', 'timeout', 'ban'])[1 + n % 4],
        (ARRAY['active', 'ended', 'void'])[1 + n % 3],
        {member} + n * 7 % 5000, 'member', {member} + n / 7 % 30, 'max',
        CASE WHEN n = 1 THEN 'a xylophone'
            ELSE 'spam in the channel about ' || md5(n::text) || repeat(' and more', n % 5) END,
        0, n, 0, 'command', 'none', 0, timestamptz '2026-11-21' - ({cases} - n) * interval '2 minutes'
    FROM generate_series(1, {cases}) n;
    INSERT INTO case_notes (guild_id, number, position, text, author_id, author_name, interaction_id, written_at)
    SELECT {guild}, n, 1, CASE WHEN n = 2 THEN 'their XYLOPHONE' ELSE 'talked to them: ' || md5((n * 3)::text) END,
        {member}, 'max', n, now() FROM generate_series(2, {cases}, 5) n;
    INSERT INTO case_evidence (guild_id, number, position, filename, content, sha256, added_by_id, added_at)
    SELECT {guild}, n, 1, 'a.png', 'x', sha256('x'), {member}, now() FROM generate_series(3, {cases}, 10) n;
"""
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
    async with _world(guilds * CASES_OF_A_GUILD) as dsn:
        ours = await Ours.open(dsn, connections=2)
        by_hand = await asyncpg.connect(dsn, server_settings=ours.session)
        try:
            for name, question in QUESTIONS.items():
                await _show_plan(by_hand, name, question)
                one = await compare(
                    f"database: page among {guilds * CASES_OF_A_GUILD:,} cases, {name}",
                    ours=_measured(partial(_page, ours, question.asked), seconds),
                    reference=_measured(partial(_page_by_hand, by_hand, question), seconds),
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
    await connection.execute(f"BEGIN READ ONLY; SET LOCAL reeve.guild_id = '{FIRST_GUILD}'")
    rows = await connection.fetch(_statement(question), FIRST_GUILD, *question.values)
    await connection.execute("COMMIT")
    return rows


def _statement(question: Question) -> str:
    return (
        f"SELECT * FROM cases WHERE guild_id = $1 AND {question.condition} ORDER BY number DESC LIMIT {PAGE}"
    )


def _measured(act: Callable[[], Awaitable[Any]], seconds: float) -> Callable[[], Awaitable[Run]]:
    async def run() -> Run:
        watch = Stopwatch(seconds)
        while not watch.is_over or not watch.took:
            await watch.time(act())
        return watch.run()

    return run


async def _show_plan(connection: Any, name: str, question: Question) -> None:
    await connection.execute(f"BEGIN READ ONLY; SET LOCAL reeve.guild_id = '{FIRST_GUILD}'")
    rows = await connection.fetch(
        f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF, SUMMARY OFF) {_statement(question)}",
        FIRST_GUILD,
        *question.values,
    )
    await connection.execute("COMMIT")
    sys.stdout.write(f"-- plan: {name}\n" + "\n".join(f"   {row[0]}" for row in rows) + "\n")


@asynccontextmanager
async def _world(cases: int) -> AsyncIterator[str]:
    with scratch_folder() as folder:
        server = EmbeddedServer(folder)
        dsn = await server.start()
        try:
            await migrations.upgrade(dsn)
            filler = await asyncpg.connect(server.superuser_dsn.replace("@/postgres", "@/reeve"))
            # Foreign keys hold by construction: to check them row by row would take longer than to write the rows.
            await filler.execute("SET session_replication_role = replica")
            await filler.execute(FILL.format(guild=FIRST_GUILD, member=FIRST_MEMBER, cases=cases))
            await filler.execute("VACUUM ANALYZE")
            await filler.close()
            yield dsn
        finally:
            await server.stop()
