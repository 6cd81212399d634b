"""What becomes of a hold: it is captured, in whole or in part, or let go, once. Plans for the ledger."""

from datetime import datetime
from typing import NamedTuple

from database.book import Book, Hold
from database.giving import may_name
from database.ledger_refusals import ExceedsHold, HoldEnded, HoldNotFound, NotExpired
from database.models.points import Phase, PointTransfer


class Promise(NamedTuple):
    """What is held, and what its owner can still spend."""

    amount: int
    available: int | None
    operation_id: int = 0


class Ending(NamedTuple):
    """How much of a hold was moved; the rest is its owner's again."""

    captured: int
    operation_id: int = 0


def hold(book: Book, debit_id: int, credit_id: int, amount: int, *, expires_at: datetime | None) -> Promise:
    may_name(debit_id, credit_id, amount, receiver_is_bot=False)
    book.hold(debit_id, credit_id, amount, expires_at=expires_at)
    account = book.accounts.get(debit_id)
    return Promise(amount, None if account is None else account.available)


def capture(
    book: Book, held: PointTransfer | None, ended: PointTransfer | None, amount: int | None, now: datetime
) -> Ending:
    """`amount` None: all of it. `ended`: what resolved the hold already, read under the locks."""
    promise = _open(held, ended)
    if held is not None and held.expires_at is not None and held.expires_at <= now:
        raise HoldEnded("expired")
    taken = promise.amount if amount is None else amount
    if not 1 <= taken <= promise.amount:
        raise ExceedsHold(promise.amount)
    book.capture(promise, taken)
    return Ending(taken)


def void(book: Book, held: PointTransfer | None, ended: PointTransfer | None) -> Ending:
    book.void(_open(held, ended))
    return Ending(0)


def expire(book: Book, held: PointTransfer | None, ended: PointTransfer | None, now: datetime) -> Ending:
    """Let go of it as nobody else did in time."""
    promise = _open(held, ended)
    if held is None or held.expires_at is None or held.expires_at > now:
        raise NotExpired
    book.void(promise)
    return Ending(0)


def _open(held: PointTransfer | None, ended: PointTransfer | None) -> Hold:
    if held is None or held.phase is not Phase.HOLD:
        raise HoldNotFound
    if ended is not None:
        raise HoldEnded(str(ended.phase))
    return Hold(held.transfer_id, held.debit_id, held.credit_id, held.amount)
