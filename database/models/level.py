"""Levels: the roles that they give, what was announced, and what a change of points leaves to be done about them."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Integer,
    UniqueConstraint,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, insert
from sqlmodel import Field, SQLModel, col, exists, or_, update

from database.levels import HIGHEST_LEVEL
from database.models.base import instant, key, snowflake
from database.models.guild_config import GuildConfig
from database.models.outbox import Delivery, OutboxRow
from database.models.points import FIRST_MEMBER, ISSUERS, PointAccount
from database.rows import Rows
from database.statements import param, statement

MOST_REWARDS = 50
REWARD_SETTING = "level:"
"""How the history of settings names a reward: `level:5`."""
WHOLE_SERVER = 0
"""As the subject of LEVEL_ROLES: all members, one after the other."""


def _level() -> Any:
    return Column(Integer, primary_key=True, autoincrement=False)


class LevelReward(SQLModel, table=True):
    """The role of a level. `told_at`: when the staff was told that Reeve may not give it; None while it may."""

    __tablename__ = "level_rewards"
    __table_args__ = (
        UniqueConstraint("guild_id", "role_id"),
        CheckConstraint(f"level BETWEEN 1 AND {HIGHEST_LEVEL}", "level"),
    )

    guild_id: int = Field(sa_column=key())
    level: int = Field(sa_column=_level())
    role_id: int = Field(sa_column=snowflake())
    told_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class PointLevel(SQLModel, table=True):
    """A level that was, or is to be, announced. Rows are only added: no level of a member is announced twice."""

    __tablename__ = "point_levels"
    __table_args__ = (CheckConstraint(f"level BETWEEN 1 AND {HIGHEST_LEVEL}", "level"),)

    guild_id: int = Field(sa_column=key())
    user_id: int = Field(sa_column=key())
    level: int = Field(sa_column=_level())
    reached_at: datetime = Field(sa_column=instant())


class LevelSync(SQLModel, table=True):
    """All members of a server are looked through in the order of their ids, up to `beyond_id` so far.

    `round` counts the beginnings: who worked at an earlier one does not count for this.
    """

    __tablename__ = "level_syncs"

    guild_id: int = Field(sa_column=key())
    round: int = Field(sa_column=Column(BigInteger, nullable=False))
    beyond_id: int = Field(sa_column=snowflake())


REWARDS = Rows(LevelReward)
SYNCS = Rows(LevelSync)

OUTBOX_COLUMNS = ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"]
_guild_id = cast(param("guild_id"), BigInteger)
_now = cast(param("now"), DateTime(timezone=True))


def _row(kind: Delivery, subject: Any) -> list[Any]:
    return [_guild_id, literal(kind.value), subject, literal(1), literal(0), _now, _now]


def _asked(rows: Any) -> Any:
    """Ask for these deliveries, again where they were asked for before."""
    ask = insert(OutboxRow).from_select(OUTBOX_COLUMNS, rows)
    return ask.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={
            "generation": col(OutboxRow.generation) + 1,
            "attempts": 0,
            "due_at": ask.excluded.due_at,
            "last_error": None,
            "created_at": ask.excluded.created_at,
        },
    )


_has_rewards = exists().where(col(LevelReward.guild_id) == param("guild_id"))

CURVE_IF_WATCHED = case(
    (
        cast(param("account_ids"), ARRAY(BigInteger)).overlap(cast(list(ISSUERS), ARRAY(BigInteger))),
        select(
            array([col(GuildConfig.level_base), col(GuildConfig.level_linear), col(GuildConfig.level_square)])
        )
        .where(
            col(GuildConfig.guild_id) == param("guild_id"),
            or_(col(GuildConfig.level_channel_id).is_not(None), _has_rewards),
        )
        .scalar_subquery(),
    )
)
"""The curve where a level means something to the server; NULL also where no account of `account_ids` issues points, so
that no level can change. PostgreSQL looks for it only where it is needed.
"""

_changed: Any = (
    func.unnest(
        param("user_ids", ARRAY(BigInteger, dimensions=1)),
        param("befores", ARRAY(Integer, dimensions=1)),
        param("afters", ARRAY(Integer, dimensions=1)),
    )
    .table_valued("user_id", "before", "after", name="changed")
    .render_derived()
)
_is_announced = exists().where(
    col(PointLevel.guild_id) == param("guild_id"),
    col(PointLevel.user_id) == _changed.c.user_id,
    col(PointLevel.level) >= _changed.c.after,
)
_has_channel = exists().where(
    col(GuildConfig.guild_id) == param("guild_id"), col(GuildConfig.level_channel_id).is_not(None)
)
_reached = (
    insert(PointLevel)
    .from_select(
        ["guild_id", "user_id", "level", "reached_at"],
        select(_guild_id, _changed.c.user_id, _changed.c.after, _now).where(
            _changed.c.after > _changed.c.before, _has_channel, ~_is_announced
        ),
    )
    .returning(col(PointLevel.user_id))
    .cte("reached")
)
_has_passed_reward = exists().where(
    col(LevelReward.guild_id) == param("guild_id"),
    col(LevelReward.level) > func.least(_changed.c.before, _changed.c.after),
    col(LevelReward.level) <= func.greatest(_changed.c.before, _changed.c.after),
)

LEVELS_CHANGED = statement(
    _asked(
        union_all(
            select(*_row(Delivery.LEVEL_UP, _reached.c.user_id)),
            select(*_row(Delivery.LEVEL_ROLES, _changed.c.user_id)).where(_has_passed_reward),
        )
    )
)
"""What follows from new levels, and from lost ones: a level that is new for good is announced where there is a channel;
roles follow where a reward lies between. The accounts are locked, so of two changes of a member one is the first.
"""

PUT_REWARD = statement(
    insert(LevelReward).values(guild_id=param("guild_id"), level=param("level"), role_id=param("role_id"))
)
DROP_REWARD = statement(
    delete(LevelReward).where(
        col(LevelReward.guild_id) == param("of_guild_id"), col(LevelReward.level) == param("of_level")
    )
)
TOLD = statement(
    update(LevelReward)
    .where(col(LevelReward.guild_id) == param("of_guild_id"), col(LevelReward.role_id) == param("of_role_id"))
    .values(told_at=param("told_at"))
)

NEWEST_LEVEL = statement(
    select(PointLevel)
    .where(col(PointLevel.guild_id) == param("guild_id"), col(PointLevel.user_id) == param("user_id"))
    .order_by(col(PointLevel.level).desc())
    .limit(1),
    into=PointLevel,
)

ASK_ROLES = statement(
    _asked(
        select(
            *_row(
                Delivery.LEVEL_ROLES,
                func.unnest(cast(param("user_ids"), ARRAY(BigInteger))).column_valued("user_id"),
            )
        ).where(_has_rewards)
    )
)
ASK_ALERT = statement(
    insert(OutboxRow)
    .from_select(
        OUTBOX_COLUMNS,
        select(*_row(Delivery.LEVEL_ALERT, col(LevelReward.role_id))).where(
            col(LevelReward.guild_id) == param("guild_id"), col(LevelReward.role_id) == param("role_id")
        ),
    )
    .on_conflict_do_nothing()
)
"""One for a role, however many members want it."""

_begun = insert(LevelSync).from_select(
    ["guild_id", "round", "beyond_id"],
    select(_guild_id, literal(1), literal(WHOLE_SERVER)).where(_has_rewards),
)
_beginning = (
    _begun.on_conflict_do_update(
        index_elements=["guild_id"],
        set_={"round": col(LevelSync.round) + 1, "beyond_id": WHOLE_SERVER},
    )
    .returning(col(LevelSync.guild_id))
    .cte("beginning")
)
BEGIN_SYNC = statement(
    _asked(select(*_row(Delivery.LEVEL_ROLES, literal(WHOLE_SERVER))).select_from(_beginning))
)
"""Look through all members, from the first again if somebody is at it; nothing where no level has a reward."""


class SyncPart(NamedTuple):
    """Who comes next in a round, at most as many as were asked for; nobody at its end."""

    round: int
    beyond_id: int
    user_ids: list[int]


_next_members = (
    select(col(PointAccount.account_id))
    .where(
        col(PointAccount.guild_id) == param("guild_id"),
        col(PointAccount.account_id) > col(LevelSync.beyond_id),
        col(PointAccount.account_id) >= FIRST_MEMBER,
    )
    .order_by(col(PointAccount.account_id))
    .limit(param("limit"))
    .correlate(LevelSync)
)
NEXT_OF_SYNC = statement(
    select(col(LevelSync.round), col(LevelSync.beyond_id), func.array(_next_members.scalar_subquery())).where(
        col(LevelSync.guild_id) == param("guild_id")
    ),
    into=SyncPart,
)

_of_round = (col(LevelSync.guild_id) == param("guild_id"), col(LevelSync.round) == param("of_round"))
_moved = (
    update(LevelSync)
    .where(*_of_round)
    .values(beyond_id=param("reached_id"))
    .returning(col(LevelSync.guild_id))
    .cte("moved")
)
SYNCED_PART = statement(
    _asked(select(*_row(Delivery.LEVEL_ROLES, literal(WHOLE_SERVER))).select_from(_moved))
)
