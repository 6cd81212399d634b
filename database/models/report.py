"""A report: what members ask the staff to look at, who asked, and what became of it."""

from datetime import datetime, timedelta
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
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, numbered, snowflake, text, utc_now, words
from database.models.case import DirectMessage
from database.models.case_evidence import LARGEST_EVIDENCE, EvidenceKind
from database.rows import Rows

LONGEST_REPORT = 1_000
"""Characters of a reporter's reason, of an outcome, and of an answer to the reporters."""
JOIN_WITHIN = timedelta(hours=1)
"""Of one member, without a message: whoever reports within that time of the first joins the report."""
MOST_REPORTS, REPORTS_WITHIN = 5, timedelta(minutes=10)
"""Of one reporter."""
MOST_SNAPSHOT_BYTES, SNAPSHOTS_WITHIN = 2**28, timedelta(days=1)
"""Of all snapshots in one server: beyond it only the documents are kept, not the attachments."""

FORGET_AFTER = timedelta(days=1)
"""So long a snapshot waits for its report. Discord lets nobody answer a form after 15 minutes."""


class ReportState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    CLOSED = "closed"


class ReportStepKind(StrEnum):
    TAKEN = "taken"
    RELEASED = "released"
    ANSWERED = "answered"
    CLOSED = "closed"


WAITS = "state <> 'closed'"


class Report(SQLModel, table=True):
    """`acted_at`: when somebody of the staff first took, answered or closed it."""

    __tablename__ = "reports"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint("number > 0", "number"),
        CheckConstraint("length(target_name) BETWEEN 1 AND 100", "target_name"),
        CheckConstraint(in_words("state", ReportState), "state"),
        CheckConstraint(f"length(outcome) BETWEEN 1 AND {LONGEST_REPORT}", "outcome"),
        CheckConstraint("length(post_digest) = 32", "post_digest"),
        CheckConstraint("(channel_id IS NULL) = (message_id IS NULL)", "message_id"),
        CheckConstraint("(post_channel_id IS NULL) = (post_message_id IS NULL)", "post"),
        CheckConstraint("state <> 'taken' OR assignee_id IS NOT NULL", "assignee_id"),
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL AND closed_by_id IS NOT NULL)", "closed_at"
        ),
        Index(
            "ix_reports_of_a_message",
            "guild_id",
            "message_id",
            unique=True,
            postgresql_where=sql(f"{WAITS} AND message_id IS NOT NULL"),
        ),
        Index("ix_reports_guild_id_target_id_number", "guild_id", "target_id", "number"),
        Index("ix_reports_guild_id_created_at", "guild_id", "created_at"),
        Index("ix_reports_waiting", "guild_id", "number", postgresql_where=sql(WAITS)),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    target_id: int = Field(sa_column=snowflake())
    target_name: str = Field(sa_column=text())
    channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    state: ReportState = Field(default=ReportState.OPEN, sa_column=words(ReportState))
    assignee_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    case_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    outcome: str | None = Field(default=None, sa_column=text(nullable=True))
    closed_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    post_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    post_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    post_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """SHA-256 of what the post shows."""
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    acted_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    closed_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class ReportCounter(SQLModel, table=True):
    """The last report number of a guild. Whoever reports there waits for it until commit: it is the mutex."""

    __tablename__ = "report_counters"

    guild_id: int = Field(sa_column=key())
    last_number: int = Field(sa_column=Column(BigInteger, nullable=False))


class ReportVoice(SQLModel, table=True):
    """One reporter, once in each report. Rows are only added."""

    __tablename__ = "report_voices"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["reports.guild_id", "reports.number"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("length(reporter_name) BETWEEN 1 AND 100", "reporter_name"),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_REPORT}", "reason"),
        Index("ix_report_voices_guild_id_reporter_id_said_at", "guild_id", "reporter_id", "said_at"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    reporter_id: int = Field(sa_column=key())
    reporter_name: str = Field(sa_column=text())
    reason: str = Field(sa_column=text())
    interaction_id: int = Field(sa_column=snowflake())
    said_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class ReportStep(SQLModel, table=True):
    """What a moderator did with a report. Rows are only added."""

    __tablename__ = "report_steps"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["reports.guild_id", "reports.number"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint(in_words("kind", ReportStepKind), "kind"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    step: int = Field(sa_column=key())
    kind: ReportStepKind = Field(sa_column=words(ReportStepKind))
    moderator_id: int = Field(sa_column=snowflake())
    interaction_id: int = Field(sa_column=snowflake())
    made_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class ReportFile(SQLModel, table=True):
    """A message as it was when somebody began to report it: its document, and its attachments beside it.

    `interaction_id` is what began the report; the voice of the same interaction says which report it became. What no
    report came of is taken away after a day.
    """

    __tablename__ = "report_files"
    __table_args__ = (
        CheckConstraint("position > 0", "position"),
        CheckConstraint(in_words("kind", EvidenceKind), "kind"),
        CheckConstraint("length(filename) BETWEEN 1 AND 260", "filename"),
        CheckConstraint(f"length(content) BETWEEN 1 AND {LARGEST_EVIDENCE}", "content"),
        CheckConstraint("length(sha256) = 32", "sha256"),
        Index("ix_report_files_taken_at", "taken_at"),
    )

    guild_id: int = Field(sa_column=key())
    interaction_id: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    kind: EvidenceKind = Field(sa_column=words(EvidenceKind))
    filename: str = Field(sa_column=text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    taken_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class ReportReply(SQLModel, table=True):
    """One answer to one reporter, sent as a direct message."""

    __tablename__ = "report_replies"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["reports.guild_id", "reports.number"]),
        UniqueConstraint("guild_id", "interaction_id", "reporter_id"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_REPORT}", "text"),
        CheckConstraint(in_words("state", DirectMessage), "state"),
        Index("ix_report_replies_guild_id_number", "guild_id", "number"),
    )

    guild_id: int = Field(sa_column=key())
    reply_id: int = Field(default=None, sa_column=numbered())
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    reporter_id: int = Field(sa_column=snowflake())
    text: str = Field(sa_column=text())
    state: DirectMessage = Field(default=DirectMessage.PENDING, sa_column=words(DirectMessage))
    interaction_id: int = Field(sa_column=snowflake())
    asked_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class FromReport(NamedTuple):
    """A report that a case ends. `answer`: what its reporters are told, None for nothing."""

    number: int
    answer: str | None = None


REPORTS = Rows(Report)
VOICES = Rows(ReportVoice)
STEPS = Rows(ReportStep)
FILES = Rows(ReportFile)
REPLIES = Rows(ReportReply)
