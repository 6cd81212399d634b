"""Appeals: what people say against a case, and what a reviewer made of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from database.models.base import OneOf, in_words, instant, key, snowflake, text, utc_now, words
from database.models.case import CaseKind, CaseState, DirectMessage
from database.rows import Rows

LONGEST_APPEAL = 1_000
"""Characters, of the appeal and of its answer. An embed field of Discord holds 1,024."""
APPEALABLE = (
    CaseKind.WARN,
    CaseKind.TIMEOUT,
    CaseKind.KICK,
    CaseKind.BAN,
    CaseKind.SOFTBAN,
)
"""What is done to a person."""
APPEALABLE_STATES = (CaseState.PENDING, CaseState.ACTIVE, CaseState.ENDED, CaseState.UNKNOWN)
"""Not what did not happen, or counts no more."""


class AppealState(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"


class Appeal(SQLModel, table=True):
    """`appellant_id` is the target of the case. What was said stays; an answer stays, too (triggers hold both)."""

    __tablename__ = "appeals"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("number > 0", "number"),
        CheckConstraint(in_words("state", AppealState), "state"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_APPEAL}", "text"),
        CheckConstraint(f"length(answer) BETWEEN 1 AND {LONGEST_APPEAL}", "answer"),
        CheckConstraint(in_words("told", DirectMessage), "told"),
        CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (reviewer_id IS NULL) "
            "AND (decided_at IS NULL) = (decision_id IS NULL)",
            "decided_at",
        ),
        CheckConstraint("(post_channel_id IS NULL) = (post_message_id IS NULL)", "post"),
        CheckConstraint("length(post_digest) = 32", "post_digest"),
        Index(
            "ix_appeals_of_a_case",
            "guild_id",
            "case_number",
            unique=True,
            postgresql_where=sql("state = 'open'"),
        ),
        Index("ix_appeals_guild_id_case_number_number", "guild_id", "case_number", "number"),
        Index("ix_appeals_appellant_id", "appellant_id"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    case_number: int = Field(sa_column=Column(BigInteger, nullable=False))
    appellant_id: int = Field(sa_column=snowflake())
    state: AppealState = Field(default=AppealState.OPEN, sa_column=words(AppealState))
    reviewer_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    answer: str | None = Field(default=None, sa_column=text(nullable=True))
    told: DirectMessage = Field(
        default=DirectMessage.NONE, sa_column=Column(OneOf(DirectMessage), nullable=False)
    )
    """What became of telling the answer."""
    interaction_id: int = Field(sa_column=snowflake())
    """Of what opened the form: a second submission finds the first."""
    decision_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    """The reviewer's interaction, likewise."""
    post_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    post_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    post_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """SHA-256 of what the post shows."""
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    decided_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    text: str = Field(sa_column=text())  # the last: within the class its name hides the function


class AppealCounter(SQLModel, table=True):
    """The last appeal number of a guild. Whoever appeals there waits for it until commit: it is the mutex."""

    __tablename__ = "appeal_counters"

    guild_id: int = Field(sa_column=key())
    last_number: int = Field(sa_column=Column(BigInteger, nullable=False))


APPEALS = Rows(Appeal)
