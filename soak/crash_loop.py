"""PostgreSQL killed under load: what was acknowledged is there, once, and every sum is exact."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from soak.bank import Bank
from soak.scenario import Ground, Outcome
from soak.servers import MortalServer

LATE_WRITER = {"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB"}
"""For the control: it would else save most of what it should lose, by its own clock."""


@dataclass
class CrashLoop:
    """`synchronous_commit="off"` is the control: what the server only promised to write is gone after a kill."""

    name: ClassVar[str] = "crash_loop"
    kills: int = 200
    acknowledged: int = 50_000
    writers: int = 8
    readers: int = 2
    synchronous_commit: str = "on"

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        database = await ground.service(server.dsn)
        bank = Bank(database, ground.dice)
        await bank.open()
        if self.synchronous_commit != "on":
            await server.set(synchronous_commit=self.synchronous_commit, **LATE_WRITER)
        async with asyncio.TaskGroup() as people:
            for _ in range(self.writers):
                people.create_task(bank.writer())
            for _ in range(self.readers):
                people.create_task(bank.reader())
            await self._kill_again_and_again(ground, server, bank)
            bank.is_closing = True
        outcome = await bank.audited(await ground.auditor(server))
        outcome.reached = {"kills": self.kills, **outcome.reached}
        outcome.require(bank.repeats + bank.unavailable > 0, "no kill met a transfer: nothing was tried")
        return outcome

    async def _kill_again_and_again(self, ground: Ground, server: MortalServer, bank: Bank) -> None:
        between = self.acknowledged / self.kills
        goal = 0.0
        for number in range(1, self.kills + 1):
            goal += 2 * between * ground.dice.random()
            await bank.reach(int(goal))
            server.kill()
            await server.start()
            ground.standing = f"{number} of {self.kills} kills, {bank.acknowledged:,} transfers acknowledged"
        await bank.reach(max(self.acknowledged, bank.acknowledged + 1))
