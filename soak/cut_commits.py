"""Connections cut right after COMMIT was sent: every request gets its answer, and is carried out once."""

import asyncio
import random
from dataclasses import dataclass
from typing import ClassVar

from database.clock import clock
from soak.bank import Bank
from soak.proxy import Proxy
from soak.scenario import Ground, Outcome

MOST_TRIES = 50
BLACK_HOLE_SECONDS = 0.3


@dataclass
class CutCommits:
    """First cuts at COMMIT alone, then a tenth as many transfers on a wire where everything goes wrong.

    `blind` is the control: a repeat under a new key moves the points twice.
    """

    name: ClassVar[str] = "cut_commits"
    transfers: int = 10_000
    tasks: int = 64
    cut: float = 0.05
    blind: bool = False

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        async with Proxy(server.socket_folder, ground.dice) as proxy:
            database = await ground.service(proxy.dsn)
            bank = Bank(database, ground.dice, blind=self.blind)
            await bank.open()
            proxy.cut_after_commit, proxy.cut_before_commit = self.cut, self.cut / 5
            await self._settle(ground, bank, self.transfers)
            cuts, unavailable = proxy.cuts_after, bank.unavailable
            proxy.piece_bytes, proxy.delay_seconds = 50, 0.001
            weather = asyncio.create_task(storm(proxy, ground.dice))
            await self._settle(ground, bank, self.transfers // 10)
            weather.cancel()
            proxy.release()
            outcome = await bank.audited(await ground.auditor(server))
        unresolved = sum(wish.answer is None for wish in bank.wishes)
        outcome.reached |= {"cut at COMMIT": cuts, "unresolved": unresolved}
        outcome.require(unresolved == 0, f"{unresolved} requests never got an answer")
        outcome.require(
            unavailable == 0 or self.blind, f"{unavailable} cuts at COMMIT reached the caller as an outage"
        )
        outcome.require(cuts > 0, "no connection was cut: nothing was tried")
        return outcome

    async def _settle(self, ground: Ground, bank: Bank, transfers: int) -> None:
        waiting = [bank.wish() for _ in range(transfers)]

        async def ask() -> None:
            while waiting:
                await bank.until_answered(waiting.pop(), tries=MOST_TRIES)
                ground.standing = f"{bank.acknowledged + bank.refused:,} of {len(bank.wishes):,} answered"

        async with asyncio.TaskGroup() as asking:
            for _ in range(self.tasks):
                asking.create_task(ask())


async def storm(proxy: Proxy, dice: random.Random) -> None:
    """Now and then all connections end, or nothing passes for a moment."""
    while True:
        await clock.sleep(dice.uniform(0.5, 1.5))
        if dice.random() < 0.5:
            proxy.reset()
        else:
            proxy.swallow()
            await clock.sleep(BLACK_HOLE_SECONDS)
            proxy.release()
