"""Where points came from and went, from the sums of days: as many rows as there are days and causes."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Numeric, case, cast, func, literal_column, select, type_coerce
from sqlmodel import col

from database.models.base import OneOf
from database.models.points import TREASURY, OperationKind
from database.models.proof import PointDay, PointProof
from database.statements import param, statement

MEMBERS = 0


class DayLine(NamedTuple):
    day: date
    kind: OperationKind
    debit_id: int
    credit_id: int
    amount: int


DAYS_SINCE = statement(
    select(
        col(PointDay.moved_on),
        type_coerce(col(PointDay.kind), OneOf(OperationKind)),
        col(PointDay.debit_id),
        col(PointDay.credit_id),
        col(PointDay.amount),
    )
    .where(col(PointDay.guild_id) == param("guild_id"), col(PointDay.moved_on) >= param("first"))
    .order_by(col(PointDay.moved_on), col(PointDay.kind)),
    into=DayLine,
)


class Totals(NamedTuple):
    """`members` have what is in circulation; of it, `held` is promised. `treasury`: the server's own."""

    members: int
    held: int
    treasury: int


def _net(account_id: int) -> Any:
    gained = case((col(PointDay.credit_id) == account_id, col(PointDay.amount)), else_=0)
    lost = case((col(PointDay.debit_id) == account_id, col(PointDay.amount)), else_=0)
    return cast(func.coalesce(func.sum(cast(gained - lost, Numeric)), 0), BigInteger)


_held = (
    select(cast(func.coalesce(func.sum(col(PointProof.held_out)), 0), BigInteger))
    .where(col(PointProof.guild_id) == param("guild_id"), col(PointProof.held_out) > literal_column("0"))
    .scalar_subquery()
)
TOTALS = statement(
    select(_net(MEMBERS), _held, _net(TREASURY)).where(col(PointDay.guild_id) == param("guild_id")),
    into=Totals,
)
