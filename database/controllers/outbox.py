"""What Discord should be told, claimed by leases."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from database.actions import action
from database.controllers._base import BaseController
from database.models.outbox import (
    CLAIM,
    CLAIM_ONE,
    DELIVERED,
    HURRY,
    HURRY_ALL,
    PENDING,
    RELEASE,
    TRY_LATER,
    Delivery,
    OutboxRow,
)
from database.shards import WHOLE_BOT, Shards
from database.texts import storable

LEASE = timedelta(seconds=10)
"""How long after a kill its claims stay taken. A delivery that takes longer may be made by another process as well:
edits change nothing then, and Discord's enforced nonce gives the first message for the second."""


class OutboxController(BaseController):
    topic = "outbox"

    @action(repeatable=True)
    async def claim(
        self,
        *,
        now: datetime,
        shards: Shards = WHOLE_BOT,
        busy_guild_ids: Sequence[int] = (),
        limit: int = 10,
    ) -> Sequence[OutboxRow]:
        """Take what is due, oldest first; nobody else gets it until the lease ends.

        Nothing is taken of guilds on other shards, or that the claimer is at work for.
        """
        async with self._transaction(system=True) as tx:
            claimed = await tx.exec(
                CLAIM,
                now=now,
                lease=now + LEASE,
                shard_count=shards.count,
                shard_ids=list(shards.ids),
                busy_guild_ids=list(busy_guild_ids),
                limit=limit,
            )
            return sorted(claimed.all(), key=lambda row: row.outbox_id)

    @action(repeatable=True)
    async def claim_one(
        self, *, guild_id: int, delivery: Delivery, subject_id: int, now: datetime
    ) -> OutboxRow | None:
        """Take this row, for who cannot wait until its turn; None if it is delivered or somebody else has it."""
        async with self._transaction(guild_id=guild_id) as tx:
            claimed = await tx.exec(
                CLAIM_ONE,
                of_guild_id=guild_id,
                of_kind=delivery,
                of_subject_id=subject_id,
                now=now,
                lease=now + LEASE,
            )
            return claimed.first()

    @action(repeatable=True)
    async def delivered(self, row: OutboxRow) -> None:
        """Forget the row, or make it due again if more was asked for meanwhile."""
        async with self._transaction(guild_id=row.guild_id) as tx:
            done = await tx.exec(DELIVERED, **_claim_of(row), of_generation=row.generation)
            if done.first() is None:
                await tx.exec(RELEASE, **_claim_of(row))

    @action(repeatable=True)
    async def try_later(self, row: OutboxRow, *, next_at: datetime, error: str) -> None:
        """Say why it failed, and when to try again: at once if more was asked for meanwhile."""
        async with self._transaction(guild_id=row.guild_id) as tx:
            postponed = await tx.exec(
                TRY_LATER,
                **_claim_of(row),
                of_generation=row.generation,
                of_due_at=row.due_at,
                next_at=next_at,
                error=storable(error)[:500],
            )
            if postponed.first() is None:
                await tx.exec(RELEASE, **_claim_of(row))

    @action(repeatable=True)
    async def hurry(self, *, guild_id: int, now: datetime) -> None:
        """Make all that waits in a guild due: what stood in its way may be gone."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(HURRY, of_guild_id=guild_id, now=now)

    @action(repeatable=True)
    async def hurry_all(self, *, now: datetime, shards: Shards = WHOLE_BOT) -> None:
        """Make all that waits on these shards due.

        After a start or a lost session: nobody told us what has changed meanwhile.
        """
        async with self._transaction(system=True) as tx:
            await tx.exec(HURRY_ALL, now=now, shard_count=shards.count, shard_ids=list(shards.ids))

    @action(repeatable=True)
    async def pending(self, *, guild_id: int) -> Sequence[OutboxRow]:
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(PENDING, guild_id=guild_id)).all()


def _claim_of(row: OutboxRow) -> dict[str, object]:
    return {"of_guild_id": row.guild_id, "of_outbox_id": row.outbox_id, "of_lease": row.leased_until}
