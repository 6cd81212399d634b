"""The statements that award points to many members at once, by sets of arrays."""

from typing import NamedTuple

from sqlalchemy import BigInteger, Text, cast, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col

from database.models.ledger_steps import OPERATION, locked_accounts
from database.models.points import MINT, Phase, PointAccount, PointOperation, PointTransfer
from database.statements import param, statement

_wanted = (
    func.unnest(cast(param("member_ids"), ARRAY(BigInteger)), cast(param("amounts"), ARRAY(BigInteger)))
    .table_valued("account_id", "amount", name="wanted")
    .render_derived()
)

_held = locked_accounts(param("account_ids")).cte("held")


class HeldTogether(NamedTuple):
    """How many accounts are locked, and the highest balance that one of them would have."""

    accounts: int
    highest: int


LOCK_MANY = statement(
    select(func.count(), func.coalesce(func.max(_held.c.balance + _wanted.c.amount), 0)).select_from(
        _held.join(_wanted, _held.c.account_id == _wanted.c.account_id)
    ),
    into=HeldTogether,
)

_kept = OPERATION.returning(
    col(PointOperation.guild_id), col(PointOperation.operation_id), col(PointOperation.asked_at)
).cte("kept")

_moved = (
    update(PointAccount)
    .where(
        col(PointAccount.guild_id) == _kept.c.guild_id, col(PointAccount.account_id) == _wanted.c.account_id
    )
    .values(balance=col(PointAccount.balance) + _wanted.c.amount)
    .returning(col(PointAccount.account_id), col(PointAccount.balance), _wanted.c.amount)
    .cte("moved")
)

_transferred = (
    insert(PointTransfer)
    .from_select(
        [
            "guild_id",
            "operation_id",
            "phase",
            "debit_id",
            "credit_id",
            "amount",
            "credit_balance",
            "posted_at",
        ],
        select(
            _kept.c.guild_id,
            _kept.c.operation_id,
            literal(Phase.POST.value, Text),
            literal(MINT, BigInteger),
            _moved.c.account_id,
            _moved.c.amount,
            _moved.c.balance,
            _kept.c.asked_at,
        ).join_from(_kept, _moved, true()),
    )
    .returning(col(PointTransfer.transfer_id))
    .cte("transferred")
)

POST_MANY = statement(select(_kept.c.operation_id).add_cte(_transferred), into=int)
"""As POST_TRANSFER, for one operation with many transfers. The accounts are locked before."""
