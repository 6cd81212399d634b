"""An act: one effect on Discord to bring about, as a row that outlives whoever was about to bring it about."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
)
from sqlalchemy import (
    text as sql,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from database.models.base import OneOf, in_words, instant, key, numbered, snowflake, text, utc_now, words
from database.models.restriction import RestrictionKind
from database.rows import Rows

ACT_LEASE = timedelta(seconds=15)
"""How long after a kill its acts stay taken: whoever is at an act keeps it by renewing this, however long it takes."""
TAKEN_WITHIN = timedelta(seconds=10)
"""For so long an act waits for the command that planned it, before the worker takes it."""
NEVER = timedelta(days=3650)
"""Due when something happens, not at a time: a member who has to come back first."""


class ActKind(StrEnum):
    BAN = "ban"
    UNBAN = "unban"
    TIMEOUT = "timeout"
    UNTIMEOUT = "untimeout"
    KICK = "kick"
    ROLES = "roles"
    SLOWMODE = "slowmode"
    LOCK = "lock"
    UNLOCK = "unlock"
    PURGE = "purge"


class ActState(StrEnum):
    """`sent` and `unknown`: Discord may have it, so it is read before anything is sent again."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


OPEN_STATES = (ActState.PLANNED, ActState.SENT, ActState.UNKNOWN)


class Purpose(StrEnum):
    """What an act is to its case: its beginning, its being kept up (renewal, rejoin), or its end."""

    BEGIN = "begin"
    KEEP = "keep"
    END = "end"


class Act(SQLModel, table=True):
    """`version`: of the restriction that it brings about; another one in that row means that it is superseded.

    `asked_by_id`: whose rank is checked before it is sent; None for what Reeve does by itself.
    `fence` counts the claims: who holds an older number has lost the act. `sent_at`: when its request last left.
    """

    __tablename__ = "acts"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),
        ForeignKeyConstraint(["guild_id", "after_act_id"], ["acts.guild_id", "acts.act_id"]),
        CheckConstraint(in_words("kind", ActKind), "kind"),
        CheckConstraint(in_words("state", ActState), "state"),
        CheckConstraint(in_words("purpose", Purpose), "purpose"),
        CheckConstraint(in_words("restriction", RestrictionKind), "restriction"),
        CheckConstraint("(restriction IS NULL) = (version IS NULL)", "version"),
        CheckConstraint("attempts >= 0", "attempts"),
        CheckConstraint("length(last_error) <= 500", "last_error"),
        CheckConstraint("(settled_at IS NULL) = (state IN ('planned', 'sent', 'unknown'))", "settled_at"),
        Index("ix_acts_due_at", "due_at", postgresql_where=sql("settled_at IS NULL")),
        Index(
            "ix_acts_guild_id_due_at",
            "guild_id",
            "due_at",
            "act_id",
            postgresql_where=sql("settled_at IS NULL"),
        ),
        Index("ix_acts_guild_id_case_number", "guild_id", "case_number"),
        Index("ix_acts_guild_id_target_id", "guild_id", "target_id"),
    )

    guild_id: int = Field(sa_column=key())
    act_id: int = Field(default=None, sa_column=numbered())
    kind: ActKind = Field(sa_column=words(ActKind))
    state: ActState = Field(default=ActState.PLANNED, sa_column=words(ActState))
    purpose: Purpose = Field(sa_column=words(Purpose))
    target_id: int = Field(sa_column=snowflake())
    case_number: int = Field(sa_column=Column(BigInteger, nullable=False))
    restriction: RestrictionKind | None = Field(
        default=None, sa_column=Column(OneOf(RestrictionKind), nullable=True)
    )
    version: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    asked_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    after_act_id: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    due_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    leased_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    fence: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    attempts: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    last_error: str | None = Field(default=None, sa_column=text(nullable=True))
    sent_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    settled_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())

    @property
    def is_open(self) -> bool:
        return self.settled_at is None

    @property
    def is_first(self) -> bool:
        """Until it is done nothing has happened; what follows another act leaves that half done."""
        return self.purpose is Purpose.BEGIN and self.after_act_id is None


ACTS = Rows(Act)
