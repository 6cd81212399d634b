"""A case: one act of a moderator, its number, and every edit of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel, col, update

from database.models.base import LONGEST_WHY, OneOf, in_words, instant, key, snowflake, text, utc_now, words
from database.models.points import LARGEST_AMOUNT
from database.rows import Rows
from database.statements import param, statement

LONGEST_REASON = 1_000
"""Characters. An embed field of Discord holds 1,024."""
MOST_CASE_POINTS = 100
REPLACED = "Replaced by a later act."
NEVER_BEGUN = "Its time was over before it could be done."
OVER_MEANWHILE = "Its time was over before Discord confirmed it."
FOLLOWED = "Followed by case {number}."
"""Outcomes are kept in English; cogs/moderation/_outcome_words.py has the other languages."""


def followed(number: int) -> str:
    return FOLLOWED.format(number=number)


class CaseKind(StrEnum):
    WARN = "warn"
    NOTE = "note"
    TIMEOUT = "timeout"
    UNTIMEOUT = "untimeout"
    KICK = "kick"
    BAN = "ban"
    UNBAN = "unban"
    SOFTBAN = "softban"
    MASSBAN = "massban"
    PURGE = "purge"
    SLOWMODE = "slowmode"
    LOCK = "lock"
    UNLOCK = "unlock"


class CaseState(StrEnum):
    """`pending`: planned, and Discord has not been seen to have it. `ended`: over, lifted, or replaced by another.

    `refused`: it did not happen. `unknown`: nobody can tell any more whether it happened.
    """

    PENDING = "pending"
    ACTIVE = "active"
    ENDED = "ended"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    VOID = "void"


class CaseOrigin(StrEnum):
    """By what way it came."""

    COMMAND = "command"
    BY_HAND = "by_hand"
    LADDER = "ladder"
    AUTOMOD = "automod"
    APPEAL = "appeal"
    REPORT = "report"
    MASS = "mass"


class FineState(StrEnum):
    """`held`: promised until the act of the case is settled. `dropped`: never taken, as the act did not happen."""

    NONE = "none"
    HELD = "held"
    TAKEN = "taken"
    DROPPED = "dropped"
    RETURNED = "returned"


class DirectMessage(StrEnum):
    """What became of telling the target."""

    NONE = "none"
    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class Case(SQLModel, table=True):
    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("guild_id", "interaction_id", "part"),
        CheckConstraint("number > 0", "number"),
        CheckConstraint("part >= 0", "part"),
        CheckConstraint(in_words("origin", CaseOrigin), "origin"),
        CheckConstraint("length(trouble) BETWEEN 1 AND 500", "trouble"),
        CheckConstraint("(dm_channel_id IS NULL) = (dm_message_id IS NULL)", "dm_message"),
        CheckConstraint(in_words("kind", CaseKind), "kind"),
        CheckConstraint(in_words("state", CaseState), "state"),
        CheckConstraint(in_words("direct_message", DirectMessage), "direct_message"),
        CheckConstraint(in_words("void_message", DirectMessage), "void_message"),
        CheckConstraint(f"length(reason) BETWEEN 1 AND {LONGEST_REASON}", "reason"),
        CheckConstraint("length(target_name) BETWEEN 1 AND 100", "target_name"),
        CheckConstraint("length(moderator_name) BETWEEN 1 AND 100", "moderator_name"),
        CheckConstraint(f"points BETWEEN 0 AND {MOST_CASE_POINTS}", "points"),
        CheckConstraint("(log_channel_id IS NULL) = (log_message_id IS NULL)", "log_post"),
        CheckConstraint("length(log_digest) = 32", "log_digest"),
        CheckConstraint(in_words("fine_state", FineState), "fine_state"),
        CheckConstraint(f"fine BETWEEN 0 AND {LARGEST_AMOUNT} AND fined BETWEEN 0 AND fine", "fine"),
        CheckConstraint(
            "(fine = 0) = (fine_state = 'none') AND (fined = 0) = (fine_operation_id IS NULL)", "fined"
        ),
        Index("ix_cases_guild_id_target_id_number", "guild_id", "target_id", "number"),
        Index("ix_cases_guild_id_moderator_id_number", "guild_id", "moderator_id", "number"),
        Index("ix_cases_guild_id_created_at", "guild_id", "created_at"),
        Index("ix_cases_target_id", "target_id"),
        Index(
            "ix_cases_guild_id_log_message_id",
            "guild_id",
            "log_message_id",
            postgresql_where=sql("log_message_id IS NOT NULL"),
        ),
        Index("ix_cases_fine_held", "guild_id", "number", postgresql_where=sql("fine_state = 'held'")),
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
    """Of what caused it: an interaction, or an entry of the audit log for what somebody did by hand."""
    part: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    """0 for the case itself; what the same interaction leads to beyond it has 1, 2, ..."""
    origin: CaseOrigin = Field(default=CaseOrigin.COMMAND, sa_column=words(CaseOrigin))
    expires_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    trouble: str | None = Field(default=None, sa_column=text(nullable=True))
    """Why it was refused, is unknown, or ended before its time."""
    direct_message: DirectMessage = Field(default=DirectMessage.NONE, sa_column=words(DirectMessage))
    void_message: DirectMessage = Field(
        default=DirectMessage.NONE,
        sa_column=Column(OneOf(DirectMessage), nullable=False, server_default="none"),
    )
    """What became of telling the target that the case is void."""
    dm_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    dm_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    log_channel_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    log_message_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    log_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """SHA-256 of what the post shows, so that an unchanged post is not edited (and marked so) for nothing."""
    revision: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    fine: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Points of the ledger that were asked for; `points` is what the case weighs."""
    fined: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """What of them was there to be held or taken, when that was done last."""
    fine_state: FineState = Field(
        default=FineState.NONE, sa_column=Column(OneOf(FineState), nullable=False, server_default="none")
    )
    fine_operation_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    """The operation that held or took them last."""
    freezes_points: bool = Field(
        default=False, sa_column=Column(Boolean, nullable=False, server_default="false")
    )
    """Whether the target's points are frozen for as long as it stands."""


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


CASES = Rows(Case)
REVISIONS = Rows(CaseRevision)

SET_LOG_POST = statement(
    update(Case)
    .where(col(Case.guild_id) == param("of_guild_id"), col(Case.number) == param("of_number"))
    .values(
        log_channel_id=param("log_channel_id"),
        log_message_id=param("log_message_id"),
        log_digest=param("log_digest"),
    )
    .returning(col(Case.number)),
    into=int,
)
