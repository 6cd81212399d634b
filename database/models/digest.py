"""The weekly digest: a row for each server and week, so that it is posted once whoever finds it due."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, DateTime, any_, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Field, SQLModel, col, update

from database.models.base import in_words, instant, key, snowflake, words
from database.models.guild_config import GuildConfig
from database.models.outbox import Delivery, OutboxRow
from database.rows import Rows
from database.statements import param, statement


class DigestState(StrEnum):
    """`sent`: Discord was asked to post it, and has not been seen to have done so."""

    PLANNED = "planned"
    SENT = "sent"
    POSTED = "posted"
    SKIPPED = "skipped"


class Digest(SQLModel, table=True):
    """`week` is the one that it is about, as year and number in ISO 8601: 202647."""

    __tablename__ = "digests"
    __table_args__ = (
        CheckConstraint("week BETWEEN 202600 AND 999953", "week"),
        CheckConstraint(in_words("state", DigestState), "state"),
        CheckConstraint(
            "state NOT IN ('sent', 'posted') OR sent_at IS NOT NULL AND channel_id IS NOT NULL", "sent_at"
        ),
        CheckConstraint("state <> 'posted' OR message_id IS NOT NULL", "message_id"),
    )

    guild_id: int = Field(sa_column=key())
    week: int = Field(sa_column=key())
    state: DigestState = Field(sa_column=words(DigestState))
    due_at: datetime = Field(sa_column=instant())
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))


class DigestServer(NamedTuple):
    """A server that wants a digest, and the newest week that one was planned for."""

    guild_id: int
    time_zone: str
    last_week: int | None


DIGESTS = Rows(Digest)

_shard_id = col(GuildConfig.guild_id).bitwise_rshift(literal(22)) % param("shard_count")
_last_week = (
    select(func.max(col(Digest.week)))
    .where(col(Digest.guild_id) == col(GuildConfig.guild_id))
    .scalar_subquery()
)

DIGEST_SERVERS = statement(
    select(col(GuildConfig.guild_id), col(GuildConfig.time_zone), _last_week)
    .where(
        col(GuildConfig.digest_channel_id).is_not(None),
        _shard_id == any_(cast(param("shard_ids"), ARRAY(BigInteger))),
    )
    .order_by(col(GuildConfig.guild_id)),
    into=DigestServer,
)

_planned = (
    insert(Digest)
    .values(guild_id=param("guild_id"), week=param("week"), state=DigestState.PLANNED, due_at=param("due_at"))
    .on_conflict_do_nothing()
    .returning(col(Digest.guild_id), col(Digest.week), col(Digest.due_at))
    .cte("planned")
)

PLAN_DIGEST = statement(
    insert(OutboxRow)
    .from_select(
        ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
        select(
            _planned.c.guild_id,
            literal(Delivery.DIGEST.value),
            _planned.c.week,
            literal(1),
            literal(0),
            _planned.c.due_at,
            _planned.c.due_at,
        ),
    )
    .returning(col(OutboxRow.subject_id)),
    into=int,
)
"""No row where somebody has planned it before."""

_of_week = (col(Digest.guild_id) == param("of_guild_id"), col(Digest.week) == param("of_week"))
_is_open = or_(col(Digest.state) == DigestState.PLANNED, col(Digest.state) == DigestState.SENT)

DIGEST_SENT = statement(
    update(Digest)
    .where(
        *_of_week,
        _is_open,
        col(Digest.sent_at).is_not_distinct_from(cast(param("seen_at"), DateTime(timezone=True))),
    )
    .values(state=DigestState.SENT, sent_at=param("sent_at"), channel_id=param("channel_id"))
    .returning(col(Digest.week)),
    into=int,
)
DIGEST_POSTED = statement(
    update(Digest)
    .where(*_of_week, col(Digest.state) == DigestState.SENT)
    .values(state=DigestState.POSTED, message_id=param("message_id"))
)
SKIP_DIGEST = statement(update(Digest).where(*_of_week, _is_open).values(state=DigestState.SKIPPED))
