"""When a session with Discord may begin: one row for each shard_id % max_concurrency, locked to take a turn."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, Integer, Interval, cast, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col, select, update

from database.models.base import instant
from database.statements import param, statement


class IdentifySlot(SQLModel, table=True):
    """`taken_at` is the moment of the last start, up to a minute ahead; `starts` of the day that began at
    `counted_since_at`."""

    __tablename__ = "identify_slots"
    __table_args__ = (
        CheckConstraint("slot >= 0", "slot"),
        CheckConstraint("starts >= 0", "starts"),
        {"info": {"system": True}},
    )

    slot: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    taken_at: datetime = Field(sa_column=instant())
    counted_since_at: datetime = Field(sa_column=instant())
    starts: int = Field(default=0, sa_column=Column(Integer, nullable=False))


DAY = timedelta(hours=24)
_now = func.clock_timestamp() + cast(param("ahead"), Interval)
"""The server's clock: those of several machines differ. `ahead` is what a sandbox has moved it by."""
_counted_elsewhere = (
    select(func.coalesce(func.sum(col(IdentifySlot.starts)), 0))
    .where(
        col(IdentifySlot.slot) != param("of_slot"),
        col(IdentifySlot.counted_since_at) > _now - DAY,
        col(IdentifySlot.counted_since_at) <= _now,
    )
    .scalar_subquery()
)


class LastStart(NamedTuple):
    now: datetime
    taken_at: datetime
    counted_since_at: datetime
    starts: int
    """In this slot, in the day that began at `counted_since_at`."""
    starts_elsewhere: int
    """In the other slots, in the last 24 h."""


_first = insert(IdentifySlot).values(slot=param("slot"), taken_at=_now - DAY, counted_since_at=_now, starts=0)

LOCK_SLOT = statement(
    _first.on_conflict_do_update(index_elements=["slot"], set_={"slot": _first.excluded.slot}).returning(
        _now.label("now"),
        col(IdentifySlot.taken_at),
        col(IdentifySlot.counted_since_at),
        col(IdentifySlot.starts),
        _counted_elsewhere.label("starts_elsewhere"),
    ),
    into=LastStart,
)

COUNT_START = statement(
    update(IdentifySlot)
    .where(col(IdentifySlot.slot) == param("of_slot"))
    .values(taken_at=param("at"), counted_since_at=param("since"), starts=param("count"))
)
