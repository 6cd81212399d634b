"""Holds whose time is over, beside the tables in points.py."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, DateTime, and_, select, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from database.models.points import Phase, PointTransfer
from database.statements import param, statement

LAST_TRANSFER = 2**63 - 1
"""With a moment: the place after all holds whose time was over then."""


class DueHold(NamedTuple):
    guild_id: int
    hold_id: int
    transfer_id: int
    expires_at: datetime


_ending = aliased(PointTransfer)

DUE_HOLDS = statement(
    select(
        col(PointTransfer.guild_id),
        col(PointTransfer.operation_id),
        col(PointTransfer.transfer_id),
        col(PointTransfer.expires_at),
    )
    .outerjoin(
        _ending,
        and_(
            col(_ending.guild_id) == col(PointTransfer.guild_id),
            col(_ending.parent_id) == col(PointTransfer.transfer_id),
        ),
    )
    .where(
        col(PointTransfer.phase) == Phase.HOLD,
        col(PointTransfer.expires_at) <= param("now"),
        tuple_(col(PointTransfer.expires_at), col(PointTransfer.transfer_id))
        > tuple_(param("place_at", DateTime(timezone=True)), param("place_id", BigInteger)),
        col(_ending.transfer_id).is_(None),
    )
    .order_by(col(PointTransfer.expires_at), col(PointTransfer.transfer_id))
    .limit(param("limit")),
    into=DueHold,
)
"""A page at a time, from a place on: what was resolved long ago is not read again at each look."""
