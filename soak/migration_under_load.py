"""Revisions while people read and write and somebody sits idle in a transaction: nobody is stopped for long."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

import asyncpg

from database import migrations
from database.migrations import OURS, Chain
from soak.scenario import Ground, Outcome

SEEDED = "0001"
"""The revision whose tables `SEED` fills; what later ones add to a row, they add themselves."""
SEED = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, direct_message, revision, created_at)
    SELECT n % 1000, n / 1000 + 1, 'note', 'active', 5, 'a', 6, 'b', 'r', 0, n, 'none', 0, now()
    FROM generate_series(0, {rows}) n;
    INSERT INTO guild_configs (guild_id, version, moderator_role_ids, manager_role_ids, points_per_message,
        message_cooldown_seconds, language, time_zone, updated_at)
    SELECT n, 0, '{{}}', '{{}}', 0, 0, 'en', 'UTC', now() FROM generate_series(0, 999) n;
    ANALYZE
"""
READS = (
    "SELECT * FROM cases WHERE guild_id = $1 AND number = 1",
    "SELECT * FROM guild_config_changes WHERE guild_id = $1",
    "SELECT * FROM case_revisions WHERE guild_id = $1 LIMIT 5",
    "SELECT * FROM users WHERE guild_id = $1 LIMIT 5",
)
WRITES = (
    "UPDATE cases SET reason = 'other', revision = revision + 1 WHERE guild_id = $1 AND number = 1",
    "UPDATE guild_configs SET version = version + 1 WHERE guild_id = $1",
)
IDLE = "BEGIN; SELECT FROM cases, guild_config_changes, case_revisions, users LIMIT 1"
HELD = """
    SELECT relation FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE application_name = 'reeve migrations' AND granted
    AND locktype = 'relation' AND mode = 'AccessExclusiveLock' AND relation = ANY ($1)
"""


@dataclass
class MigrationUnderLoad:
    """From the revision `begin` to the newest of `chain`, on so many rows; times are in milliseconds."""

    name: ClassVar[str] = "migration_under_load"
    rows: int = 1_000_000
    per_second: int = 100
    idle_seconds: float = 10
    longest_read_ms: float = 250
    longest_lock_ms: float = 100
    begin: str = SEEDED
    chain: Chain = field(default=OURS)

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        await migrations.downgrade(server.dsn, SEEDED)
        outcome = Outcome({})
        auditor = await ground.auditor(server)
        await auditor.execute(SEED.format(rows=self.rows - 1))
        await migrations.upgrade(server.dsn, self.begin, report=lambda _: None)
        for step in self.chain.after(self.begin):
            ground.standing = f"revision {step.revision}"
            told = await self._step(server.dsn, step.revision, auditor)
            for what, number in told.items():
                outcome.reached[what] = max(outcome.reached.get(what, 0), number)
        reached = outcome.reached
        outcome.require(
            reached["longest read ms"] <= self.longest_read_ms, "a reader was stopped for too long"
        )
        outcome.require(reached["longest lock ms"] <= self.longest_lock_ms, "a lock was held for too long")
        outcome.require(reached["reads"] > 0 and reached["writes"] > 0, "nobody read and wrote")
        return outcome

    async def _step(self, dsn: str, revision: str, auditor: Any) -> dict[str, float]:
        """One revision: the load begins before it, and goes on until it is done."""
        sits, begun, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
        idle = asyncio.create_task(self._sit_idle(dsn, sits, begun))
        reading = asyncio.create_task(self._ask(dsn, READS, done))
        writing = asyncio.create_task(self._ask(dsn, WRITES, done))
        watching = asyncio.create_task(_longest_held(auditor, done))
        await sits.wait()
        try:
            await migrations.upgrade(dsn, revision, chain=self.chain, report=lambda _: begun.set())
        finally:
            begun.set()
            done.set()
        (reads, read_ms), (writes, write_ms), held_ms, _ = await asyncio.gather(
            reading, writing, watching, idle
        )
        return {
            "reads": reads,
            "writes": writes,
            "longest read ms": round(read_ms),
            "longest write ms": round(write_ms),
            "longest lock ms": round(held_ms),
        }

    async def _sit_idle(self, dsn: str, sits: asyncio.Event, begun: asyncio.Event) -> None:
        """In a transaction that has read the tables, until so long after the step was begun."""
        connection = await asyncpg.connect(dsn)
        await connection.execute(IDLE)
        sits.set()
        await begun.wait()
        await asyncio.sleep(self.idle_seconds)
        await connection.close()

    async def _ask(self, dsn: str, statements: tuple[str, ...], done: asyncio.Event) -> tuple[int, float]:
        """How many, and how long the slowest took."""
        connection = await asyncpg.connect(dsn)
        await connection.execute("SET reeve.system = 'on'")
        number, longest = 0, 0.0
        while not done.is_set():
            started = time.perf_counter()
            await _again_after_a_change(connection, statements[number % len(statements)], number % 1000)
            longest = max(longest, time.perf_counter() - started)
            number += 1
            await asyncio.sleep(max(0, 1 / self.per_second - (time.perf_counter() - started)))
        await connection.close()
        return number, longest * 1000


async def _again_after_a_change(connection: Any, statement: str, guild_id: int) -> None:
    """A plan from before the revision is refused once: what the service repeats by itself."""
    try:
        await connection.fetch(statement, guild_id)
    except asyncpg.InvalidCachedStatementError:
        await connection.fetch(statement, guild_id)


async def _longest_held(auditor: Any, done: asyncio.Event) -> float:
    """The longest time for which one table, there before, was seen locked against readers, in milliseconds."""
    tables = [
        row[0] for row in await auditor.fetch("SELECT oid FROM pg_class WHERE relkind = 'r' AND oid > 16384")
    ]
    since: dict[int, float] = {}
    longest = 0.0
    while not done.is_set():
        now = time.perf_counter()
        held = {row[0] for row in await auditor.fetch(HELD, tables)}
        since = {oid: since.get(oid, now) for oid in held}
        longest = max([longest, *(now - began for began in since.values())])
        await asyncio.sleep(0.002)
    return longest * 1000
