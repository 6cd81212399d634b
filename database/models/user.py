"""A person as one server knows them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, and_, any_, case, cast, or_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql import func
from sqlmodel import Field, SQLModel, col, select, update

from database.models.base import instant, key, text, utc_now
from database.rows import Rows
from database.statements import param, statement


class User(SQLModel, table=True):
    """Names and when they were seen. Kept after they leave: cases and points refer to them."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name"),
        CheckConstraint("length(display_name) BETWEEN 1 AND 100", "display_name"),
    )

    guild_id: int = Field(sa_column=key())
    user_id: int = Field(sa_column=key())
    name: str = Field(sa_column=text())
    display_name: str = Field(sa_column=text())
    first_seen_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    last_seen_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    left_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


_seen = insert(User).values(
    guild_id=param("guild_id"),
    user_id=param("user_id"),
    name=param("name"),
    display_name=param("display_name"),
    first_seen_at=param("seen_at"),
    last_seen_at=param("seen_at"),
)

SEEN = statement(
    _seen.on_conflict_do_update(
        index_elements=["guild_id", "user_id"],
        set_={
            "name": _seen.excluded.name,
            "display_name": _seen.excluded.display_name,
            "last_seen_at": _seen.excluded.last_seen_at,
            "left_at": case((col(User.left_at) > _seen.excluded.last_seen_at, col(User.left_at))),
        },
        # One that is older than the last tells nothing, and most others nothing new: for them a row is written at
        # most once an hour.
        where=and_(
            col(User.last_seen_at) <= _seen.excluded.last_seen_at,
            or_(
                col(User.name) != _seen.excluded.name,
                col(User.display_name) != _seen.excluded.display_name,
                col(User.left_at) <= _seen.excluded.last_seen_at,
                col(User.last_seen_at) < param("stale_before"),
            ),
        ),
    ),
)

MEET = statement(_seen.on_conflict_do_nothing())

LEFT = statement(
    update(User)
    .where(
        col(User.guild_id) == param("of_guild_id"),
        col(User.user_id) == param("of_user_id"),
        col(User.last_seen_at) <= param("gone_at"),
        func.coalesce(col(User.left_at) <= param("gone_at"), True),
    )
    .values(left_at=param("left_at"))
    .returning(col(User.user_id)),
    into=int,
)


class Named(NamedTuple):
    user_id: int
    display_name: str


NAMES = statement(
    select(col(User.user_id), col(User.display_name))
    .where(
        col(User.guild_id) == param("guild_id"),
        col(User.user_id) == any_(cast(param("user_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(User.user_id)),
    into=Named,
)

USERS = Rows(User)
