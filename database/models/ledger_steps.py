"""The statements of the ledger, beside the tables in points.py."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    DateTime,
    Select,
    Text,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, update

from database.listing import Listing
from database.models.guild_config import GuildConfig
from database.models.points import (
    FIRST_MEMBER,
    AccountKind,
    OperationKind,
    Phase,
    PointAccount,
    PointOperation,
    PointTransfer,
)
from database.rows import Rows
from database.statements import param, statement

_operation = insert(PointOperation).values(
    **{name: param(name) for name in PointOperation.model_fields if name != "operation_id"}
)
OPERATION = _operation.on_conflict_do_nothing(index_elements=["guild_id", "source", "external_id"])

KEEP_REFUSAL = statement(OPERATION.returning(col(PointOperation.operation_id)), into=int)
"""No row if the request's key is known: then the answer that it got first counts. It waits for one in the making."""

_kept = OPERATION.returning(
    col(PointOperation.guild_id), col(PointOperation.operation_id), col(PointOperation.asked_at)
).cte("kept")

_transferred = (
    insert(PointTransfer)
    .from_select(
        ["guild_id", "operation_id", "phase", "debit_id", "credit_id", "amount", "debit_balance",
         "credit_balance", "posted_at"],
        select(
            _kept.c.guild_id,
            _kept.c.operation_id,
            literal(Phase.POST.value, Text),
            cast(param("debit_id"), BigInteger),
            cast(param("credit_id"), BigInteger),
            cast(param("amount"), BigInteger),
            cast(param("debit_balance"), BigInteger),
            cast(param("credit_balance"), BigInteger),
            _kept.c.asked_at,
        ),
    )
    .returning(col(PointTransfer.transfer_id))
    .cte("transferred")
)  # fmt: skip

_is_receiver = col(PointAccount.account_id) == param("credit_id")
_moved = (
    update(PointAccount)
    .where(
        col(PointAccount.guild_id) == _kept.c.guild_id,
        or_(_is_receiver, col(PointAccount.account_id) == param("debit_id")),
        col(PointAccount.account_id) >= FIRST_MEMBER,
    )
    .values(
        balance=case((_is_receiver, param("credit_balance")), else_=param("debit_balance")),
        # Messages may arrive out of order; GREATEST passes over NULL.
        last_talked_at=func.greatest(col(PointAccount.last_talked_at), param("said_at")),
    )
    .returning(col(PointAccount.account_id))
    .cte("moved")
)

POST_TRANSFER = statement(select(_kept.c.operation_id).add_cte(_transferred, _moved), into=int)
"""The operation with its answer, the transfer and the balances at once, or none of them, and no row, if its key is
known. The accounts are locked before: one statement sees one moment, and would take rows in no fixed order.
"""

OPERATIONS = Rows(PointOperation)
ACCOUNTS = Rows(PointAccount)

_account_id = func.unnest(cast(param("account_ids"), ARRAY(BigInteger))).column_valued("account_id")

OPEN_ACCOUNTS = statement(
    insert(PointAccount)
    .from_select(
        ["guild_id", "account_id", "kind", "balance", "opened_at"],
        select(
            cast(param("guild_id"), BigInteger),
            _account_id,
            case((_account_id >= FIRST_MEMBER, AccountKind.MEMBER.value), else_=AccountKind.MINT.value),
            literal(0, BigInteger),
            cast(param("opened_at"), DateTime(timezone=True)),
        ).order_by(_account_id),
    )
    .on_conflict_do_nothing()
)
"""Accounts that are missing come to be, in id order, so that there is a row to lock."""


class Held(NamedTuple):
    """A locked account of a member."""

    account_id: int
    balance: int
    last_talked_at: datetime | None


def locked_accounts(account_ids: BindParameter[Any]) -> Select[int, int, datetime | None]:
    """In id order, and only if all of them exist: who holds one lock must not wait for an account in the making.

    The mint is looked for, and not locked: its balance is derived, so that no row of a guild is hot.
    """
    wanted = (
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.account_id) == any_(cast(account_ids, ARRAY(BigInteger))),
    )
    found = select(func.count()).select_from(PointAccount).where(*wanted).scalar_subquery()
    return (
        select(col(PointAccount.account_id), col(PointAccount.balance), col(PointAccount.last_talked_at))
        .where(
            *wanted,
            col(PointAccount.account_id) >= FIRST_MEMBER,
            found == func.cardinality(cast(account_ids, ARRAY(BigInteger))),
        )
        .order_by(col(PointAccount.account_id))
        .with_for_update(key_share=True)
    )


LOCK_ACCOUNTS = statement(locked_accounts(param("account_ids")), into=Held)


class TalkRule(NamedTuple):
    """What a message earns for its author now. None: the server or the account has no row yet."""

    points: int | None
    cooldown_seconds: int | None
    last_talked_at: datetime | None


_asked = select(
    cast(param("guild_id"), BigInteger).label("guild_id"), cast(param("user_id"), BigInteger).label("user_id")
).subquery()

TALK_RULE = statement(
    select(
        col(GuildConfig.points_per_message),
        col(GuildConfig.message_cooldown_seconds),
        col(PointAccount.last_talked_at),
    )
    .select_from(_asked)
    .join(GuildConfig, col(GuildConfig.guild_id) == _asked.c.guild_id, isouter=True)
    .join(
        PointAccount,
        and_(
            col(PointAccount.guild_id) == _asked.c.guild_id, col(PointAccount.account_id) == _asked.c.user_id
        ),
        isouter=True,
    ),
    into=TalkRule,
)


class LedgerLine(NamedTuple):
    """One transfer as the holder of one account reads it. `amount` is negative for what went out."""

    transfer_id: int
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


class LinesOf(NamedTuple):
    """Whose lines are listed."""

    account_id: int


STATEMENT_OF_ACCOUNT = Listing(
    select(
        col(PointTransfer.transfer_id),
        col(PointOperation.kind),
        case((_is_credit, col(PointTransfer.amount)), else_=-col(PointTransfer.amount)),
        case((_is_credit, col(PointTransfer.credit_balance)), else_=col(PointTransfer.debit_balance)),
        case((_is_credit, col(PointTransfer.debit_id)), else_=col(PointTransfer.credit_id)),
        col(PointOperation.note),
        col(PointTransfer.posted_at),
    )
    .join(PointOperation, _with_operation)
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
    ),
    into=LedgerLine,
    order=[col(PointTransfer.transfer_id)],
    fits={"account_id": or_(_is_credit, col(PointTransfer.debit_id) == param("account_id"))},
)


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
