"""The statements that move points, beside the tables in points.py."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Date,
    DateTime,
    Integer,
    Text,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, insert
from sqlmodel import col, update

from database.models.level import CURVE_IF_WATCHED
from database.models.points import (
    BURN,
    FIRST_MEMBER,
    IMPORT,
    MINT,
    SEASON,
    SHOP,
    TREASURY,
    AccountKind,
    PointAccount,
    PointLedger,
    PointOperation,
    PointTransfer,
)
from database.rows import Rows
from database.statements import param, statement

OPERATIONS = Rows(PointOperation)
ACCOUNTS = Rows(PointAccount)
TRANSFERS = Rows(PointTransfer)
LEDGERS = Rows(PointLedger)

OWN_KINDS = {
    MINT: AccountKind.MINT,
    TREASURY: AccountKind.TREASURY,
    BURN: AccountKind.BURN,
    SHOP: AccountKind.SHOP,
    IMPORT: AccountKind.IMPORT,
    SEASON: AccountKind.SEASON,
}
"""The accounts of the guild itself."""


def of_many(name: str, of_type: Any) -> BindParameter[Any]:
    return param(name, ARRAY(of_type, dimensions=1))


_account_id = func.unnest(cast(param("account_ids"), ARRAY(BigInteger))).column_valued("account_id")

OPEN_ACCOUNTS = statement(
    insert(PointAccount)
    .from_select(
        ["guild_id", "account_id", "kind", "balance", "opened_at"],
        select(
            cast(param("guild_id"), BigInteger),
            _account_id,
            case(
                *((_account_id == own, kind.value) for own, kind in OWN_KINDS.items()),
                else_=AccountKind.MEMBER.value,
            ),
            literal(0, BigInteger),
            cast(param("opened_at"), DateTime(timezone=True)),
        ).order_by(_account_id),
    )
    .on_conflict_do_nothing()
)
"""Accounts that are missing come to be, in id order, so that there is a row to lock."""


class Held(NamedTuple):
    """A locked account, whether the server's whole ledger is frozen, and its curve where levels are to be watched."""

    account_id: int
    balance: int
    held_out: int
    held_in: int
    debt: int
    earned: int
    frozen_at: datetime | None
    last_talked_at: datetime | None
    counted_on: date | None
    sent_today: int
    received_today: int
    earned_today: int
    thanks_today: int
    daily_on: date | None
    daily_streak: int
    is_ledger_frozen: bool
    curve: list[int] | None


_wanted = (
    col(PointAccount.guild_id) == param("guild_id"),
    col(PointAccount.account_id) == any_(cast(param("account_ids"), ARRAY(BigInteger))),
)
_found = select(func.count()).select_from(PointAccount).where(*_wanted).scalar_subquery()
_is_ledger_frozen = (
    select(PointLedger)
    .where(col(PointLedger.guild_id) == param("guild_id"), col(PointLedger.frozen_at).is_not(None))
    .exists()
)

LOCK_ACCOUNTS = statement(
    select(*(getattr(PointAccount, name) for name in Held._fields[:-2]), _is_ledger_frozen, CURVE_IF_WATCHED)
    .where(
        *_wanted,
        or_(col(PointAccount.account_id) >= FIRST_MEMBER, col(PointAccount.account_id) == TREASURY),
        _found == func.cardinality(cast(param("account_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(PointAccount.account_id))
    .with_for_update(key_share=True, of=PointAccount),
    into=Held,
)
"""In id order, and only if all of them exist: who holds one lock must not wait for an account in the making.

The guild's own are looked for, and not locked but for the treasury: their balances are derived.
"""

_operation = insert(PointOperation).values(
    **{name: param(name) for name in PointOperation.model_fields if name != "operation_id"}
)
OPERATION = _operation.on_conflict_do_nothing(index_elements=["guild_id", "source", "external_id"])

KEEP_REFUSAL = statement(OPERATION.returning(col(PointOperation.operation_id)), into=int)
"""No row if the request's key is known: then the answer that it got first counts. It waits for one in the making."""

_kept = OPERATION.returning(
    col(PointOperation.guild_id), col(PointOperation.operation_id), col(PointOperation.asked_at)
).cte("kept")

LEG_COLUMNS: dict[str, Any] = {
    "phase": Text,
    "debit_id": BigInteger,
    "credit_id": BigInteger,
    "amount": BigInteger,
    "debit_balance": BigInteger,
    "credit_balance": BigInteger,
    "parent_id": BigInteger,
    "reverses_id": BigInteger,
    "expires_at": DateTime(timezone=True),
}
ACCOUNT_COLUMNS: dict[str, Any] = {
    "balance": BigInteger,
    "held_out": BigInteger,
    "held_in": BigInteger,
    "debt": BigInteger,
    "earned": BigInteger,
    "frozen_at": DateTime(timezone=True),
    "last_talked_at": DateTime(timezone=True),
    "counted_on": Date,
    "sent_today": BigInteger,
    "received_today": BigInteger,
    "earned_today": BigInteger,
    "thanks_today": Integer,
    "daily_on": Date,
    "daily_streak": Integer,
}

_leg = (
    func.unnest(*(of_many(f"leg_{name}", kind) for name, kind in LEG_COLUMNS.items()))
    .table_valued(*LEG_COLUMNS, with_ordinality="place", name="leg")
    .render_derived()
)
_transferred = (
    insert(PointTransfer)
    .from_select(
        ["guild_id", "operation_id", *LEG_COLUMNS, "posted_at"],
        select(
            _kept.c.guild_id,
            _kept.c.operation_id,
            *(_leg.c[name] for name in LEG_COLUMNS),
            _kept.c.asked_at,
        )
        .select_from(_kept.join(_leg, literal(True)))
        .order_by(_leg.c.place),
        include_defaults=False,
    )
    .returning(col(PointTransfer.transfer_id))
    .cte("transferred")
)

_after = (
    func.unnest(
        of_many("account_id", BigInteger), *(of_many(name, kind) for name, kind in ACCOUNT_COLUMNS.items())
    )
    .table_valued("account_id", *ACCOUNT_COLUMNS, name="after")
    .render_derived()
)
_moved = (
    update(PointAccount)
    .where(
        col(PointAccount.guild_id) == _kept.c.guild_id, col(PointAccount.account_id) == _after.c.account_id
    )
    .values({name: _after.c[name] for name in ACCOUNT_COLUMNS})
    .returning(col(PointAccount.account_id))
    .cte("moved")
)


class Kept(NamedTuple):
    """The numbers that an operation and its transfers got."""

    operation_id: int
    transfer_ids: list[int] | None


_transfer_ids = select(
    func.array_agg(aggregate_order_by(_transferred.c.transfer_id, _transferred.c.transfer_id))
).scalar_subquery()

POST = statement(select(_kept.c.operation_id, _transfer_ids).add_cte(_moved), into=Kept)
"""The operation with its answer, its transfers and the accounts after them at once, or none of them, and no row, if
its key is known. The accounts are locked before: one statement sees one moment, and would take rows in no fixed order.
"""
