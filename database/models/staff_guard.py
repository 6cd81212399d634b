"""How many dangerous acts a moderator has done lately, and whether they are paused."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Column, Integer, case
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col, select, update

from database.models.base import instant, key
from database.models.case import CaseKind
from database.rows import Rows
from database.statements import param, statement

GUARD_WINDOW = timedelta(hours=1)
GUARDED_KINDS = frozenset({CaseKind.KICK, CaseKind.BAN, CaseKind.SOFTBAN, CaseKind.MASSBAN})
"""What takes people out of a server."""
GUARD_SETTING = "guard:"
"""How the history of settings names who was paused: `guard:1234`."""


class StaffGuard(SQLModel, table=True):
    """`acts` counts from `window_started_at` on, for an hour. `paused_at`: None while they may act."""

    __tablename__ = "staff_guards"
    __table_args__ = (CheckConstraint("acts >= 0", "acts"),)

    guild_id: int = Field(sa_column=key())
    moderator_id: int = Field(sa_column=key())
    window_started_at: datetime = Field(sa_column=instant())
    acts: int = Field(sa_column=Column(Integer, nullable=False))
    paused_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


STAFF_GUARDS = Rows(StaffGuard)

_begun = insert(StaffGuard).values(
    guild_id=param("guild_id"),
    moderator_id=param("moderator_id"),
    window_started_at=param("now"),
    acts=param("more"),
)
_is_open = col(StaffGuard.window_started_at) > param("since")

COUNT_ACTS = statement(
    _begun.on_conflict_do_update(
        index_elements=["guild_id", "moderator_id"],
        set_={
            "window_started_at": case(
                (_is_open, col(StaffGuard.window_started_at)), else_=_begun.excluded.window_started_at
            ),
            "acts": case((_is_open, col(StaffGuard.acts)), else_=0) + _begun.excluded.acts,
        },
    ).returning(*StaffGuard.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=StaffGuard,
)
"""The row is locked from here on: of two acts at once the second counts what the first has counted."""

GIVE_BACK = statement(
    update(StaffGuard)
    .where(
        col(StaffGuard.guild_id) == param("of_guild_id"),
        col(StaffGuard.moderator_id) == param("of_moderator_id"),
    )
    .values(acts=col(StaffGuard.acts) - param("more"))
)
"""In the transaction that counted them."""

PAUSED = statement(
    select(StaffGuard)
    .where(col(StaffGuard.guild_id) == param("guild_id"), col(StaffGuard.paused_at).is_not(None))
    .order_by(col(StaffGuard.paused_at)),
    into=StaffGuard,
)
