"""The statements of the ledger, beside the tables in points.py."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, Text, and_, any_, case, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, update

from database.models.guild_config import GuildConfig
from database.models.points import (
    MINT,
    AccountKind,
    OperationKind,
    PointAccount,
    PointOperation,
    PointTransfer,
)
from database.statements import param, statement

CLAIM_OPERATION = statement(
    insert(PointOperation)
    .values(
        **{
            name: param(name)
            for name in PointOperation.model_fields
            if name not in {"operation_id", "refusal", "answer"}
        }
    )
    .on_conflict_do_nothing(index_elements=["guild_id", "source", "external_id"])
    .returning(col(PointOperation.operation_id)),
    into=int,
)

FIND_OPERATION = statement(
    select(PointOperation).where(
        col(PointOperation.guild_id) == param("guild_id"),
        col(PointOperation.source) == param("source"),
        col(PointOperation.external_id) == param("external_id"),
    ),
    into=PointOperation,
)

ANSWER_OPERATION = statement(
    update(PointOperation)
    .where(
        col(PointOperation.guild_id) == param("of_guild_id"),
        col(PointOperation.operation_id) == param("of_operation_id"),
    )
    .values(refusal=param("refusal"), answer=param("answer"))
)

_account_id = func.unnest(cast(param("account_ids"), ARRAY(BigInteger))).column_valued("account_id")

OPEN_ACCOUNTS = statement(
    insert(PointAccount)
    .from_select(
        ["guild_id", "account_id", "kind", "balance", "opened_at"],
        select(
            cast(param("guild_id"), BigInteger),
            _account_id,
            case((_account_id >= 1000, AccountKind.MEMBER.value), else_=AccountKind.MINT.value),
            literal(0, BigInteger),
            cast(param("opened_at"), DateTime(timezone=True)),
        ).order_by(_account_id),
    )
    .on_conflict_do_nothing()
)
"""Accounts that are missing come to be, so that there is always a row to lock."""

LOCK_ACCOUNTS = statement(
    select(PointAccount)
    .where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.account_id) == any_(cast(param("account_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(PointAccount.account_id))
    .with_for_update(key_share=True),
    into=PointAccount,
)

FIND_ACCOUNT = statement(
    select(PointAccount).where(
        col(PointAccount.guild_id) == param("guild_id"), col(PointAccount.account_id) == param("account_id")
    ),
    into=PointAccount,
)

SET_BALANCE = statement(
    update(PointAccount)
    .where(
        col(PointAccount.guild_id) == param("of_guild_id"),
        col(PointAccount.account_id) == param("of_account_id"),
    )
    .values(balance=param("balance"))
)

SET_EARNED = statement(
    update(PointAccount)
    .where(
        col(PointAccount.guild_id) == param("of_guild_id"),
        col(PointAccount.account_id) == param("of_account_id"),
    )
    .values(
        balance=param("balance"),
        # Messages may arrive out of order; GREATEST passes over NULL.
        last_talked_at=func.greatest(col(PointAccount.last_talked_at), param("said_at")),
    )
)

ADD_TRANSFER = statement(
    insert(PointTransfer)
    .values(
        **{
            name: param(name)
            for name in PointTransfer.model_fields
            if name not in {"transfer_id", "parent_id", "reverses_id"}
        }
    )
    .returning(col(PointTransfer.transfer_id)),
    into=int,
)


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

STATEMENT_OF_ACCOUNT = statement(
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
        or_(_is_credit, col(PointTransfer.debit_id) == param("account_id")),
        col(PointTransfer.transfer_id) < param("before_id"),
    )
    .order_by(col(PointTransfer.transfer_id).desc())
    .limit(param("limit")),
    into=LedgerLine,
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


class Standing(NamedTuple):
    """A place on the leaderboard."""

    user_id: int
    points: int


TOP_BALANCES = statement(
    select(col(PointAccount.account_id), col(PointAccount.balance))
    .where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.kind) == AccountKind.MEMBER,
        col(PointAccount.balance) > 0,
    )
    .order_by(col(PointAccount.balance).desc(), col(PointAccount.account_id))
    .offset(param("offset"))
    .limit(param("limit")),
    into=Standing,
)

_earned = func.sum(col(PointTransfer.amount))

TOP_EARNED = statement(
    select(col(PointTransfer.credit_id), cast(_earned, BigInteger))
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
        col(PointTransfer.debit_id) == MINT,
        col(PointTransfer.posted_at) >= param("since"),
    )
    .group_by(col(PointTransfer.credit_id))
    .order_by(_earned.desc(), col(PointTransfer.credit_id))
    .offset(param("offset"))
    .limit(param("limit")),
    into=Standing,
)
"""Points that came to be since a moment: what members gave each other moves none of these places."""
