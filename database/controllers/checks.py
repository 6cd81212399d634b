"""Whether points add up: the look at what is new, the look at everything, and what came in and went out by day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from database.actions import action
from database.controllers._base import BaseController
from database.ledger import Request, decide, told, trimmed
from database.models.ledger_steps import LEDGERS
from database.models.points import OperationKind, PointLedger, Source
from database.models.proof_steps import FORGET_CHECK, FORGET_DAYS, FORGET_PROOFS, THAW_LEDGER, Damage
from database.models.supply import DAYS_SINCE, TOTALS, DayLine, Totals
from database.verifying import (
    Looked,
    NotFrozen,
    follow,
    look_at_accounts,
    look_at_operations,
    look_in_turn,
)


class Followed(NamedTuple):
    damages: Sequence[Damage]
    is_behind: bool


class Thawed(NamedTuple):
    """`why`: what the ledger was frozen for, and since when. Kept in the operation, as nothing else keeps it."""

    why: str
    since: str
    operation_id: int = 0


class CheckController(BaseController):
    topic = "checks"

    @action(repeatable=True)
    async def follow(self, *, guild_id: int, now: datetime) -> Followed:
        """Look at what has moved since the last time, some of it. Damage freezes the ledger.

        `is_behind`: more waits.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            return Followed(*await follow(tx, guild_id, now))

    @action(repeatable=True)
    async def look_in_turn(self, *, guild_id: int, now: datetime) -> Followed:
        """Look at some accounts whether they have moved or not: everybody has a turn. Damage freezes the ledger.

        `is_behind`: more wait before the round is over; the next look begins a new one otherwise.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            return Followed(*await look_in_turn(tx, guild_id, now))

    @action(repeatable=True)
    async def look_at_accounts(self, *, guild_id: int, place: int, now: datetime) -> Looked:
        """Add up all transfers of some accounts, those beyond `place`. Damage freezes the ledger."""
        async with self._transaction(guild_id=guild_id) as tx:
            return await look_at_accounts(tx, guild_id, place, now)

    @action(repeatable=True)
    async def look_at_operations(self, *, guild_id: int, place: int, now: datetime) -> Looked:
        async with self._transaction(guild_id=guild_id) as tx:
            return await look_at_operations(tx, guild_id, place, now)

    @action(repeatable=True)
    async def frozen(self, *, guild_id: int) -> PointLedger | None:
        """Why and since when the ledger is frozen; None if it is not."""
        async with self._read(guild_id=guild_id) as tx:
            ledger = await LEDGERS.get(tx, guild_id=guild_id)
            return ledger if ledger is not None and ledger.frozen_at is not None else None

    @action(repeatable=True)
    async def thaw(self, *, guild_id: int, reason: str, actor_id: int, interaction_id: int) -> Thawed:
        """Let points move again. Only after a look at everything has found nothing: the caller sees to that.

        The sums so far are forgotten and made again. Refused: NotFrozen.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.UNFREEZE,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=actor_id,
            asked=("ledger",),
            note=trimmed(reason),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            ledger = await LEDGERS.lock(tx, guild_id=guild_id)

            def plan(_: object) -> Thawed:
                if ledger is None or ledger.frozen_at is None:
                    raise NotFrozen
                return Thawed(ledger.frozen_why or "", ledger.frozen_at.isoformat())

            answer = await decide(tx, request, (), plan, Thawed)
            if isinstance(answer, Thawed) and ledger is not None and ledger.frozen_at is not None:
                for step in (THAW_LEDGER, FORGET_PROOFS, FORGET_DAYS, FORGET_CHECK):
                    await tx.exec(step, guild_id=guild_id)
        return told(answer)

    @action(repeatable=True)
    async def days(self, *, guild_id: int, first: date) -> Sequence[DayLine]:
        """What moved on each day (UTC) from then on, by cause, as far as it is looked at."""
        async with self._report(guild_id=guild_id) as tx:
            return (await tx.exec(DAYS_SINCE, guild_id=guild_id, first=first)).all()

    @action(repeatable=True)
    async def totals(self, *, guild_id: int) -> Totals:
        """What is in circulation, as far as it is looked at."""
        async with self._report(guild_id=guild_id) as tx:
            return (await tx.exec(TOTALS, guild_id=guild_id)).one()
