"""Messages that earn, in batches of a server, beside the same by hand in asyncpg: the figures are earnings a second.

Both keep the promises of docs/earning.md: a key earns once, the cool-down and the cap of the day are asked of locked
accounts, each earning is a transfer with the balance after it, and all of a batch is committed or nothing.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from benchmarks.by_hand import LARGEST_BALANCE, LOCK, OPEN, ByHand
from benchmarks.database_load import CONNECTIONS
from benchmarks.database_world import LARGE, World, seeded
from benchmarks.ours import Ours
from benchmarks.results import PAIRS, Run, Stopwatch, compare
from database.clock import clock
from database.models.earning import Earner, Earning

BATCH = 500
CONCURRENCIES = (1, 4)
SECONDS = 1.0


async def results(*, guilds: int = 40, seconds: float = SECONDS, pairs: int = PAIRS) -> list[dict[str, Any]]:
    found = []
    async with seeded(guilds) as world:
        ours = await Ours.open(world.dsn, connections=CONNECTIONS)
        pool = await ByHand.open(world.dsn, connections=CONNECTIONS, session=ours.session)
        by_hand = EarningByHand(pool)
        for number in range(max(CONCURRENCIES)):
            await _without_cool_down(ours, _guild(world, number), next(world.keys))
        for concurrency in CONCURRENCIES:
            loads = {
                side: partial(_load, act, world, concurrency, seconds)
                for side, act in (("ours", partial(_by_ours, ours)), ("asyncpg", by_hand.earn))
            }
            found.append(
                await compare(
                    f"database: messages earn, {BATCH} a batch",
                    ours=loads["ours"],
                    reference=loads["asyncpg"],
                    called="asyncpg",
                    concurrency=concurrency,
                    pairs=pairs,
                )
            )
        await ours.close()
        await pool.close()
    return found


Batch = list[tuple[int, int]]
"""Messages: their ids, and who said them."""


async def _by_ours(ours: Ours, guild_id: int, batch: Batch) -> None:
    now = clock.now()
    said = [Earning(key, user_id, now, (1, 2), (3,)) for key, user_id in batch]
    await ours.database.earnings.earn(guild_id=guild_id, earner=Earner.MESSAGE, earnings=said)


async def _load(
    act: Callable[[int, Batch], Awaitable[None]], world: World, tasks: int, seconds: float
) -> Run:
    """Each task speaks in a large server, without a cool-down, so that each message earns."""
    watch = Stopwatch(seconds)

    async def task(number: int) -> None:
        guild_id = _guild(world, number)
        while not watch.is_over or not watch.took:
            members = random.sample(range(LARGE), BATCH)
            await watch.time(
                act(guild_id, [(next(world.keys), world.first_member + each) for each in members])
            )

    await asyncio.gather(*(task(number) for number in range(tasks)))
    run = watch.run()
    return Run(run.per_s * BATCH, run.p50_ms, run.p99_ms)


def _guild(world: World, number: int) -> int:
    return world.large_guild(random.Random(number))


async def _without_cool_down(ours: Ours, guild_id: int, key: int) -> None:
    await ours.database.guild_configs.change(
        guild_id=guild_id, setting="message_cooldown_seconds", value=0, changed_by_id=1, interaction_id=key
    )


class EarningByHand:
    def __init__(self, pool: ByHand) -> None:
        self._transaction = pool.transaction

    async def earn(self, guild_id: int, batch: Batch) -> None:
        now = clock.now()
        async with self._transaction(guild_id) as connection:
            rule = await connection.fetchrow(RULE, guild_id)
            await connection.fetch(RATES, guild_id, now)
            members = sorted({user_id for _, user_id in batch})
            rows = await connection.fetch(LOCKED, guild_id, members)
            if len(rows) < len(members):
                await connection.execute(OPEN, guild_id, members, now)
                rows = await connection.fetch(LOCKED, guild_id, members)
            accounts = {row["account_id"]: dict(row) for row in rows}
            keys, users = [key for key, _ in batch], [user_id for _, user_id in batch]
            new = {row["external_id"] for row in await connection.fetch(KEYS, guild_id, keys, users, now)}
            posted = []
            for key, user_id in batch:
                account, last = accounts[user_id], accounts[user_id]["last_talked_at"]
                cooldown = timedelta(seconds=rule["message_cooldown_seconds"])
                is_cooling = cooldown and last is not None and now < last + cooldown
                is_full = account["balance"] + account["held_in"] + 1 > LARGEST_BALANCE
                if key not in new or is_cooling or is_full or account["frozen_at"] is not None:
                    continue
                if account["counted_on"] is None or account["counted_on"] < now.date():
                    account["counted_on"], account["earned_today"] = now.date(), 0
                account["balance"] += 1
                account["earned"] += 1
                account["earned_today"] += 1
                account["last_talked_at"] = now
                posted.append((user_id, account["balance"]))
            if not posted:
                return
            key = batch[0][0]
            asked = sha256(json.dumps([guild_id, key]).encode()).digest()
            answer = json.dumps({"earnings": len(posted), "total": len(posted)})
            operation_id = await connection.fetchval(CLAIM, guild_id, key, asked, answer, now)
            await connection.execute(
                ADD, guild_id, operation_id, [each[0] for each in posted], [each[1] for each in posted], now
            )
            columns = ("account_id", "balance", "earned", "last_talked_at", "counted_on", "earned_today")
            await connection.execute(
                SET, guild_id, *([each[name] for each in accounts.values()] for name in columns)
            )


RULE = "SELECT * FROM guild_configs WHERE guild_id = $1"
RATES = """
    SELECT subject, subject_id, percent, NULL::timestamptz FROM point_rules WHERE guild_id = $1
    UNION ALL SELECT subject, subject_id, percent, ends_at FROM point_boosts WHERE guild_id = $1 AND ends_at > $2
"""
LOCKED = LOCK.replace(
    "account_id, balance",
    "account_id, balance, held_in, earned, frozen_at, last_talked_at, counted_on, earned_today",
)
KEYS = """
    INSERT INTO point_earnings (guild_id, source, external_id, user_id, points, earned_at)
    SELECT $1, 'message', key, member, 1, $4 FROM unnest($2::bigint[], $3::bigint[]) AS said (key, member)
    ON CONFLICT DO NOTHING RETURNING external_id
"""
CLAIM = """
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
    VALUES ($1, 'batch', $2, $3, 'talk', 1, $4, $5) RETURNING operation_id
"""
ADD = """
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
    SELECT $1, $2, 'post', 1, new.member, 1, new.balance, $5
    FROM unnest($3::bigint[], $4::bigint[]) AS new (member, balance)
"""
SET = """
    UPDATE point_accounts a SET balance = new.balance, earned = new.earned, last_talked_at = new.last_talked_at,
        counted_on = new.counted_on, earned_today = new.earned_today
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::date[], $7::bigint[])
        AS new (member, balance, earned, last_talked_at, counted_on, earned_today)
    WHERE a.guild_id = $1 AND a.account_id = new.member
"""
