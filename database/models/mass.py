"""A job that bans many: what was asked for, and each person with what became of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from database.models.base import instant, key, snowflake, text, utc_now
from database.models.case import Case, CaseState
from database.rows import Rows

MOST_TARGETS = 5_000
"""People in one job."""
CHUNK_SIZE = 200
"""Of one request: https://discord.com/developers/docs/resources/guild#bulk-guild-ban"""
MASS_LEASE = timedelta(seconds=15)
"""How long after a kill its jobs stay taken."""


class MassJob(SQLModel, table=True):
    """`number`: of the batch's case. Each person's ban is a case of its own, which is linked to it.

    `fence` counts the claims: who holds an older number has lost the job. `stopped_by_id`: nobody else is banned,
    and what was on its way is settled.
    """

    __tablename__ = "mass_jobs"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint("delete_seconds BETWEEN 0 AND 604800", "delete_seconds"),
        CheckConstraint("length(last_error) <= 500", "last_error"),
        CheckConstraint("undone_by_id IS NULL OR finished_at IS NOT NULL", "undone_by_id"),
        Index("ix_mass_jobs_due_at", "due_at", postgresql_where=sql("finished_at IS NULL")),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    asked_by_id: int = Field(sa_column=snowflake())
    delete_seconds: int = Field(default=0, sa_column=Column(Integer, nullable=False))
    due_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    leased_until: datetime | None = Field(default=None, sa_column=instant(nullable=True))
    fence: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))
    last_error: str | None = Field(default=None, sa_column=text(nullable=True))
    stopped_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    undone_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    finished_at: datetime | None = Field(default=None, sa_column=instant(nullable=True))


class MassTarget(SQLModel, table=True):
    """`child_number`: of their own case, once they are in a request. `left_out`: why they never were in one."""

    __tablename__ = "mass_targets"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["mass_jobs.guild_id", "mass_jobs.number"]),
        ForeignKeyConstraint(["guild_id", "child_number"], ["cases.guild_id", "cases.number"]),
        UniqueConstraint("guild_id", "number", "user_id"),
        CheckConstraint("position > 0", "position"),
        CheckConstraint("length(user_name) BETWEEN 1 AND 100", "user_name"),
        CheckConstraint("length(left_out) BETWEEN 1 AND 500", "left_out"),
        CheckConstraint("child_number IS NULL OR left_out IS NULL", "child_number"),
        Index("ix_mass_targets_guild_id_child_number", "guild_id", "child_number"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    user_id: int = Field(sa_column=snowflake())
    user_name: str = Field(sa_column=text())
    child_number: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))
    left_out: str | None = Field(default=None, sa_column=text(nullable=True))


class Target(NamedTuple):
    """Somebody to be banned, as a job is asked for them."""

    user_id: int
    user_name: str


class MassProgress(NamedTuple):
    """How many of a job's people are where. `ended`: banned, and it is over by now."""

    total: int
    left_out: int
    pending: int
    banned: int
    ended: int
    failed: int

    @property
    def waiting(self) -> int:
        """Not in a request yet."""
        return self.total - self.left_out - self.pending - self.banned - self.ended - self.failed


class MassResult(NamedTuple):
    """What became of one person. `state` None: not banned, for the `reason`, or not yet."""

    user_id: int
    user_name: str
    child_number: int | None
    state: CaseState | None
    reason: str | None


class MassState(NamedTuple):
    job: MassJob
    progress: MassProgress


class Undone(NamedTuple):
    """`lifted`: bans that are being lifted. `again`: people whom the job found banned, and whose ban of then stands."""

    lifted: int
    again: int


class NextTargets(NamedTuple):
    """Who is to be banned next, and the batch's case. `is_busy`: some who were planned before are not settled."""

    case: Case
    targets: Sequence[MassTarget]
    is_busy: bool


MASS_JOBS = Rows(MassJob)
MASS_TARGETS = Rows(MassTarget)
