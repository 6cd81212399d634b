"""A gift from one member to another: the server's limits, its tax, what is counted for a day. A plan for the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from database.book import Book
from database.ledger import Movement
from database.ledger_refusals import (
    AccountTooYoung,
    AmountOutOfRange,
    BotsHoldNoPoints,
    CannotGiveToYourself,
    OverReceivedLimit,
    OverSentLimit,
    OverTransferLimit,
    RestrictedNow,
)
from database.local_days import today
from database.models.guild_config import GuildSettings
from database.models.points import BURN, LARGEST_AMOUNT, TREASURY


@dataclass(frozen=True, slots=True)
class Gift:
    """What is known of it beside the ledger. `is_restricted`: whether a timeout stands against the giver."""

    giver_id: int
    receiver_id: int
    amount: int
    receiver_is_bot: bool
    giver_made_at: datetime | None = None
    is_restricted: bool = False


def accounts_of(gift: Gift, rules: GuildSettings) -> set[int]:
    return {gift.giver_id, gift.receiver_id, *([tax_account(rules)] if rules.transfer_tax_percent else [])}


def tax_account(rules: GuildSettings) -> int:
    return TREASURY if rules.tax_to_treasury else BURN


def give(book: Book, gift: Gift, rules: GuildSettings, now: datetime) -> Movement:
    """Refused in the order of this function; docs/ledger.md names it."""
    may_name(gift.giver_id, gift.receiver_id, gift.amount, receiver_is_bot=gift.receiver_is_bot)
    book.may_move(gift.giver_id, gift.receiver_id)
    if gift.is_restricted and not rules.restricted_may_transfer:
        raise RestrictedNow
    is_young = gift.giver_made_at is not None and now - gift.giver_made_at < timedelta(
        days=rules.transfer_account_days
    )
    if rules.transfer_account_days and is_young:
        raise AccountTooYoung(rules.transfer_account_days)
    if rules.transfer_most and gift.amount > rules.transfer_most:
        raise OverTransferLimit(rules.transfer_most)
    tax = gift.amount * rules.transfer_tax_percent // 100
    _count(book, gift, gift.amount - tax, rules, today(now, ZoneInfo(rules.time_zone)))
    book.require(gift.giver_id, gift.amount)
    book.post(gift.giver_id, gift.receiver_id, gift.amount - tax)
    if tax:
        book.post(gift.giver_id, tax_account(rules), tax)
    return Movement(gift.amount, book.balance(gift.giver_id), book.balance(gift.receiver_id), tax=tax)


def may_name(giver_id: int, receiver_id: int, amount: int, *, receiver_is_bot: bool) -> None:
    """What can be said without looking at an account."""
    if giver_id == receiver_id:
        raise CannotGiveToYourself
    if receiver_is_bot:
        raise BotsHoldNoPoints
    if not 1 <= amount <= LARGEST_AMOUNT:
        raise AmountOutOfRange(1, LARGEST_AMOUNT)


def _count(book: Book, gift: Gift, arrives: int, rules: GuildSettings, day: date) -> None:
    giver, receiver = book.accounts[gift.giver_id], book.accounts[gift.receiver_id]
    for account in (giver, receiver):
        account.count_from(day)
    if rules.sent_per_day and giver.sent_today + gift.amount > rules.sent_per_day:
        raise OverSentLimit(rules.sent_per_day, max(0, rules.sent_per_day - giver.sent_today))
    if rules.received_per_day and receiver.received_today + arrives > rules.received_per_day:
        raise OverReceivedLimit(
            rules.received_per_day, max(0, rules.received_per_day - receiver.received_today)
        )
    giver.sent_today += gift.amount
    receiver.received_today += arrives
