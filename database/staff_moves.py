"""What the staff does to balances: awards, takes, sets, many at once, freezes. Plans for the ledger."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from database.book import Book
from database.giving import may_name
from database.ledger import Movement
from database.ledger_refusals import (
    AmountOutOfRange,
    BotsHoldNoPoints,
    FrozenAlready,
    NothingToSet,
    ReceiversOutOfRange,
)
from database.models.points import LARGEST_AMOUNT, LARGEST_BALANCE, MINT

MOST_RECEIVERS = 10_000


class Awarded(NamedTuple):
    """What a batch did: to how many members, and how many points in all."""

    members: int
    total: int
    operation_id: int = 0


class Frozen(NamedTuple):
    is_frozen: bool
    operation_id: int = 0
    account_id: int = 0
    """Whose: the audit trail names it."""


def award(book: Book, receiver_id: int, amount: int, *, receiver_is_bot: bool) -> Movement:
    may_name(MINT, receiver_id, amount, receiver_is_bot=receiver_is_bot)
    book.post(MINT, receiver_id, amount)
    return Movement(amount, None, book.balance(receiver_id))


def take(book: Book, member_id: int, amount: int) -> Movement:
    """Back to where points come from: they do not count as earned any more."""
    may_name(member_id, MINT, amount, receiver_is_bot=False)
    book.post(member_id, MINT, amount)
    return Movement(amount, book.balance(member_id), None)


def set_to(book: Book, member_id: int, balance: int, *, is_bot: bool) -> Movement:
    """Award or take the difference. `amount` is negative for what was taken."""
    if is_bot:
        raise BotsHoldNoPoints
    has = book.accounts[member_id].balance
    most = LARGEST_BALANCE + min(0, has)  # no transfer moves more, and it pays a debt as well
    if not 0 <= balance <= most:
        raise AmountOutOfRange(0, most)
    more = balance - has
    if not more:
        raise NothingToSet(balance)
    if more > 0:
        book.post(MINT, member_id, more)
    else:
        book.post(member_id, MINT, -more)
    return Movement(more, None, book.balance(member_id))


def award_many(book: Book, amounts: Mapping[int, int]) -> Awarded:
    """All of them get theirs, or nobody does."""
    if not 1 <= len(amounts) <= MOST_RECEIVERS:
        raise ReceiversOutOfRange(1, MOST_RECEIVERS)
    if not all(1 <= amount <= LARGEST_AMOUNT for amount in amounts.values()):
        raise AmountOutOfRange(1, LARGEST_AMOUNT)
    for member_id, amount in amounts.items():
        book.post(MINT, member_id, amount)
    return Awarded(len(amounts), sum(amounts.values()))


def freeze(book: Book, member_id: int, at: datetime | None, *, by_cases: bool = False) -> Frozen:
    """`at` None: let the account move again. `by_cases`: only cases have frozen it, so the staff may do so as well."""
    account = book.accounts[member_id]
    if (account.frozen_at is None) == (at is None) and not (at is not None and by_cases):
        raise FrozenAlready(int(account.frozen_at is not None))
    account.frozen_at = at
    return Frozen(at is not None, account_id=member_id)
