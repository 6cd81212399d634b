"""A batch of the staff, carried out a piece at a time: each piece is one operation, in one transaction.

Who carries it out holds the batch's row, and how far it is moves on with the piece: so a batch is resumed after a crash
where it stopped, and two processes never do a piece twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from database.book import Book
from database.errors import ActionRefused
from database.ledger import Request, keep, open_book
from database.ledger_refusals import BalanceTooHigh, LedgerFrozen, LedgerRefusal, NothingToSet
from database.models.batch_steps import ADD_ROWS, LIST_HOLDERS, NEXT_ROWS, OPEN_BATCH
from database.models.point_batch import BATCH_ROWS, BATCHES, BatchKind, PointBatch, PointBatchRow
from database.models.points import IMPORT, LARGEST_BALANCE, MINT, SEASON, OperationKind, Source
from database.moving_back import move_back
from database.reversing import Reversed, Spent
from database.staff_moves import Awarded
from database.transaction import Transaction

PIECE = 1_000
"""Members in one operation: their accounts are locked for as long as it takes, some tenths of a second."""
MOST_ROWS = 100_000


class BatchUnderWay(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That batch is still being carried out: move it back when it is done.")


async def open_batch(
    tx: Transaction, new: PointBatch, subject_ids: Sequence[int] = (), amounts: Sequence[int] = ()
) -> PointBatch:
    """Write down what is to be done, or find what was opened under that number before."""
    values: dict[str, Any] = {name: getattr(new, name) for name in PointBatch.model_fields}
    if (await tx.exec(OPEN_BATCH, **values)).first() is None:
        return await BATCHES.one(tx, guild_id=new.guild_id, batch_id=new.batch_id)
    if subject_ids:
        where = {"guild_id": new.guild_id, "batch_id": new.batch_id}
        await tx.exec(ADD_ROWS, **where, subject_ids=list(subject_ids), amounts=list(amounts))
    return new


async def carry_on(tx: Transaction, guild_id: int, batch_id: int, now: datetime) -> PointBatch:
    """Do the next piece. LedgerFrozen: nothing was done, and the batch waits."""
    batch = await BATCHES.lock(tx, guild_id=guild_id, batch_id=batch_id)
    if batch is None:
        raise LookupError(f"no batch {batch_id}")
    if batch.finished_at is not None:
        return batch
    is_reversal, is_listed = batch.kind is BatchKind.REVERSE, batch.kind is not BatchKind.SEASON
    if not is_listed:
        await tx.exec(LIST_HOLDERS, guild_id=guild_id, batch_id=batch_id, limit=PIECE)
    span = {"guild_id": guild_id, "batch_id": batch_id, "done_to": batch.done_to}
    rows = (await tx.exec(NEXT_ROWS, **span, limit=1 if is_reversal else PIECE)).all()
    if rows:
        moved = await (_one_back if is_reversal else _piece)(tx, batch, rows)
        await BATCH_ROWS.update(tx, rows, "operation_id", "refusal")
        batch.moved += moved
        batch.done += len(rows)
        batch.left_out += sum(row.refusal is not None for row in rows)
        batch.done_to = rows[-1].row_id
    if (batch.done == batch.rows) if is_listed else (len(rows) < PIECE):
        batch.finished_at, batch.rows = now, batch.done
    await BATCHES.update(tx, [batch], "moved", "rows", "done", "left_out", "done_to", "finished_at")
    return batch


async def _piece(tx: Transaction, batch: PointBatch, rows: Sequence[PointBatchRow]) -> int:
    """Each member's change, or why not: one whom the ledger refuses stops no other."""
    other = SEASON if batch.kind is BatchKind.SEASON else IMPORT if batch.is_imported else MINT
    request = _request(batch, rows, OperationKind.IMPORT if batch.is_imported else OperationKind(batch.kind))
    book = await open_book(tx, request, {other, *(row.subject_id for row in rows)})
    if book.is_ledger_frozen:
        raise LedgerFrozen
    for row in rows:
        try:
            _change(book, batch.kind, other, row)
        except LedgerRefusal as refusal:
            row.refusal = refusal.code
    changed = [row for row in rows if row.refusal is None]
    total = sum(leg.amount for leg in book.legs)
    if changed:
        operation_id = await keep(tx, request, book, Awarded(len(changed), total))
        if operation_id is None:
            raise LookupError("a piece of this batch was done without being noted")
        for row in changed:
            row.operation_id = operation_id
    return total


def _change(book: Book, kind: BatchKind, other: int, row: PointBatchRow) -> None:
    """Between the member and the server's account that gives or takes."""
    if kind is BatchKind.SEASON:
        book.require(row.subject_id, 1)
        book.post(row.subject_id, other, book.accounts[row.subject_id].available)
        return
    if kind is BatchKind.TAKE:
        book.post(row.subject_id, other, row.amount)
        return
    more = row.amount
    if kind is BatchKind.SET:
        if row.amount > LARGEST_BALANCE:
            raise BalanceTooHigh(LARGEST_BALANCE)
        more = row.amount - book.accounts[row.subject_id].balance
    if more > 0:
        book.post(other, row.subject_id, more)
    elif more < 0:
        book.post(row.subject_id, other, -more)
    else:
        raise NothingToSet(row.amount)


async def _one_back(tx: Transaction, batch: PointBatch, rows: Sequence[PointBatchRow]) -> int:
    [row] = rows
    answer = await move_back(
        tx, _request(batch, rows, OperationKind.REVERSE), row.subject_id, Spent(batch.policy or Spent.REFUSE)
    )
    if isinstance(answer, LedgerFrozen):
        raise answer
    if isinstance(answer, Reversed):
        row.operation_id = answer.operation_id
        return answer.total
    row.refusal = answer.code
    return 0


def _request(batch: PointBatch, rows: Sequence[PointBatchRow], kind: OperationKind) -> Request:
    return Request(
        guild_id=batch.guild_id,
        kind=kind,
        source=_source(batch),
        external_id=rows[0].row_id,
        actor_id=batch.actor_id,
        asked=(batch.batch_id, rows[0].row_id, rows[-1].row_id),
        note=batch.reason,
    )


def _source(batch: PointBatch) -> Source:
    if batch.kind is BatchKind.SEASON:
        return Source.SEASON
    return Source.IMPORT if batch.is_imported else Source.BATCH
