"""A case: one act of a moderator, its number, and every edit of it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    cast,
)
from sqlalchemy import select as select_columns  # SQLModel's takes four columns at most
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col, func, select, update

from database.models.base import LONGEST_WHY, in_words, instant, key, snowflake, text, utc_now, words
from database.statements import param, statement

LONGEST_REASON = 1_000
"""Characters. An embed field of Discord holds 1,024."""
MOST_CASE_POINTS = 100


class CaseKind(StrEnum):
    WARN = "warn"
    NOTE = "note"


class CaseState(StrEnum):
    ACTIVE = "active"
    VOID = "void"


class DirectMessage(StrEnum):
    """What became of telling the target."""

    NONE = "none"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Case(SQLModel, table=True):
    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("number > 0", "number"),
        CheckConstraint(in_words("kind", CaseKind), "kind"),
        CheckConstraint(in_words("state", CaseState), "state"),
        CheckConstraint(in_words("direct_message", DirectMessage), "direct_message"),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_REASON}", "reason"),
        CheckConstraint("length(target_name) BETWEEN 1 AND 100", "target_name"),
        CheckConstraint("length(moderator_name) BETWEEN 1 AND 100", "moderator_name"),
        CheckConstraint(f"points BETWEEN 0 AND {MOST_CASE_POINTS}", "points"),
        CheckConstraint("(log_channel_id IS NULL) = (log_message_id IS NULL)", "log_post"),
        CheckConstraint("length(log_digest) = 32", "log_digest"),
        Index("ix_cases_guild_id_target_id_number", "guild_id", "target_id", "number"),
        Index("ix_cases_guild_id_moderator_id_number", "guild_id", "moderator_id", "number"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    kind: CaseKind = Field(sa_column=words(CaseKind))
    state: CaseState = Field(default=CaseState.ACTIVE, sa_column=words(CaseState))
    target_id: int = Field(sa_column=snowflake())
    target_name: str = Field(sa_column=text())
    moderator_id: int = Field(sa_column=snowflake())
    moderator_name: str = Field(sa_column=text())
    reason: str = Field(sa_column=text())
    points: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    interaction_id: int = Field(sa_column=snowflake())
    direct_message: DirectMessage = Field(default=DirectMessage.NONE, sa_column=words(DirectMessage))
    log_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    log_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    log_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """SHA-256 of what the post shows, so that an unchanged post is not edited (and marked so) for nothing."""
    revision: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class CaseFilter(NamedTuple):
    """All that is given must hold. `text` is looked for in reasons, upper or lower case alike."""

    target_id: int | None = None
    moderator_id: int | None = None
    kind: CaseKind | None = None
    state: CaseState | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    without_notes: bool = False


class CaseCounter(SQLModel, table=True):
    """The last case number of a guild; cases of one guild wait for it until commit, so no number is lost."""

    __tablename__ = "case_counters"

    guild_id: int = Field(sa_column=key())
    last_number: int = Field(sa_column=Column(BigInteger, nullable=False))


class CaseRevision(SQLModel, table=True):
    """One edit: what it said before and after. Rows are only added (triggers and grants hold it)."""

    __tablename__ = "case_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("length(field) BETWEEN 1 AND 64", "field"),
        CheckConstraint("length(before) <= 4000", "before"),
        CheckConstraint("length(after) <= 4000", "after"),
        CheckConstraint(f"length(why) BETWEEN 1 AND {LONGEST_WHY}", "why"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    revision: int = Field(sa_column=key())
    field: str = Field(sa_column=text())
    before: str = Field(sa_column=text())
    after: str = Field(sa_column=text())
    editor_id: int = Field(sa_column=snowflake())
    interaction_id: int = Field(sa_column=snowflake())
    edited_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    why: str | None = Field(default=None, sa_column=text(nullable=True))


_counter = insert(CaseCounter).values(guild_id=param("guild_id"), last_number=0)

LOCK_COUNTER = statement(
    _counter.on_conflict_do_update(
        index_elements=["guild_id"], set_={"last_number": col(CaseCounter.last_number)}
    ).returning(col(CaseCounter.last_number)),
    into=int,
)
"""Also right for the first case of a guild, where there is no row to lock yet."""

TAKE_NUMBER = statement(
    update(CaseCounter)
    .where(col(CaseCounter.guild_id) == param("of_guild_id"))
    .values(last_number=param("number"))
)

ADD_CASE = statement(insert(Case).values(**{name: param(name) for name in Case.model_fields}))

_this_case = (col(Case.guild_id) == param("guild_id"), col(Case.number) == param("number"))

FIND_CASE = statement(select(Case).where(*_this_case), into=Case)
LOCK_CASE = statement(select(Case).where(*_this_case).with_for_update(), into=Case)

CASE_OF_INTERACTION = statement(
    select(Case).where(
        col(Case.guild_id) == param("guild_id"), col(Case.interaction_id) == param("interaction_id")
    ),
    into=Case,
)

_of_case = (col(Case.guild_id) == param("of_guild_id"), col(Case.number) == param("of_number"))

CHANGE_REASON = statement(
    update(Case)
    .where(*_of_case)
    .values(reason=param("reason"), revision=col(Case.revision) + 1)
    .returning(*Case.__table__.columns),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=Case,
)

SET_LOG_POST = statement(
    update(Case)
    .where(*_of_case)
    .values(
        log_channel_id=param("log_channel_id"),
        log_message_id=param("log_message_id"),
        log_digest=param("log_digest"),
    )
    .returning(col(Case.number)),
    into=int,
)

SET_DIRECT_MESSAGE = statement(
    update(Case).where(*_of_case).values(direct_message=param("direct_message")).returning(col(Case.number)),
    into=int,
)

ADD_REVISION = statement(
    insert(CaseRevision).values(**{name: param(name) for name in CaseRevision.model_fields})
)

REVISIONS = statement(
    select(CaseRevision)
    .where(col(CaseRevision.guild_id) == param("guild_id"), col(CaseRevision.number) == param("number"))
    .order_by(col(CaseRevision.revision)),
    into=CaseRevision,
)

REVISION_OF_INTERACTION = statement(
    select(CaseRevision).where(
        col(CaseRevision.guild_id) == param("guild_id"),
        col(CaseRevision.interaction_id) == param("interaction_id"),
    ),
    into=CaseRevision,
)


class RecordLine(NamedTuple):
    """How often something of one kind stands against a person, and when it last did."""

    kind: CaseKind
    cases: int
    points: int
    last_at: datetime


RECORD = statement(
    select_columns(
        col(Case.kind),
        func.count(),
        cast(func.coalesce(func.sum(col(Case.points)), 0), BigInteger),
        func.max(col(Case.created_at)),
    )
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        col(Case.state) == CaseState.ACTIVE,
    )
    .group_by(col(Case.kind))
    .order_by(col(Case.kind)),
    into=RecordLine,
)

USED_REASONS = statement(
    select(col(Case.reason))
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.kind) != param("note"),
        func.length(col(Case.reason)) <= param("longest"),
        func.strpos(func.lower(col(Case.reason)), func.lower(cast(param("typed"), Text))) > 0,
    )
    .group_by(col(Case.reason))
    .order_by(func.count().desc(), col(Case.reason))
    .limit(param("limit")),
    into=str,
)
