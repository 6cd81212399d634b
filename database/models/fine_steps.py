"""What a case needs to know of the ledger, and which cases lag behind it; beside the tables in points.py."""

from typing import NamedTuple

from sqlalchemy import BigInteger, cast, func, or_, select, union
from sqlmodel import col

from database.models.case import Case, CaseState, FineState
from database.models.guild_config import GuildConfig
from database.models.point_freeze import PointFreeze
from database.models.points import Phase, PointLedger, PointOperation, PointTransfer
from database.statements import param, statement


class FineRules(NamedTuple):
    """Where the server's fines go, and how many operations the case has had."""

    to_treasury: bool
    operations: int


_to_treasury = (
    select(col(GuildConfig.tax_to_treasury))
    .where(col(GuildConfig.guild_id) == param("guild_id"))
    .scalar_subquery()
)
_operations = (
    select(func.count())
    .select_from(PointOperation)
    .where(
        col(PointOperation.guild_id) == param("guild_id"),
        col(PointOperation.case_number) == cast(param("case_number"), BigInteger),
    )
    .scalar_subquery()
)
FINE_RULES = statement(select(func.coalesce(_to_treasury, False), _operations), into=FineRules)

_begun = select(col(PointTransfer.transfer_id)).where(
    col(PointTransfer.guild_id) == param("guild_id"),
    col(PointTransfer.operation_id) == cast(param("operation_id"), BigInteger),
)
MOVED_BY = statement(
    select(PointTransfer).where(
        col(PointTransfer.guild_id) == param("guild_id"),
        or_(
            (col(PointTransfer.operation_id) == cast(param("operation_id"), BigInteger))
            & (col(PointTransfer.phase) == Phase.POST),
            col(PointTransfer.parent_id).in_(_begun) & (col(PointTransfer.phase) == Phase.CAPTURE),
        ),
    ),
    into=PointTransfer,
)
"""The transfer by which a fine was taken: at once, or by capturing what was held. None was moved back before: that is
the case's alone."""


class Behind(NamedTuple):
    guild_id: int
    number: int


_frozen = (
    select(PointLedger)
    .where(col(PointLedger.guild_id) == col(Case.guild_id), col(PointLedger.frozen_at).is_not(None))
    .exists()
)
_waiting = select(col(Case.guild_id), col(Case.number)).where(
    col(Case.fine_state) == FineState.HELD, col(Case.state) != CaseState.PENDING, ~_frozen
)
_over = (
    select(col(PointFreeze.guild_id), col(PointFreeze.case_number))
    .join(
        Case,
        (col(Case.guild_id) == col(PointFreeze.guild_id))
        & (col(Case.number) == col(PointFreeze.case_number)),
    )
    .where(col(Case.state) != CaseState.PENDING, col(Case.state) != CaseState.ACTIVE)
)
BEHIND = statement(union(_waiting, _over).limit(param("limit")), into=Behind)
"""Fines that were settled while the ledger was frozen, and freezes of cases that many at once have ended."""
