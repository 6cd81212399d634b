"""Many processes that migrate at the same moment: none fails, and each revision runs once."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import asyncpg

from database import migrations
from database.migrations import OURS
from database.migrations.stepping import MIGRATION_LOCK
from soak.scenario import Ground, Outcome

PROJECT = Path(__file__).resolve().parents[1]
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reeve migrations' AND state = 'idle'"
)
PROCESS = """
import asyncio, sys
from database import migrations
asyncio.run(migrations.upgrade(sys.argv[1], report=print))
"""


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
            steps = sum(said.count(": done in") for _, said in ended)
            outcome.reached["processes"] += len(ended)
            outcome.reached["revisions run"] += steps
            outcome.reached["failures"] += sum(status != 0 for status, _ in ended)
            outcome.require(all(status == 0 for status, _ in ended), f"run {number}: {_first_failure(ended)}")
            outcome.require(steps == len(OURS.history()), f"run {number}: {steps} steps were run")
            outcome.require(
                await migrations.current(server.dsn) == OURS.head, f"run {number}: not at the newest"
            )
        return outcome

    async def _all_at_once(self, dsn: str) -> list[tuple[int, str]]:
        gate = await asyncpg.connect(dsn)
        await gate.fetchval("SELECT pg_advisory_lock($1::bigint)", MIGRATION_LOCK)
        started = [asyncio.create_task(_migrating(dsn)) for _ in range(self.processes)]
        waiting = 0
        while waiting < self.processes and not any(task.done() for task in started):
            waiting = await gate.fetchval(f"SELECT ({WAITING}) FROM pg_sleep(0.1)")
        await gate.close()
        return await asyncio.gather(*started)


async def _migrating(dsn: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, dsn, cwd=PROJECT, env=dict(os.environ), stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


def _first_failure(ended: list[tuple[int, str]]) -> str:
    return next((said.strip().splitlines()[-1] for status, said in ended if status and said.strip()), "")
