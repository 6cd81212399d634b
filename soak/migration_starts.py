"""Many processes that migrate at the same moment: none fails, and each revision runs once."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import asyncpg

from database import migrations
from database.migrations import OURS
from database.migrations.stepping import MIGRATION_LOCK
from soak.migrating import Ended, migrated
from soak.scenario import Ground, Outcome

WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reeve migrations' AND state = 'idle'"
)


@dataclass
class MigrationStarts:
    """All of them stand at the lock before any may go on, so none can have been merely late."""

    name: ClassVar[str] = "migration_starts"
    processes: int = 16
    runs: int = 25

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        outcome = Outcome({"processes": 0, "failures": 0, "revisions run": 0})
        for number in range(1, self.runs + 1):
            ground.standing = f"run {number} of {self.runs}"
            await migrations.downgrade(server.dsn, "base")
            ended = await self._all_at_once(server.dsn)
            steps = sum(": done in" in line for one in ended for line in one.said)
            outcome.reached["processes"] += len(ended)
            outcome.reached["revisions run"] += steps
            outcome.reached["failures"] += sum(one.error is not None for one in ended)
            outcome.require(not _first_failure(ended), f"run {number}: {_first_failure(ended)}")
            outcome.require(steps == len(OURS.history()), f"run {number}: {steps} steps were run")
            outcome.require(
                await migrations.current(server.dsn) == OURS.head, f"run {number}: not at the newest"
            )
        return outcome

    async def _all_at_once(self, dsn: str) -> list[Ended]:
        gate = await asyncpg.connect(dsn)
        await gate.fetchval("SELECT pg_advisory_lock($1::bigint)", MIGRATION_LOCK)
        started = [asyncio.create_task(migrated(dsn)) for _ in range(self.processes)]
        waiting = 0
        while waiting < self.processes and not any(task.done() for task in started):
            waiting = await gate.fetchval(f"SELECT ({WAITING}) FROM pg_sleep(0.1)")
        await gate.close()
        return await asyncio.gather(*started)


def _first_failure(ended: list[Ended]) -> str:
    return next((one.error for one in ended if one.error), "")
