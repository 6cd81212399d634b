"""What is read to take a ledger out: its accounts, and its operations each with its transfers."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, select
from sqlmodel import col

from database.models.points import PointAccount, PointOperation, PointTransfer
from database.statements import param, statement


class AccountLine(NamedTuple):
    account: int
    kind: str
    balance: int
    held_out: int
    held_in: int
    debt: int
    earned: int
    frozen_at: datetime | None


ACCOUNT_LINES = statement(
    select(
        col(PointAccount.account_id),
        col(PointAccount.kind),
        *(getattr(PointAccount, name) for name in AccountLine._fields[2:]),
    )
    .where(col(PointAccount.guild_id) == param("guild_id"))
    .order_by(col(PointAccount.account_id)),
    into=AccountLine,
)


class OperationLine(NamedTuple):
    """An operation beside one of its transfers; beside none where it has none."""

    operation_id: int
    kind: str
    source: str
    external_id: int
    request_hash: bytes
    actor_id: int
    note: str | None
    refusal: str | None
    answer: Any
    asked_at: datetime
    case_number: int | None
    transfer_id: int | None
    phase: str | None
    debit_id: int | None
    credit_id: int | None
    amount: int | None
    debit_balance: int | None
    credit_balance: int | None
    parent_id: int | None
    reverses_id: int | None
    posted_at: datetime | None
    expires_at: datetime | None

    def operation(self) -> dict[str, Any]:
        return {
            "operation": self.operation_id,
            "kind": self.kind,
            "source": self.source,
            "key": self.external_id,
            "request": self.request_hash.hex(),
            "actor": self.actor_id,
            "note": self.note,
            "refusal": self.refusal,
            "answer": self.answer,
            "asked_at": self.asked_at,
            "case": self.case_number,
        }

    def transfer(self) -> dict[str, Any]:
        return {
            "transfer": self.transfer_id,
            "of": self.operation_id,
            "phase": self.phase,
            "debit": self.debit_id,
            "credit": self.credit_id,
            "amount": self.amount,
            "debit_balance": self.debit_balance,
            "credit_balance": self.credit_balance,
            "parent": self.parent_id,
            "reverses": self.reverses_id,
            "posted_at": self.posted_at,
            "expires_at": self.expires_at,
        }


OPERATION_LINES = statement(
    select(
        *(getattr(PointOperation, name) for name in OperationLine._fields[:11]),
        *(getattr(PointTransfer, name) for name in OperationLine._fields[11:]),
    )
    .select_from(PointOperation)
    .outerjoin(
        PointTransfer,
        and_(
            col(PointTransfer.guild_id) == col(PointOperation.guild_id),
            col(PointTransfer.operation_id) == col(PointOperation.operation_id),
        ),
    )
    .where(col(PointOperation.guild_id) == param("guild_id"))
    .order_by(col(PointOperation.operation_id), col(PointTransfer.transfer_id)),
    into=OperationLine,
)
