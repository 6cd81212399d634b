"""One operation moved back, whole and once. A plan for the ledger; the steps that find what there is to move back."""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from database.book import Book
from database.ledger_refusals import (
    AlreadyReversed,
    NotReversible,
    OfACase,
    OfAPurchase,
    OperationNotFound,
    PointsSpent,
)
from database.models.points import SHOP, OperationKind, Phase, PointOperation, PointTransfer

MOVED = (Phase.POST, Phase.CAPTURE)
MOVED_BACK = (OperationKind.REVERSE, OperationKind.REFUND)


class Spent(StrEnum):
    """What happens where who got the points has spent them."""

    REFUSE = "refuse"
    TAKE_WHAT_IS_THERE = "take"
    DEBT = "debt"


class Reversed(NamedTuple):
    """What was moved back, and what was not there any more."""

    total: int
    short: int
    members: int
    operation_id: int = 0


def reversible(operation: PointOperation | None, transfers: Sequence[PointTransfer]) -> list[PointTransfer]:
    """The transfers to move back, the last first."""
    if operation is None:
        raise OperationNotFound
    if operation.case_number is not None:
        raise OfACase(operation.case_number)
    moved = [each for each in transfers if each.phase in MOVED]
    if operation.kind in MOVED_BACK or not moved:
        raise NotReversible
    return sorted(moved, key=lambda each: -each.transfer_id)


def reverse(
    book: Book,
    operation: PointOperation | None,
    transfers: Sequence[PointTransfer],
    undone: Sequence[int],
    policy: Spent,
) -> Reversed:
    """`undone`: the transfers that a reversal names already, read under the locks. A purchase is refunded instead."""
    if operation is not None and _is_purchase(operation, transfers):
        raise OfAPurchase
    return undo(book, operation, transfers, undone, policy)


def _is_purchase(operation: PointOperation, transfers: Sequence[PointTransfer]) -> bool:
    paid = any(each.credit_id == SHOP and each.phase in MOVED for each in transfers)
    return operation.kind is OperationKind.BUY or paid


def undo(
    book: Book,
    operation: PointOperation | None,
    transfers: Sequence[PointTransfer],
    undone: Sequence[int],
    policy: Spent,
) -> Reversed:
    """Likewise, whatever it was."""
    moved = reversible(operation, transfers)
    if undone:
        raise AlreadyReversed
    book.may_move()
    total, shortages = 0, []
    for transfer in moved:
        holder = book.accounts.get(transfer.credit_id)
        there = transfer.amount if holder is None else max(0, min(transfer.amount, holder.available))
        if there < transfer.amount and policy is not Spent.DEBT:
            shortages.append(transfer.amount - there)
        amount = transfer.amount if policy is Spent.DEBT else there
        if amount:
            book.post(
                transfer.credit_id,
                transfer.debit_id,
                amount,
                reverses_id=transfer.transfer_id,
                debt=policy is Spent.DEBT,
            )
            total += amount
    if shortages and policy is Spent.REFUSE:
        raise PointsSpent(sum(shortages), len(shortages))
    if not total:
        raise PointsSpent(sum(shortages), len(shortages))
    return Reversed(total, sum(shortages), len(moved))
