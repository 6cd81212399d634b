"""Seasons of a server: one runs at a time, and what is over stays as it ended."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, cast, func
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel, col, select, update

from database.models.base import instant, key, snowflake, text
from database.models.points import FIRST_MEMBER, PointAccount
from database.rows import Rows
from database.statements import param, statement

LONGEST_SEASON_NAME = 60
MOST_SEASONS = 9_999


class Season(SQLModel, table=True):
    """Its board counts what was issued from `started_at` on and before `ended_at`."""

    __tablename__ = "point_seasons"
    __table_args__ = (
        CheckConstraint(f"number BETWEEN 1 AND {MOST_SEASONS}", "number"),
        CheckConstraint(f"length(name) BETWEEN 1 AND {LONGEST_SEASON_NAME}", "name"),
        CheckConstraint("ended_at >= started_at", "ended_at"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by_id IS NULL) AND (ended_at IS NULL) = (ended_in IS NULL)", "ended"
        ),
        UniqueConstraint("guild_id", "started_in"),
        Index(
            "ix_point_seasons_running", "guild_id", unique=True, postgresql_where=sql_text("ended_at IS NULL")
        ),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    name: str = Field(sa_column=text())
    started_at: datetime = Field(sa_column=instant())
    started_by_id: int = Field(sa_column=snowflake())
    started_in: int = Field(sa_column=snowflake())
    """The interaction, so that a repeat of it starts nothing more."""
    ended_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    ended_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    ended_in: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    """Likewise. A reset is a batch under this number."""


SEASONS = Rows(Season)

SEASONS_OF = statement(
    select(Season).where(col(Season.guild_id) == param("guild_id")).order_by(col(Season.number).desc()),
    into=Season,
)

END_SEASON = statement(
    update(Season)
    .where(
        col(Season.guild_id) == param("of_guild_id"),
        col(Season.number) == param("of_number"),
        col(Season.ended_at).is_(None),
    )
    .values(
        ended_at=param("ended_at"),
        ended_by_id=param("ended_by_id"),
        ended_in=param("ended_in"),
    )
    .returning(*Season.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds it unseen by mypy
    into=Season,
)


class Held(NamedTuple):
    """What a reset would take: of how many members, and how many points in all. What is held stays."""

    members: int
    points: int


ALL_HELD = statement(
    select(
        func.count(),
        cast(func.coalesce(func.sum(col(PointAccount.balance) - col(PointAccount.held_out)), 0), BigInteger),
    ).where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.account_id) >= FIRST_MEMBER,
        col(PointAccount.balance) > col(PointAccount.held_out),
    ),
    into=Held,
)
