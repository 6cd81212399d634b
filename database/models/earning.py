"""What earns, for whom, and since when: keys of what has earned, rules, boosts, and what is known of a member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, Index, Integer
from sqlmodel import Field, SQLModel

from database.models.base import OneOf, in_words, instant, key, snowflake, text, words


class Earner(StrEnum):
    """What activity earns: a message, whose key is its id, or a minute of talk, whose key counts from 1970."""

    MESSAGE = "message"
    VOICE = "voice"


@dataclass(frozen=True, slots=True)
class Earning:
    """One thing that may earn, and all that rules ask about it."""

    key: int
    user_id: int
    at: datetime
    channel_ids: Sequence[int] = ()
    """Where it was, the narrowest first: the thread, its channel, the category."""
    role_ids: Sequence[int] = ()
    length: int | None = None
    """Characters; None where Discord does not show the text."""
    is_repeat: bool = False
    """Whether its author's last message said the same; likewise."""


class Why(StrEnum):
    """Why something earned less than the server gives for it."""

    NOTHING_FOR_IT = "nothing_for_it"
    LEDGER_FROZEN = "ledger_frozen"
    FROZEN = "frozen"
    TOO_LATE = "too_late"
    CHANNEL = "channel"
    ROLE = "role"
    TOO_SHORT = "too_short"
    REPEATED = "repeated"
    COOL_DOWN = "cool_down"
    ROUNDED_AWAY = "rounded_away"
    DAY_FULL = "day_full"
    BALANCE_FULL = "balance_full"


class Decision(NamedTuple):
    """What something earned. `fact` belongs to `why`: an id, the seconds that are left, the limit."""

    points: int
    why: Why | None = None
    fact: int = 0
    percent: int = 100
    """All rules and boosts together, rounded down."""
    is_repeat: bool = False
    """It had earned these points before."""


class RuleSubject(StrEnum):
    CHANNEL = "channel"
    ROLE = "role"


class BoostSubject(StrEnum):
    SERVER = "server"
    CHANNEL = "channel"
    ROLE = "role"


MOST_RULES = 100
"""Of one server; a boost that runs counts, too."""
MOST_PERCENT = 1_000
LEAST_BOOST = 101


class PointEarning(SQLModel, table=True):
    """Something has earned, and does not again. Forgotten when it is so old that it would not earn anyway."""

    __tablename__ = "point_earnings"
    __table_args__ = (
        CheckConstraint(in_words("source", Earner), "source"),
        CheckConstraint("points > 0", "points"),
        Index("ix_point_earnings_earned_at", "earned_at"),
    )

    guild_id: int = Field(sa_column=key())
    source: Earner = Field(sa_column=Column(OneOf(Earner), primary_key=True))
    external_id: int = Field(sa_column=key())
    user_id: int = Field(sa_column=key())
    points: int = Field(sa_column=Column(Integer, nullable=False))
    earned_at: datetime = Field(sa_column=instant())


class PointRule(SQLModel, table=True):
    """What a channel, a category or a role earns, in percent of what the server gives. 0: nothing."""

    __tablename__ = "point_rules"
    __table_args__ = (
        CheckConstraint(in_words("subject", RuleSubject), "subject"),
        CheckConstraint(f"percent BETWEEN 0 AND {MOST_PERCENT}", "percent"),
    )

    guild_id: int = Field(sa_column=key())
    subject: RuleSubject = Field(sa_column=Column(OneOf(RuleSubject), primary_key=True))
    subject_id: int = Field(sa_column=key())
    percent: int = Field(sa_column=Column(Integer, nullable=False))


class PointBoost(SQLModel, table=True):
    """More for a time: over at its end, whoever looks. `boost_id` is the interaction that asked for it."""

    __tablename__ = "point_boosts"
    __table_args__ = (
        CheckConstraint(in_words("subject", BoostSubject), "subject"),
        CheckConstraint("(subject = 'server') = (subject_id IS NULL)", "subject_id"),
        CheckConstraint(f"percent BETWEEN {LEAST_BOOST} AND {MOST_PERCENT}", "percent"),
        Index("ix_point_boosts_guild_id_ends_at", "guild_id", "ends_at"),
    )

    guild_id: int = Field(sa_column=key())
    boost_id: int = Field(sa_column=key())
    subject: BoostSubject = Field(sa_column=words(BoostSubject))
    subject_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    percent: int = Field(sa_column=Column(Integer, nullable=False))
    made_by_id: int = Field(sa_column=snowflake())
    begins_at: datetime = Field(sa_column=instant())
    ends_at: datetime = Field(sa_column=instant())

    @property
    def said(self) -> dict[str, object]:
        """As the history of settings keeps it."""
        on = str(self.subject) if self.subject_id is None else f"{self.subject} {self.subject_id}"
        return {"on": on, "percent": self.percent, "until": f"{self.ends_at:%Y-%m-%d %H:%M} UTC"}


class PointMember(SQLModel, table=True):
    """A member's time zone, if it is not the server's, and their last daily: when, and by which zone."""

    __tablename__ = "point_members"
    __table_args__ = (
        CheckConstraint("length(time_zone) BETWEEN 1 AND 64", "time_zone"),
        CheckConstraint("length(daily_zone) BETWEEN 1 AND 64", "daily_zone"),
        CheckConstraint("(daily_at IS NULL) = (daily_zone IS NULL)", "daily"),
    )

    guild_id: int = Field(sa_column=key())
    user_id: int = Field(sa_column=key())
    time_zone: str | None = Field(default=None, sa_column=text(nullable=True))
    daily_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    daily_zone: str | None = Field(default=None, sa_column=text(nullable=True))


class PointThanks(SQLModel, table=True):
    """When one member last thanked another."""

    __tablename__ = "point_thanks"

    guild_id: int = Field(sa_column=key())
    giver_id: int = Field(sa_column=key())
    receiver_id: int = Field(sa_column=key())
    thanked_at: datetime = Field(sa_column=instant())
