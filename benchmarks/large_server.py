"""One server that has alone as many cases as 1,000 have in the other world, of a year, with reports and appeals.

What is measured there is shown with its plan, as the application's own role has it: row-level security decides about
indexes.
"""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from benchmarks.database_world import FIRST_GUILD, FIRST_MEMBER
from benchmarks.results import Run, Stopwatch
from database import migrations
from database.embedded import EmbeddedServer
from soak.servers import scratch_folder

CASES_OF_A_GUILD = 200
"""As many as the other world has."""

FILL = """
    INSERT INTO case_counters (guild_id, last_number) VALUES ({guild}, {cases});
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, revision, created_at)
    SELECT {guild}, n, (ARRAY['warn', 'note', 'timeout', 'ban'])[1 + n % 4],
        (ARRAY['active', 'ended', 'void'])[1 + n % 3],
        {member} + n * 7 % 5000, 'member', {member} + n / 7 % 50, 'mod' || n / 7 % 50,
        CASE WHEN n = 1 THEN 'a xylophone'
            ELSE 'spam in the channel about ' || md5(n::text) || repeat(' and more', n % 5) END,
        0, n, 0, CASE n % 10 WHEN 9 THEN 'ladder' ELSE 'command' END, 'none', 0,
        timestamptz '2026-11-21' - ({cases} - n) * (interval '1 year' / {cases})
    FROM generate_series(1, {cases}) n;
    INSERT INTO case_notes (guild_id, number, position, text, author_id, author_name, interaction_id, written_at)
    SELECT {guild}, n, 1, CASE WHEN n = 2 THEN 'their XYLOPHONE' ELSE 'talked to them: ' || md5((n * 3)::text) END,
        {member}, 'max', n, now() FROM generate_series(2, {cases}, 5) n;
    INSERT INTO reports (guild_id, number, target_id, target_name, state, assignee_id, created_at, acted_at)
    SELECT guild_id, number / 10, target_id, target_name, 'taken', moderator_id, created_at,
        created_at + number % 997 * interval '1 minute' FROM cases WHERE number % 10 = 0;
    INSERT INTO appeals (guild_id, number, case_number, appellant_id, text, state, told, interaction_id,
        reviewer_id, decision_id, created_at, decided_at)
    SELECT guild_id, number / 50, number, target_id, 'sorry', 'approved', 'sent', number, {member}, number,
        created_at, created_at FROM cases WHERE number % 50 = 0;
    INSERT INTO case_evidence (guild_id, number, position, filename, content, sha256, added_by_id, added_at)
    SELECT {guild}, n, 1, 'a.png', 'x', sha256('x'), {member}, now() FROM generate_series(3, {cases}, 10) n;
"""


@asynccontextmanager
async def large_server(cases: int) -> AsyncIterator[str]:
    """The address of its database, on an embedded server in a temporary folder, as long as the block runs."""
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


@asynccontextmanager
async def as_the_guild(connection: Any) -> AsyncIterator[None]:
    """A transaction that only reads, and sees this server's rows: two messages, as ours has them."""
    await connection.execute(f"BEGIN READ ONLY; SET LOCAL reeve.guild_id = '{FIRST_GUILD}'")
    yield
    await connection.execute("COMMIT")


def measured(act: Callable[[], Awaitable[Any]], seconds: float) -> Callable[[], Awaitable[Run]]:
    """At least once, then again until the seconds are over."""

    async def run() -> Run:
        watch = Stopwatch(seconds)
        while not watch.is_over or not watch.took:
            await watch.time(act())
        return watch.run()

    return run


async def show_plan(connection: Any, name: str, text: str, *values: Any) -> None:
    async with as_the_guild(connection):
        rows = await connection.fetch(
            f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF, SUMMARY OFF) {text}", *values
        )
    sys.stdout.write(f"-- plan: {name}\n" + "\n".join(f"   {row[0]}" for row in rows) + "\n")
