"""What the shop does to a book: who may buy what, and what a refund moves back. Plans for the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from database.book import Book
from database.levels import Curve
from database.models.guild_config import GuildSettings
from database.models.points import SHOP, PointOperation, PointTransfer
from database.models.shop import Buyer, Purchase, PurchaseState, ShopItem
from database.models.shop_steps import Past
from database.reversing import Reversed, Spent, undo
from database.shop_refusals import (
    HasRoleAlready,
    ItemGone,
    LevelRequired,
    LimitReached,
    NothingPaid,
    NotSoldAnyMore,
    PriceChanged,
    PurchaseNotFound,
    PurchaseUnderWay,
    RefundedAlready,
    RestrictedFromBuying,
    RoleJustBought,
    RoleRequired,
    SoldOut,
)


class Offer(NamedTuple):
    """What is asked for: the item as it is now, the price that was shown, and what of it was bought before."""

    item: ShopItem | None
    shown_price: int
    past: Past


class Receipt(NamedTuple):
    """What was paid or is held, and what the buyer can still spend."""

    price: int
    left: int
    operation_id: int = 0


def buy(book: Book, buyer: Buyer, offer: Offer, rules: GuildSettings, now: datetime) -> Receipt:
    """Refused in the order of this function. What gives a role is held until the role is given; else it is paid."""
    item, past = offer.item, offer.past
    if item is None or item.removed_at is not None:
        raise ItemGone
    if item.price != offer.shown_price:
        raise PriceChanged(offer.shown_price, item.price)
    if item.sells_until is not None and item.sells_until <= now:
        raise NotSoldAnyMore.since(item.sells_until)
    book.may_move(buyer.user_id)
    account = book.accounts[buyer.user_id]
    # A role that is given while all of theirs are taken would outlast that.
    if buyer.is_restricted and (item.role_id is not None or not rules.restricted_may_transfer):
        raise RestrictedFromBuying
    if item.required_role_id is not None and item.required_role_id not in buyer.role_ids:
        raise RoleRequired(item.required_role_id)
    if item.required_level is not None:
        level = Curve(rules.level_base, rules.level_linear, rules.level_square).level_of(account.earned)
        if level < item.required_level:
            raise LevelRequired(item.required_level, level)
    if item.role_id is not None:
        _may_get(item.role_id, buyer, past)
    if item.most_each is not None and past.bought >= item.most_each:
        raise LimitReached(item.most_each)
    if item.stock == 0:
        raise SoldOut
    if item.role_id is None:
        book.post(buyer.user_id, SHOP, item.price)
    else:
        book.hold(buyer.user_id, SHOP, item.price)
    return Receipt(item.price, account.available)


def _may_get(role_id: int, buyer: Buyer, past: Past) -> None:
    """Nobody pays for a role that is theirs for good, or will be in a moment."""
    will_lose_it = past.has_for_a_time and not past.has_for_good
    if role_id in buyer.role_ids and not will_lose_it:
        raise HasRoleAlready(role_id)
    if past.has_just_bought_it:
        raise RoleJustBought(role_id)


def refund(
    book: Book,
    purchase: Purchase | None,
    operation: PointOperation | None,
    transfers: Sequence[PointTransfer],
    undone: Sequence[int],
) -> Reversed:
    """`operation`, with its transfers, is the one that moved the price; `undone`: those that are moved back already."""
    if purchase is None:
        raise PurchaseNotFound
    if purchase.state is PurchaseState.HELD:
        raise PurchaseUnderWay
    if purchase.state is PurchaseState.REFUSED:
        raise NothingPaid
    if purchase.state is PurchaseState.UNDONE:
        raise RefundedAlready
    return undo(book, operation, transfers, undone, Spent.REFUSE)
