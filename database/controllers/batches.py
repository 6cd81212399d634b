"""Batches of the staff: opened once, carried out piece by piece, moved back as one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from database.actions import action
from database.batches import MOST_ROWS, BatchUnderWay, carry_on, open_batch
from database.controllers._base import BaseController
from database.ledger import Request, open_book, trimmed
from database.ledger_refusals import ReceiversOutOfRange
from database.models.base import utc_now
from database.models.batch_steps import (
    BATCH_OF,
    DIFFERENCES,
    LEFT_OUT,
    OPERATIONS_OF,
    UNFINISHED,
    Difference,
    Unfinished,
)
from database.models.point_batch import BATCHES, BatchKind, PointBatch, PointBatchRow
from database.models.points import OperationKind, PointOperation, Source
from database.models.reversal_steps import RECENT, REVERSED_ALREADY, Recent
from database.moving_back import find
from database.reversing import Reversed, Spent, reverse


class WouldMoveBack(NamedTuple):
    """What moving an operation back would do now. `batch`: what it is a piece of; then all of it is meant."""

    operation: PointOperation
    result: Reversed
    batch: PointBatch | None


class BatchController(BaseController):
    topic = "batches"

    @action(repeatable=True)
    async def open(
        self,
        *,
        guild_id: int,
        interaction_id: int,
        change: BatchKind,
        amounts: Mapping[int, int],
        reason: str,
        actor_id: int,
        is_imported: bool = False,
    ) -> PointBatch:
        """Write down whom it is about. A second time gives what was opened first. Refused: ReceiversOutOfRange."""
        if not 1 <= len(amounts) <= MOST_ROWS:
            raise ReceiversOutOfRange(1, MOST_ROWS)
        new = PointBatch(
            guild_id=guild_id,
            batch_id=interaction_id,
            kind=change,
            is_imported=is_imported,
            actor_id=actor_id,
            reason=trimmed(reason) or "-",
            rows=len(amounts),
            asked_at=utc_now(),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            return await open_batch(tx, new, list(amounts), list(amounts.values()))

    @action(repeatable=True)
    async def open_reversal(
        self,
        *,
        guild_id: int,
        interaction_id: int,
        of_batch_id: int,
        policy: Spent,
        reason: str,
        actor_id: int,
    ) -> PointBatch:
        """Likewise: each operation of another batch is to be moved back, the last first. Refused: BatchUnderWay."""
        async with self._transaction(guild_id=guild_id) as tx:
            whole = await BATCHES.get(tx, guild_id=guild_id, batch_id=of_batch_id)
            if whole is not None and whole.finished_at is None:
                raise BatchUnderWay
            done = (await tx.exec(OPERATIONS_OF, guild_id=guild_id, batch_id=of_batch_id)).all()
            new = PointBatch(
                guild_id=guild_id,
                batch_id=interaction_id,
                kind=BatchKind.REVERSE,
                policy=policy,
                actor_id=actor_id,
                reason=trimmed(reason) or "-",
                rows=len(done),
                asked_at=utc_now(),
            )
            return await open_batch(tx, new, done, [0] * len(done))

    @action(repeatable=True)
    async def carry_on(self, *, guild_id: int, batch_id: int) -> PointBatch:
        """Do the next piece, and say how far it is. LedgerFrozen: it waits."""
        async with self._transaction(guild_id=guild_id) as tx:
            return await carry_on(tx, guild_id, batch_id, utc_now())

    @action(repeatable=True)
    async def left_out(self, *, guild_id: int, batch_id: int, limit: int = 1_000) -> Sequence[PointBatchRow]:
        """Whom the ledger refused, and why."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(LEFT_OUT, guild_id=guild_id, batch_id=batch_id, limit=limit)).all()

    @action(repeatable=True)
    async def differences(self, *, guild_id: int, amounts: Mapping[int, int]) -> Sequence[Difference]:
        """What each of these members has beside what is to be imported; nothing is changed."""
        given = {"subject_ids": list(amounts), "amounts": list(amounts.values())}
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(DIFFERENCES, guild_id=guild_id, **given)).all()

    @action(repeatable=True)
    async def operations(self, *, guild_id: int, batch_id: int) -> Sequence[int]:
        """The pieces of a batch, the last first."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(OPERATIONS_OF, guild_id=guild_id, batch_id=batch_id)).all()

    @action(repeatable=True)
    async def unfinished(self) -> Sequence[Unfinished]:
        """Of all servers."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(UNFINISHED)).all()

    @action(repeatable=True)
    async def recent(self, *, guild_id: int, limit: int = 300) -> Sequence[Recent]:
        """What may be moved back, the newest first."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(RECENT, guild_id=guild_id, limit=limit)).all()

    @action(repeatable=False)
    async def would_move_back(self, *, guild_id: int, operation_id: int, policy: Spent) -> WouldMoveBack:
        """What moving back would do now, and how much of it is spent; nothing is changed.

        Refused: BatchUnderWay, OperationNotFound, NotReversible, AlreadyReversed; PointsSpent where it is no piece of a
        batch, in which each piece is decided by itself.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            operation, transfers = await find(tx, guild_id, operation_id)
            ids = [each.transfer_id for each in transfers]
            undone = (await tx.exec(REVERSED_ALREADY, guild_id=guild_id, transfer_ids=ids)).all()
            account_ids = {side for each in transfers for side in (each.debit_id, each.credit_id)}
            asking = Request(guild_id, OperationKind.REVERSE, Source.INTERACTION, 0, 0, (operation_id,))
            book = await open_book(tx, asking, account_ids)
            batch = (await tx.exec(BATCH_OF, guild_id=guild_id, operation_id=operation_id)).first()
            if batch is not None and batch.finished_at is None:
                raise BatchUnderWay
            owed = {account_id: account.debt for account_id, account in book.accounts.items()}
            result = reverse(book, operation, transfers, undone, Spent.DEBT if batch else policy)
            new_debts = (account.debt - owed[account_id] for account_id, account in book.accounts.items())
            result = result._replace(short=result.short + sum(debt for debt in new_debts if debt > 0))
            assert operation is not None  # `reverse` refuses otherwise
            return WouldMoveBack(operation, result, batch)
