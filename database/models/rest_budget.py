"""The one row from which all processes of a bot draw their requests to Discord."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Column, Integer, Interval, case, cast, func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from database.models.base import instant
from database.statements import param, statement


class RestBudget(SQLModel, table=True):
    """`next_at` is when the next chunk of requests may begin."""

    __tablename__ = "rest_budget"
    __table_args__ = (CheckConstraint("singleton = 1", "singleton"), {"info": {"system": True}})

    singleton: int = Field(default=1, sa_column=Column(Integer, primary_key=True, autoincrement=False))
    next_at: datetime = Field(sa_column=instant())


_now = func.clock_timestamp() + cast(param("ahead"), Interval)
"""The server's clock: those of several machines differ. `ahead` is what a sandbox has moved it by."""
_length = cast(param("length"), Interval)
_first = insert(RestBudget).values(singleton=1, next_at=_now + _length)
_next = col(RestBudget.next_at)
_farthest = cast(param("farthest"), Interval)
_is_unbelievable = _next > _now + _farthest + _farthest
_promised = case((_is_unbelievable, _now), else_=func.greatest(_next, _now))

DRAW_CHUNK = statement(
    _first.on_conflict_do_update(
        index_elements=["singleton"],
        set_={"next_at": _promised + _length},
        where=or_(_next <= _now + _farthest, _is_unbelievable),
    ).returning(col(RestBudget.next_at) - _length - _now),
    into=timedelta,
)
"""How long to wait for the chunk that was drawn: it lasts for `length` from then. No row while the line is longer
than `farthest`. A moment twice as far away was written under a clock that has gone back since, and does not count."""
