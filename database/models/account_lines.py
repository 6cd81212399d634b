"""What is read of an account: its statement, and reasons that were given."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, and_, case, cast, func, or_, select, union_all
from sqlmodel import col

from database.listing import Listing
from database.models.points import SHOP, OperationKind, Phase, PointOperation, PointTransfer
from database.models.shop import Purchase, ShopItem
from database.statements import param, statement


class Funds(NamedTuple):
    """What a member has; of it, `held` is promised and cannot be spent, and nothing at all while they are frozen."""

    balance: int
    held: int
    is_frozen: bool = False

    @property
    def available(self) -> int:
        return self.balance - self.held


class LedgerLine(NamedTuple):
    """One transfer as the holder of one account reads it. `amount` is negative for what went out; `note` of what was
    bought is the item's name.
    """

    transfer_id: int
    operation_id: int
    kind: OperationKind
    amount: int
    balance: int
    other_id: int
    note: str | None
    posted_at: datetime


_is_credit = col(PointTransfer.credit_id) == param("account_id")
_with_operation = and_(
    col(PointOperation.guild_id) == col(PointTransfer.guild_id),
    col(PointOperation.operation_id) == col(PointTransfer.operation_id),
)


_bought = (
    select(col(ShopItem.name))
    .join(
        Purchase,
        and_(
            col(Purchase.guild_id) == col(ShopItem.guild_id), col(Purchase.item_id) == col(ShopItem.item_id)
        ),
    )
    .where(
        col(Purchase.guild_id) == col(PointTransfer.guild_id),
        col(Purchase.buyer_id) == param("account_id"),  # by the index of who bought
        col(Purchase.paid_in_id) == col(PointTransfer.operation_id),
        col(PointTransfer.credit_id) == SHOP,
    )
    .correlate(PointTransfer)
    .scalar_subquery()
)


class LinesOf(NamedTuple):
    """Whose lines are listed."""

    account_id: int


STATEMENT_OF_ACCOUNT = Listing(
    select(
        col(PointTransfer.transfer_id),
        col(PointTransfer.operation_id),
        col(PointOperation.kind),
        case((_is_credit, col(PointTransfer.amount)), else_=-col(PointTransfer.amount)),
        case((_is_credit, col(PointTransfer.credit_balance)), else_=col(PointTransfer.debit_balance)),
        case((_is_credit, col(PointTransfer.debit_id)), else_=col(PointTransfer.credit_id)),
        func.coalesce(col(PointOperation.note), _bought),
        col(PointTransfer.posted_at),
    )
    .join(PointOperation, _with_operation)
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
        or_(col(PointTransfer.phase) == Phase.POST, col(PointTransfer.phase) == Phase.CAPTURE),
    ),
    into=LedgerLine,
    order=[col(PointTransfer.transfer_id)],
    fits={"account_id": or_(_is_credit, col(PointTransfer.debit_id) == param("account_id"))},
)


def _last_line(side: Any, balance: Any) -> Select[tuple[int, int]]:
    return (
        select(col(PointTransfer.transfer_id).label("transfer_id"), balance.label("balance"))
        .where(
            col(PointTransfer.guild_id) == param("guild_id"),
            side == param("account_id"),
            col(PointTransfer.posted_at) <= param("at"),
        )
        .order_by(col(PointTransfer.transfer_id).desc())
        .limit(1)
    )


_last = union_all(
    _last_line(col(PointTransfer.debit_id), col(PointTransfer.debit_balance)),
    _last_line(col(PointTransfer.credit_id), col(PointTransfer.credit_balance)),
).subquery("last")

BALANCE_AT = statement(select(_last.c.balance).order_by(_last.c.transfer_id.desc()).limit(1), into=int)
"""The balance after the last line that was written by then; no row: none was. An account's lines are numbered in their
order, as they are written under its lock.
"""

USED_AWARD_REASONS = statement(
    select(col(PointOperation.note))
    .where(
        col(PointOperation.guild_id) == param("guild_id"),
        col(PointOperation.kind) == OperationKind.AWARD,
        col(PointOperation.refusal).is_(None),
        func.length(col(PointOperation.note)) <= param("longest"),
        func.strpos(func.lower(col(PointOperation.note)), func.lower(cast(param("typed"), Text))) > 0,
    )
    .group_by(col(PointOperation.note))
    .order_by(func.count().desc(), col(PointOperation.note))
    .limit(param("limit")),
    into=str,
)
