"""Leaderboards of one server with 1,000,000 members: how long the database takes for pages, places, and to keep up.

Written by SQL in sets and counted by Reeve itself. A read's figure is PostgreSQL's own time for its statement, planned
anew, as the application's role has it; the refresh and the transfers beside it are timed from outside.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from typing import Any

import asyncpg
import psutil

from benchmarks.database_world import FIRST_GUILD, FIRST_KEY, FIRST_MEMBER
from benchmarks.ours import Ours
from benchmarks.results import PAIRS, Run, Stopwatch, compare
from database import migrations
from database.boards import BATCH
from database.clock import clock
from database.embedded import EmbeddedServer
from database.models.board import ALL_TIME, Progress
from database.models.board_reads import AROUND, BACK, KEY_AT, NEXT, OWN_PLACE, PAGE_SIZE, TOP, Key
from database.statements import Statement
from soak.servers import scratch_folder

ROUNDS = 200
TARGET_MS = 1.0
KINDS_OF_POINTS = 20_000
"""Members share so many different balances, most of them small: there are many equals, as on a real server."""

FILL = (
    """
    INSERT INTO users (guild_id, user_id, name, display_name, first_seen_at, last_seen_at)
    SELECT {guild}, {member} + m, 'member' || m, 'Member ' || m, now(), now() FROM generate_series(0, {members} - 1) m
    """,
    """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, earned, opened_at)
    SELECT {guild}, {member} + m, 'member', points, points, now()
    FROM generate_series(0, {members} - 1) m, LATERAL (SELECT {points} AS points) p
    UNION ALL SELECT {guild}, 1, 'mint', 0, 0, now()
    """,
    """
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
    SELECT {guild}, 'interaction', 1, sha256('x'), 'award', 1, '{{}}', now()
    """,
    """
    INSERT INTO point_transfers
        (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
    SELECT {guild}, operation_id, 'post', 1, account_id, balance, balance, now()
    FROM point_accounts, point_operations WHERE account_id >= {member}
    """,
)
POINTS = "1 + ({kinds} * power((m::bigint * 7919 % {members})::float8 / {members}, 4))::bigint * 37"


async def results(
    *, members: int = 1_000_000, seconds: float = 2.0, pairs: int = PAIRS
) -> list[dict[str, Any]]:
    async with _world(members) as (dsn, ours):
        found = [await _recounted(ours, members)]
        async with _reader(dsn) as reader:
            found += await _reads(ours, reader, members)
        found.append(await _refreshes(ours, members))
        found.append(await _transfers(ours, members, seconds, pairs))
    return found


async def _recounted(ours: Ours, members: int) -> dict[str, Any]:
    """All transfers onto all boards, as after a restore."""
    before, begin = psutil.Process().memory_info().rss, time.perf_counter()
    await _count(ours)
    took = time.perf_counter() - begin
    return {
        "name": f"boards: all of {members:,} transfers counted anew",
        "seconds": round(took, 1),
        "transfers_per_s": round(members / took),
        "memory_grown_mib": round((psutil.Process().memory_info().rss - before) / 2**20, 1),
    }


async def _reads(ours: Ours, reader: Any, members: int) -> list[dict[str, Any]]:
    dice, here = random.Random(7), {"guild_id": FIRST_GUILD, "board": ALL_TIME.key}
    pages = members // PAGE_SIZE
    keys = []
    for depth in range(ROUNDS):
        page = await ours.database.boards.page(
            guild_id=FIRST_GUILD, board=ALL_TIME, number=1 + depth * (pages - 1) // ROUNDS
        )
        keys.append(Key(page.standings[0].points, page.standings[0].user_id)._asdict())
    people = [{"user_id": FIRST_MEMBER + dice.randrange(members)} for _ in range(ROUNDS)]
    asked: dict[str, tuple[Statement[Any], list[dict[str, int]]]] = {
        "the first page": (NEXT, [TOP._asdict()] * ROUNDS),
        "a page by key, from the top to the end": (NEXT, keys),
        "the page before a key": (BACK, keys),
        "a page around somebody": (AROUND, keys),
        "where page N begins": (KEY_AT, [{"passed": dice.randrange(members)} for _ in range(ROUNDS)]),
        "one's own place": (OWN_PLACE, people),
    }
    return [
        {
            "name": f"boards: {name}, of {members:,}",
            **await _database_ms(reader, statement, [{**here, **each} for each in values]),
            "target_ms": TARGET_MS,
        }
        for name, (statement, values) in asked.items()
    ]


async def _database_ms(
    reader: Any, statement: Statement[Any], values: list[dict[str, int]]
) -> dict[str, float]:
    took = []
    for each in values:
        [plan] = await reader.fetchrow(
            f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement.compiled.text}",
            *statement.compiled.arguments(each),
        )
        took.append(json.loads(plan)[0]["Execution Time"])
    points = statistics.quantiles(took, n=100)
    return {"p50_ms": round(points[49], 3), "p99_ms": round(points[98], 3), "longest_ms": round(max(took), 3)}


async def _refreshes(ours: Ours, members: int) -> dict[str, Any]:
    """A batch of transfers of as many different members, from their COMMIT to the boards."""
    took = []
    for number, user_ids in enumerate(_many(members)):
        if number == 20:
            break
        await ours.database.points.award_many(
            guild_id=FIRST_GUILD,
            amounts=dict.fromkeys(user_ids, 15),
            reason="r",
            actor_id=1,
            interaction_id=FIRST_KEY + number,
        )
        begin = time.perf_counter()
        await _count(ours)
        took.append((time.perf_counter() - begin) * 1000)
    return {
        "name": f"boards: {BATCH:,} changed members counted onto the boards of {members:,}",
        "p50_ms": round(statistics.median(took), 1),
        "longest_ms": round(max(took), 1),
    }


async def _transfers(ours: Ours, members: int, seconds: float, pairs: int) -> dict[str, Any]:
    """Gifts while the boards are kept up to date every second, beside gifts while nobody counts."""
    keys, dice = count(FIRST_KEY + 1_000), random.Random(3)

    async def give() -> None:
        giver, receiver = dice.sample(range(members), 2)
        await ours.database.points.award(
            guild_id=FIRST_GUILD, receiver_id=FIRST_MEMBER + giver, receiver_is_bot=False, amount=1, reason="r",
            actor_id=1, interaction_id=next(keys),
        )  # fmt: skip
        await ours.database.points.transfer(
            guild_id=FIRST_GUILD, giver_id=FIRST_MEMBER + giver, receiver_id=FIRST_MEMBER + receiver,
            receiver_is_bot=False, amount=1, note=None, interaction_id=next(keys),
        )  # fmt: skip

    async def run(*, is_counted: bool) -> Run:
        watch = Stopwatch(seconds)
        counting = asyncio.create_task(_keep_counting(ours)) if is_counted else None
        while not watch.is_over or not watch.took:
            await watch.time(give())
        if counting is not None:
            counting.cancel()
            await asyncio.gather(counting, return_exceptions=True)
        return watch.run()

    return await compare(
        f"boards: an award and a gift among {members:,} while they are counted",
        ours=partial(run, is_counted=True),
        reference=partial(run, is_counted=False),
        called="the same while nobody counts",
        concurrency=1,
        pairs=pairs,
    )


async def _keep_counting(ours: Ours) -> None:
    while True:
        await _count(ours)
        await clock.sleep(2)


async def _count(ours: Ours) -> None:
    while await ours.database.boards.refresh(guild_id=FIRST_GUILD, now=clock.now()) is Progress.MORE:
        pass


def _many(members: int) -> Iterator[list[int]]:
    dice = random.Random(5)
    while True:
        yield [FIRST_MEMBER + each for each in dice.sample(range(members), min(BATCH, members))]


@asynccontextmanager
async def _reader(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute(f"SET reeve.guild_id = '{FIRST_GUILD}'")
    yield connection
    await connection.close()


@asynccontextmanager
async def _world(members: int) -> AsyncIterator[tuple[str, Ours]]:
    with scratch_folder() as folder:
        server = EmbeddedServer(folder)
        dsn = await server.start()
        try:
            await migrations.upgrade(dsn)
            filler = await asyncpg.connect(server.superuser_dsn.replace("@/postgres", "@/reeve"))
            # Foreign keys hold by construction: to check them row by row would take longer than to write the rows.
            await filler.execute("SET session_replication_role = replica")
            points = POINTS.format(kinds=KINDS_OF_POINTS, members=members)
            for statement in FILL:
                await filler.execute(
                    statement.format(guild=FIRST_GUILD, member=FIRST_MEMBER, members=members, points=points)
                )
            await filler.execute("VACUUM ANALYZE")
            await filler.close()
            ours = await Ours.open(dsn, connections=4)
            try:
                yield dsn, ours
            finally:
                await ours.close()
        finally:
            await server.stop()
