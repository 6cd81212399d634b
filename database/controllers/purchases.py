"""Purchases: begun with the points held, then done or refused, whatever happens to whoever gives the role.

An item is locked before accounts are, and a purchase before its item: of two buyers of the last piece one gets it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from database.actions import action
from database.book import Book
from database.controllers._base import BaseController
from database.ledger import Plan, Request, open_book, settle, told, trimmed
from database.ledger_refusals import LedgerRefusal
from database.listing import Cursor
from database.models.base import utc_now
from database.models.ledger_steps import OPERATIONS, TRANSFERS
from database.models.points import SHOP, OperationKind, Source
from database.models.reversal_steps import REVERSED_ALREADY
from database.models.shop import (
    ITEMS,
    LARGEST_STOCK,
    PURCHASE_LEASE,
    PURCHASES,
    Buyer,
    Purchase,
    PurchaseState,
    ShopItem,
)
from database.models.shop_steps import (
    BEGINS_EARLIER,
    INVENTORY,
    PAST,
    Bought,
    BoughtBy,
)
from database.restricted import rules_between
from database.reversing import Reversed
from database.shop import Offer, Receipt, buy, refund
from database.transaction import Transaction

LATELY = timedelta(minutes=1)
"""Longer than somebody who clicked waits for their turn."""


class Sale(NamedTuple):
    """`is_new`: the caller is to carry it out. A repeat finds the purchase as it is now."""

    purchase: Purchase
    receipt: Receipt
    is_new: bool


class Refund(NamedTuple):
    purchase: Purchase
    points: int


class PurchasesController(BaseController):
    topic = "purchases"

    @action(repeatable=True)
    async def buy(
        self, *, guild_id: int, item_id: int, buyer: Buyer, shown_price: int, proposal_id: int
    ) -> Sale:
        """Sell one piece for the price that was shown, once for each proposal: what gives a role is held until
        `given`, and taken for the caller by a lease.

        Refused in the order of `shop.buy`, and as a transfer is. A refusal of this proposal stays what it is.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.BUY,
            source=Source.DRAFT,
            external_id=proposal_id,
            actor_id=buyer.user_id,
            asked=(item_id, shown_price),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            item, now = await ITEMS.lock(tx, guild_id=guild_id, item_id=item_id), utc_now()
            book = await open_book(tx, request, (buyer.user_id, SHOP))
            plan = await _plan(tx, request, item, buyer, shown_price)
            answer = await settle(tx, request, book, plan, Receipt)
            if isinstance(answer, LedgerRefusal) or item is None:
                sale = None
            elif known := await PURCHASES.get(tx, guild_id=guild_id, proposal_id=proposal_id):
                sale = Sale(known, answer, is_new=False)
            else:
                is_held = item.role_id is not None
                purchase = Purchase(
                    guild_id=guild_id,
                    item_id=item_id,
                    buyer_id=buyer.user_id,
                    proposal_id=proposal_id,
                    price=item.price,
                    role_id=item.role_id,
                    seconds=item.seconds,
                    took_stock=item.stock is not None,
                    operation_id=answer.operation_id,
                    paid_in_id=None if is_held else answer.operation_id,
                    state=PurchaseState.HELD if is_held else PurchaseState.DONE,
                    created_at=now,
                    settled_at=None if is_held else now,
                    due_at=now if is_held else None,
                    leased_until=now + PURCHASE_LEASE if is_held else None,
                )
                if item.stock is not None:
                    item.stock -= 1
                    await ITEMS.update(tx, [item], "stock")
                [purchase] = await PURCHASES.insert(tx, [purchase])
                sale = Sale(purchase, answer, is_new=True)
        receipt = told(answer)
        if sale is None:
            raise LookupError(f"proposal {proposal_id} was answered with {receipt} and no item is there")
        return sale

    @action(repeatable=True)
    async def would_leave(self, *, guild_id: int, item_id: int, buyer: Buyer) -> int:
        """The points to spend that buying one piece now would leave them; nothing is changed, and `buy` decides anew.

        Refused as `buy` is, in its order.
        """
        asking = Request(guild_id, OperationKind.BUY, Source.DRAFT, 0, buyer.user_id, (item_id,))
        async with self._transaction(guild_id=guild_id) as tx:
            item = await ITEMS.get(tx, guild_id=guild_id, item_id=item_id)
            plan = await _plan(tx, asking, item, buyer, item.price if item else 0)
            return plan(await open_book(tx, asking, (buyer.user_id, SHOP))).left

    @action(repeatable=True)
    async def page(
        self,
        *,
        guild_id: int,
        matching: BoughtBy,
        before: Cursor | None = None,
        after: Cursor | None = None,
        limit: int = 10,
    ) -> Sequence[Bought]:
        """What was bought, newest first."""
        async with self._read(guild_id=guild_id) as tx:
            return await INVENTORY.page(tx, guild_id, matching, before=before, after=after, limit=limit)

    @action(repeatable=True)
    async def refund(
        self,
        *,
        guild_id: int,
        purchase_id: int,
        restock: bool,
        note: str | None,
        actor_id: int,
        interaction_id: int,
    ) -> Refund:
        """Move the price back, once; a role that was bought is due to be taken. `restock`: its piece can be sold again.

        Refused: PurchaseNotFound, PurchaseUnderWay, NothingPaid, RefundedAlready, and as a reversal is.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.REFUND,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=actor_id,
            asked=(purchase_id, restock),
            note=trimmed(note),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            purchase = await PURCHASES.lock(tx, guild_id=guild_id, purchase_id=purchase_id)
            paid = {"guild_id": guild_id, "operation_id": purchase.paid_in_id if purchase else None}
            is_returned = restock and purchase is not None and purchase.took_stock
            item = await _item_of(tx, purchase) if purchase and is_returned else None
            operation, transfers = await OPERATIONS.get(tx, **paid), await TRANSFERS.find(tx, **paid)
            book = await open_book(tx, request, (purchase.buyer_id, SHOP) if purchase else ())
            ids = [each.transfer_id for each in transfers]
            undone = (await tx.exec(REVERSED_ALREADY, guild_id=guild_id, transfer_ids=ids)).all()

            def plan(book: Book) -> Reversed:
                return refund(book, purchase, operation, transfers, undone)

            answer = await settle(tx, request, book, plan, Reversed)
            if purchase is not None and purchase.is_paid and not isinstance(answer, LedgerRefusal):
                await _undo(tx, purchase, item)
        points = told(answer).total
        if purchase is None:
            raise LookupError(f"{points} points of purchase {purchase_id} were refunded, which is not there")
        return Refund(purchase, points)


async def _plan(
    tx: Transaction, request: Request, item: ShopItem | None, buyer: Buyer, shown_price: int
) -> Plan[Receipt]:
    """What buying this comes to, with what is known beside the accounts.

    Of one buyer who buys two items at once each sees the other, as the account is locked by then.
    """
    guild_id, now = request.guild_id, utc_now()
    rules, by_our_rows, _ = await rules_between(tx, guild_id, buyer.user_id)
    buyer = buyer._replace(is_restricted=buyer.is_restricted or by_our_rows)
    past = await tx.exec(
        PAST,
        guild_id=guild_id,
        buyer_id=buyer.user_id,
        item_id=item.item_id if item else 0,
        role_id=item.role_id if item else None,
        now=now,
        lately=now - LATELY,
    )
    offer = Offer(item, shown_price, past.one())
    return lambda book: buy(book, buyer, offer, rules, now)


async def _item_of(tx: Transaction, purchase: Purchase) -> ShopItem | None:
    return await ITEMS.lock(tx, guild_id=purchase.guild_id, item_id=purchase.item_id)


async def _undo(tx: Transaction, purchase: Purchase, item: ShopItem | None) -> None:
    """A role that is kept is to be taken; what follows its time begins earlier."""
    now, ended_at = utc_now(), purchase.expires_at
    if purchase.state is PurchaseState.DONE and purchase.role_id is not None:
        purchase.due_at, purchase.attempts, purchase.sent_at = now, 0, None
    if purchase.due_at and ended_at and purchase.seconds and ended_at > now:
        unused = ended_at - max(now, ended_at - timedelta(seconds=purchase.seconds))
        await tx.exec(
            BEGINS_EARLIER,
            guild_id=purchase.guild_id,
            buyer_id=purchase.buyer_id,
            role_id=purchase.role_id,
            now=now,
            ended_at=ended_at,
            unused=unused,
        )
    purchase.state = PurchaseState.UNDONE
    await PURCHASES.update(tx, [purchase], "state", "due_at", "attempts", "sent_at")
    if item is not None and item.stock is not None:
        item.stock = min(item.stock + 1, LARGEST_STOCK)
        await ITEMS.update(tx, [item], "stock")
