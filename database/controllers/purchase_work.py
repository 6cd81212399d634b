"""What is to be done for purchases on Discord: a role is given and paid for, or taken, by who has the lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from database.actions import action
from database.book import Book
from database.controllers._base import BaseController
from database.holding import Ending, capture, void
from database.ledger import Request, told
from database.ledger_refusals import LedgerRefusal
from database.models.base import utc_now
from database.models.points import OperationKind, PointTransfer, Source
from database.models.shop import (
    ITEMS,
    LARGEST_STOCK,
    PURCHASE_LEASE,
    PURCHASES,
    Purchase,
    PurchaseState,
)
from database.models.shop_steps import CLAIM_PURCHASES, LOCK_OPEN, ROLES_TAKEN, RUNS_UNTIL
from database.resolving import held_under, resolve
from database.role_reasons import given_by_level
from database.shards import WHOLE_BOT, Shards
from database.texts import storable
from database.transaction import Transaction

NEXT_TURN = timedelta(seconds=2)
ROLES_BACK = timedelta(minutes=10)
"""How often it is asked whether the timeout that took all roles of a buyer is over."""


class Step(NamedTuple):
    """What is to be done on Discord now. `was_sent`: it may have it already, so it is read first."""

    purchase: Purchase
    was_sent: bool

    @property
    def gives(self) -> bool:
        return self.purchase.state is PurchaseState.HELD


class PurchaseWorkController(BaseController):
    topic = "purchase_work"

    @action(repeatable=True)
    async def claim(
        self, *, now: datetime, shards: Shards = WHOLE_BOT, limit: int = 20
    ) -> Sequence[Purchase]:
        """Take what is due, oldest first; nobody else gets it until the lease ends."""
        async with self._transaction(system=True) as tx:
            claimed = await tx.exec(
                CLAIM_PURCHASES,
                now=now,
                lease=now + PURCHASE_LEASE,
                shard_count=shards.count,
                shard_ids=list(shards.ids),
                limit=limit,
            )
            return sorted(claimed.all(), key=lambda each: (each.due_at or now, each.purchase_id))

    @action(repeatable=True)
    async def begin(self, purchase: Purchase) -> Step | None:
        """Mark it as sent, if it is still to be done; None if it is over, somebody else's, or has to wait.

        Of one role of one member one thing is done at a time. A role that another purchase of theirs keeps, or their
        level gives, is not taken.
        """
        async with self._transaction(guild_id=purchase.guild_id) as tx:
            now = utc_now()
            rows = (await tx.exec(LOCK_OPEN, **_role_of(purchase), now=now)).all()
            row = next((each for each in rows if each.purchase_id == purchase.purchase_id), None)
            if row is None or row.fence != purchase.fence or row.due_at is None:
                return None
            others = [each for each in rows if each is not row]
            if any(each.leased_until is not None and each.leased_until > now for each in others):
                await _put_off(tx, row, now + NEXT_TURN)
                return None
            if row.state is not PurchaseState.HELD:
                if any(each.state is PurchaseState.HELD for each in others):
                    await _put_off(tx, row, now + NEXT_TURN)
                    return None
                of_level = await given_by_level(tx, row.guild_id, row.buyer_id)
                if row.role_id in of_level.given or any(_keeps(each, now) for each in others):
                    await _taken(tx, row)
                    return None
                of_buyer = {"guild_id": row.guild_id, "user_id": row.buyer_id}
                if (await tx.exec(ROLES_TAKEN, **of_buyer)).first() is not None:
                    await _put_off(tx, row, now + ROLES_BACK)
                    return None
            was_sent = row.sent_at is not None
            row.sent_at, row.leased_until = row.sent_at or now, now + PURCHASE_LEASE
            row.attempts += 1
            await PURCHASES.update(tx, [row], "sent_at", "leased_until", "attempts")
            return Step(row, was_sent)

    @action(repeatable=True)
    async def given(self, purchase: Purchase) -> Purchase | None:
        """They have the role: the price is paid, and the time of the role begins, after what runs of it already.

        None if somebody else has the purchase. Raises LedgerFrozen: then it stays as it is.
        """
        async with self._transaction(guild_id=purchase.guild_id) as tx:
            row = await _held(tx, purchase)
            if row is None or row.state is not PurchaseState.HELD:
                return row
            answer = await _resolved(tx, row, OperationKind.CAPTURE)
            if not isinstance(answer, LedgerRefusal):
                now = utc_now()
                if row.seconds is not None:
                    runs_until = (await tx.exec(RUNS_UNTIL, **_role_of(row), now=now)).first() or now
                    row.expires_at = runs_until + timedelta(seconds=row.seconds)
                row.state, row.paid_in_id = PurchaseState.DONE, answer.operation_id
                row.settled_at, row.due_at, row.trouble = now, row.expires_at, None
                await _settled(tx, row)
        told(answer)
        return row

    @action(repeatable=True)
    async def refused(self, purchase: Purchase, *, reason: str) -> Purchase | None:
        """They cannot get the role: the points are let go and the piece can be sold again.

        None if somebody else has the purchase. Raises LedgerFrozen: then it stays as it is.
        """
        async with self._transaction(guild_id=purchase.guild_id) as tx:
            row = await _held(tx, purchase)
            if row is None or row.state is not PurchaseState.HELD:
                return row
            item = row.took_stock and await ITEMS.lock(tx, guild_id=row.guild_id, item_id=row.item_id)
            answer = await _resolved(tx, row, OperationKind.VOID)
            if not isinstance(answer, LedgerRefusal):
                row.state, row.settled_at = PurchaseState.REFUSED, utc_now()
                row.due_at, row.trouble = None, storable(reason)[:500]
                await _settled(tx, row)
                if item and item.stock is not None:
                    item.stock = min(item.stock + 1, LARGEST_STOCK)
                    await ITEMS.update(tx, [item], "stock")
        told(answer)
        return row

    @action(repeatable=True)
    async def taken(self, purchase: Purchase) -> Purchase | None:
        """They have the role no more, or are not here to have it. None if somebody else has the purchase."""
        async with self._transaction(guild_id=purchase.guild_id) as tx:
            row = await _held(tx, purchase)
            if row is not None and row.due_at is not None and row.state is not PurchaseState.HELD:
                await _taken(tx, row)
            return row

    @action(repeatable=True)
    async def postponed(self, purchase: Purchase, *, error: str, next_at: datetime) -> Purchase | None:
        """Nobody knows yet, or it cannot be done yet: again at `next_at`. None if somebody else has the purchase."""
        async with self._transaction(guild_id=purchase.guild_id) as tx:
            row = await _held(tx, purchase)
            if row is not None and row.due_at is not None:
                row.trouble, row.due_at, row.leased_until = storable(error)[:500] or None, next_at, None
                await PURCHASES.update(tx, [row], "trouble", "due_at", "leased_until")
            return row


def _role_of(purchase: Purchase) -> dict[str, int | None]:
    return {
        "guild_id": purchase.guild_id,
        "buyer_id": purchase.buyer_id,
        "role_id": purchase.role_id,
    }


def _keeps(purchase: Purchase, now: datetime) -> bool:
    """Whether this purchase is a reason to have its role."""
    is_over = purchase.expires_at is not None and purchase.expires_at <= now
    return purchase.state is PurchaseState.DONE and not is_over


async def _held(tx: Transaction, purchase: Purchase) -> Purchase | None:
    """The row, locked, while it is this claim's."""
    row = await PURCHASES.lock(tx, guild_id=purchase.guild_id, purchase_id=purchase.purchase_id)
    return row if row is not None and row.fence == purchase.fence else None


async def _resolved(tx: Transaction, row: Purchase, kind: OperationKind) -> Ending | LedgerRefusal:
    """End the hold of a purchase. The hold's transfer is the key: it ends once, and in one way."""
    held = await held_under(tx, row.guild_id, row.operation_id)
    request = Request(
        guild_id=row.guild_id,
        kind=kind,
        source=Source.HOLD,
        external_id=held.transfer_id if held else 0,
        actor_id=row.buyer_id,
        asked=(row.operation_id,),
    )

    def plan(book: Book, ended: PointTransfer | None) -> Ending:
        if kind is OperationKind.CAPTURE:
            return capture(book, held, ended, None, utc_now())
        return void(book, held, ended)

    return await resolve(tx, request, held, plan)


async def _settled(tx: Transaction, row: Purchase) -> None:
    """What is to be done on Discord from now on is another thing: nothing was sent for that."""
    row.leased_until, row.sent_at, row.attempts = None, None, 0
    await PURCHASES.update(
        tx,
        [row],
        "state",
        "trouble",
        "paid_in_id",
        "expires_at",
        "settled_at",
        "due_at",
        "leased_until",
        "sent_at",
        "attempts",
    )


async def _taken(tx: Transaction, row: Purchase) -> None:
    if row.state is PurchaseState.DONE:
        row.state = PurchaseState.EXPIRED
    row.due_at = row.trouble = None
    await _settled(tx, row)


async def _put_off(tx: Transaction, row: Purchase, next_at: datetime) -> None:
    row.due_at, row.leased_until = next_at, None
    await PURCHASES.update(tx, [row], "due_at", "leased_until")
