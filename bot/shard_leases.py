"""This process tells the others which shards it serves, and hears from them when they serve the same."""

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from secrets import token_hex

from loguru import logger

from bot.clock import clock
from database.controllers.processes import LEASE, ProcessController
from database.errors import DatabaseUnavailable
from database.models import ShardLease, Shards
from database.models.shard_lease import LONGEST_HOLDER


def own_name() -> str:
    """The machine, the number of the process there, and a part by chance: two containers may have both in common."""
    return f"{socket.gethostname()}/{os.getpid()}-{token_hex(3)}"[-LONGEST_HOLDER:]


class ShardLeases:
    """Renewed while the process lives. Two holders of one shard are allowed, but said."""

    def __init__(self, processes: ProcessController) -> None:
        self._processes = processes
        self.holder = own_name()
        self._keeping: asyncio.Task[None] | None = None
        self._told: set[str] = set()

    async def take(self, shards: Shards) -> None:
        """At once, and again and again until they are given up."""
        await self._renew(shards)
        self._keeping = asyncio.create_task(self._keep(shards), name="shard leases")

    async def give_up(self) -> None:
        if self._keeping is None:
            return
        self._keeping.cancel()
        with suppress(asyncio.CancelledError):
            await self._keeping
        with suppress(DatabaseUnavailable):  # then they end by themselves
            await self._processes.release_leases(holder=self.holder)

    async def _keep(self, shards: Shards) -> None:
        while True:
            await clock.sleep(LEASE.total_seconds() / 3)
            await self._renew(shards)

    async def _renew(self, shards: Shards) -> None:
        with suppress(DatabaseUnavailable):  # said by all that needs the database
            live = await self._processes.renew_leases(holder=self.holder, shards=shards)
            self._tell(clashes(live, self.holder, shards))

    def _tell(self, found: set[str]) -> None:
        for clash in sorted(found - self._told):
            logger.warning(
                "{}. That is right for the moments of a hand-over or after a kill; otherwise correct REEVE_SHARDS: "
                "both processes answer to the same servers",
                clash,
            )
        self._told = found


def clashes(live: Sequence[ShardLease], holder: str, shards: Shards) -> set[str]:
    """A sentence for each other process that serves guilds of ours."""
    others = [lease for lease in live if lease.holder != holder]
    same = [lease for lease in others if lease.shard_count == shards.count and lease.shard_id in shards.ids]
    return {
        f"shard {lease.shard_id} of {lease.shard_count} is served by {lease.holder} too" for lease in same
    } | {
        f"{lease.holder} counts {lease.shard_count} shards, and this process {shards.count}"
        for lease in others
        if lease.shard_count != shards.count
    }


def in_words(live: Sequence[ShardLease]) -> list[str]:
    """`0-3/16 at web-1/7`, one line a process."""
    held: dict[tuple[str, int], list[int]] = {}
    for lease in live:
        held.setdefault((lease.holder, lease.shard_count), []).append(lease.shard_id)
    return [f"{Shards(tuple(sorted(ids)), count)} at {holder}" for (holder, count), ids in held.items()]
