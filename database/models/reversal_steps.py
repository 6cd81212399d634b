"""Which transfers are moved back already, and which may be, beside the tables in points.py."""

from typing import NamedTuple

from sqlalchemy import BigInteger, Text, any_, case, cast, func, literal_column, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from database.models.base import OneOf
from database.models.points import FIRST_MEMBER, SHOP, OperationKind, Phase, PointOperation, PointTransfer
from database.statements import param, statement

REVERSED_ALREADY = statement(
    select(col(PointTransfer.reverses_id))
    .where(
        col(PointTransfer.guild_id) == param("guild_id"),
        col(PointTransfer.reverses_id) == any_(cast(param("transfer_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(PointTransfer.reverses_id)),
    into=int,
)


class Recent(NamedTuple):
    """An operation that can be moved back: how many points to how many accounts, and one of the members."""

    operation_id: int
    kind: OperationKind
    note: str | None
    total: int
    transfers: int
    member_id: int


_member = case(
    (col(PointTransfer.credit_id) >= literal_column(str(FIRST_MEMBER)), col(PointTransfer.credit_id)),
    else_=col(PointTransfer.debit_id),
)
_latest = (
    select(PointOperation)
    .where(
        col(PointOperation.guild_id) == param("guild_id"),
        col(PointOperation.refusal).is_(None),
        col(PointOperation.kind) != OperationKind.REVERSE,
        col(PointOperation.kind) != OperationKind.REFUND,
        col(PointOperation.case_number).is_(None),
    )
    .order_by(col(PointOperation.operation_id).desc())
    .limit(literal_column("500"))
    .cte("latest")
)
RECENT = statement(
    select(
        _latest.c.operation_id,
        type_coerce(_latest.c.kind, OneOf(OperationKind)),
        _latest.c.note,
        cast(func.sum(col(PointTransfer.amount)), BigInteger),
        func.count(),
        func.max(_member),
    )
    .join(
        PointTransfer,
        (col(PointTransfer.guild_id) == _latest.c.guild_id)
        & (col(PointTransfer.operation_id) == _latest.c.operation_id),
    )
    .where(
        or_(col(PointTransfer.phase) == Phase.POST, col(PointTransfer.phase) == Phase.CAPTURE),
        col(PointTransfer.credit_id) != literal_column(str(SHOP)),
        cast(_latest.c.operation_id, Text).startswith(param("typed", Text), autoescape=False)
        | func.coalesce(_latest.c.note, "").icontains(param("typed", Text), autoescape=False),
    )
    .group_by(_latest.c.operation_id, _latest.c.kind, _latest.c.note)
    .order_by(_latest.c.operation_id.desc())
    .limit(param("limit")),
    into=Recent,
)
"""The newest of the last 500 that have this number's beginning, or these words in their note."""
