"""Tasks cancelled at any step: nothing acknowledged is lost, and every connection comes back clean."""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, ClassVar

from database.clock import clock
from database.models import CaseKind
from database.service import DatabaseService
from soak.cancelling import CancelledAt
from soak.ledger_audit import mistakes_of
from soak.scenario import Ground, Outcome

GUILDS = range(100, 150)
MEMBER = 6_001
OPEN = """
    SELECT count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS "idle in transaction",
        count(*) FILTER (WHERE state = 'active') AS "still at work", count(*) AS connections,
        (SELECT count(*) FROM pg_locks WHERE pid = ANY(array_agg(a.pid))) AS locks
    FROM pg_stat_activity a WHERE application_name = 'reeve' AND usename = 'reeve'
"""
CASES = "SELECT interaction_id, count(*) FROM cases GROUP BY interaction_id"
AWARDS = """
    SELECT external_id, count(transfer_id) FROM point_operations
    LEFT JOIN point_transfers USING (guild_id, operation_id) GROUP BY external_id
"""


@dataclass
class CancellationStorm:
    """Half of the tasks are cancelled, each at a step of its own.

    `settle_seconds`: how long PostgreSQL may take to notice that a client is gone.
    """

    name: ClassVar[str] = "cancellation_storm"
    tasks: int = 12_000
    at_once: int = 64
    settle_seconds: float = 10

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        database = await ground.service(server.dsn)
        auditor = await ground.auditor(server)
        storm = Storm(database, ground.dice)
        await storm.blow(ground, self.tasks, self.at_once)
        outcome = Outcome({"tasks": self.tasks, **storm.ends})
        await storm.look_for_leftovers(outcome, auditor, self.settle_seconds)
        await storm.look_for_losses(outcome, auditor)
        outcome.require(
            storm.ends["cancelled"] > self.tasks / 4, "hardly a task was cancelled: nothing was tried"
        )
        return outcome


class Storm:
    """What was asked for, under which key, and how it ended."""

    def __init__(self, database: DatabaseService, dice: random.Random) -> None:
        self.database, self.dice = database, dice
        self.ends: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()
        self.acknowledged: set[int] = set()
        self.unanswered: list[int] = []

    async def act(self, key: int) -> None:
        """An award or a warning, whichever the key says, so that it can be repeated."""
        guild_id = GUILDS[key % len(GUILDS)]
        if key % 3:
            await self.database.points.award(
                guild_id=guild_id, receiver_id=MEMBER, receiver_is_bot=False, amount=1, reason="storm", actor_id=1,
                interaction_id=key,
            )  # fmt: skip
        else:
            await self.database.cases.open(
                guild_id=guild_id, kind=CaseKind.WARN, target_id=MEMBER, target_name="ann", moderator_id=1,
                moderator_name="max", reason="storm", interaction_id=key,
            )  # fmt: skip

    async def blow(self, ground: Ground, tasks: int, at_once: int) -> None:
        turns = asyncio.Semaphore(at_once)
        most = await self._steps()
        steps = [self.dice.randint(1, most) if self.dice.random() < 0.5 else 0 for _ in range(tasks)]

        async def one(key: int, step: int) -> None:
            try:
                if step:
                    await CancelledAt(step, self.act(key), late=self.dice.random() < 0.5)
                else:
                    await self.act(key)
            except asyncio.CancelledError:
                self.ends["cancelled"] += 1
                self.unanswered.append(key)
            except Exception as error:  # any other end is a finding, and the storm goes on
                self.ends["failed"] += 1
                self.failures[f"{type(error).__name__} of {error.__cause__!r}"] += 1
                self.unanswered.append(key)
            else:
                self.ends["acknowledged"] += 1
                self.acknowledged.add(key)
            finally:
                turns.release()
                ground.standing = f"{self.ends.total():,} of {tasks:,} tasks over"

        async with asyncio.TaskGroup() as storm:
            for key, step in enumerate(steps, 1):
                await turns.acquire()
                storm.create_task(one(key, step))

    async def _steps(self) -> int:
        """How often an act waits for something, on a connection that knows its statements."""
        for key in (-1, -2):
            measured = CancelledAt(0, self.act(key))
            await measured
            self.acknowledged.add(key)
            self.ends["acknowledged"] += 1
        return measured.waits

    async def look_for_leftovers(self, outcome: Outcome, auditor: Any, seconds: float) -> None:
        status = self.database.pool_status()
        outcome.require(
            status.checked_out == 0, f"{status.checked_out} connections never came back to the pool"
        )
        left: dict[str, int] = {}
        due = clock.now().timestamp() + seconds
        while clock.now().timestamp() < due:
            left = dict(await auditor.fetchrow(OPEN))
            left["connections too many"] = max(0, left.pop("connections") - status.most)
            if not any(left.values()):
                break
            await clock.sleep(0.05)
        outcome.reached |= left
        for what, number in left.items():
            outcome.require(number == 0, f"{what}: {number}")
        await self._hold_all(outcome, status.most)

    async def _hold_all(self, outcome: Outcome, most: int) -> None:
        async with AsyncExitStack() as held:
            for number in range(most):
                try:
                    await held.enter_async_context(self.database.transaction(guild_id=GUILDS[0]))
                except Exception as error:
                    outcome.broken.append(f"only {number} of {most} connections work: {type(error).__name__}")
                    break

    async def look_for_losses(self, outcome: Outcome, auditor: Any) -> None:
        """What was acknowledged is there. What was not is there or not: asked for again, it is there once."""
        stored = await self._stored(auditor)
        lost = len(self.acknowledged - stored.keys())
        outcome.reached |= {"lost": lost, "done though cancelled": len(stored.keys() & set(self.unanswered))}
        outcome.require(lost == 0, f"{lost} acknowledged acts are not in the database")
        outcome.broken += [f"{number} acts ended with {error}" for error, number in self.failures.items()]
        if outcome.broken:
            return  # what is left behind may hold locks that a repeat would wait for
        for key in self.unanswered:
            try:
                await self.act(key)
            except Exception as error:
                outcome.broken.append(f"a repeat of what was cancelled ended with {type(error).__name__}")
        stored = await self._stored(auditor)
        missing, twice = self.ends.total() - len(stored), sum(times != 1 for times in stored.values())
        outcome.require(missing == 0, f"{missing} acts are missing after they were repeated")
        outcome.require(twice == 0, f"{twice} acts were carried out more than once")
        for guild_id in GUILDS:
            outcome.broken += await mistakes_of(auditor, guild_id)

    async def _stored(self, auditor: Any) -> dict[int, int]:
        return dict(await auditor.fetch(CASES)) | dict(await auditor.fetch(AWARDS))
