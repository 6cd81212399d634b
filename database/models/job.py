"""What waits: acts that are planned or due, jobs that ban many, and messages in the outbox, as one list; and the alerts
about them.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    ForeignKeyConstraint,
    Text,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col, exists

from database.listing import Listing
from database.models.act import Act, ActState
from database.models.base import key, snowflake
from database.models.case import Case, CaseKind
from database.models.mass import MassJob, MassTarget
from database.models.outbox import Delivery, OutboxRow
from database.models.restriction import Restriction
from database.rows import Rows
from database.statements import param, statement

OVERDUE_AFTER = timedelta(seconds=60)
"""The worker looks every 2 s: what is due for longer is held up by something."""
OF_CASES = (
    Delivery.CASE_LOG,
    Delivery.CASE_DIRECT_MESSAGE,
    Delivery.CASE_VOID_MESSAGE,
    Delivery.CASE_END_MESSAGE,
    Delivery.ACT_ALERT,
)
"""Deliveries whose subject is a case."""


class JobSource(StrEnum):
    ACT = "act"
    MASS = "mass"
    POST = "post"


class Job(NamedTuple):
    """`source`, `kind` (an ActKind, a Delivery, or massban) and `purpose` as their words. `purpose` and `target_id`: of
    acts. `subject_id`: of posts; of a job that bans many, how many are in no request yet. Its `attempts` are 0: nobody
    counts them.
    """

    due_at: datetime
    source: str
    job_id: int
    kind: str
    purpose: str | None
    target_id: int | None
    subject_id: int | None
    case_number: int | None
    attempts: int
    last_error: str | None

    @property
    def has_failed(self) -> bool:
        return self.last_error is not None


class JobFilter(NamedTuple):
    """All that is given must hold."""

    failed: bool = False
    case_number: int | None = None


_is_wanted = or_(
    col(Act.version).is_(None),
    col(Act.state) != ActState.PLANNED,
    exists().where(
        col(Restriction.guild_id) == col(Act.guild_id),
        col(Restriction.subject_id) == col(Act.target_id),
        col(Restriction.kind) == col(Act.restriction),
        col(Restriction.version) == col(Act.version),
    ),
)
"""A plan that something newer has overtaken is dropped when it comes due: to show it would be to announce it."""
_of_acts: Any = select(
    col(Act.due_at).label("due_at"),
    cast(literal(JobSource.ACT.value), Text).label("source"),
    col(Act.act_id).label("job_id"),
    cast(col(Act.kind), Text).label("kind"),
    cast(col(Act.purpose), Text).label("purpose"),
    col(Act.target_id).label("target_id"),
    cast(null(), BigInteger).label("subject_id"),
    col(Act.case_number).label("case_number"),
    col(Act.attempts).label("attempts"),
    col(Act.last_error).label("last_error"),
).where(col(Act.guild_id) == param("guild_id"), col(Act.settled_at).is_(None), _is_wanted)
_of_posts = select(
    col(OutboxRow.due_at),
    cast(literal(JobSource.POST.value), Text),
    col(OutboxRow.outbox_id),
    cast(col(OutboxRow.kind), Text),
    cast(null(), Text),
    cast(null(), BigInteger),
    col(OutboxRow.subject_id),
    case((or_(*(col(OutboxRow.kind) == kind for kind in OF_CASES)), col(OutboxRow.subject_id))),
    col(OutboxRow.attempts),
    col(OutboxRow.last_error),
).where(col(OutboxRow.guild_id) == param("guild_id"))
_in_no_request = (
    select(func.count())
    .where(
        col(MassTarget.guild_id) == col(MassJob.guild_id),
        col(MassTarget.number) == col(MassJob.number),
        col(MassTarget.child_number).is_(None),
        col(MassTarget.left_out).is_(None),
    )
    .scalar_subquery()
)
_of_many = select(
    col(MassJob.due_at),
    cast(literal(JobSource.MASS.value), Text),
    col(MassJob.number),
    cast(literal(CaseKind.MASSBAN.value), Text),
    cast(null(), Text),
    cast(null(), BigInteger),
    _in_no_request,
    col(MassJob.number),
    literal_column("0"),
    col(MassJob.last_error),
).where(col(MassJob.guild_id) == param("guild_id"), col(MassJob.finished_at).is_(None))
_jobs: Any = union_all(_of_acts, _of_many, _of_posts).subquery("jobs")

JOB_LIST = Listing(
    select(*_jobs.c),
    into=Job,
    order=[_jobs.c.due_at, _jobs.c.source, _jobs.c.job_id],
    fits={
        "failed": _jobs.c.last_error.is_not(None),
        "case_number": _jobs.c.case_number == param("case_number"),
    },
    smallest_first=True,
)
"""What is due longest first."""


class Waiting(NamedTuple):
    """Of all servers. `overdue`: due for more than OVERDUE_AFTER; `oldest_due_at`: of all that is due."""

    open: int
    failed: int
    overdue: int
    oldest_due_at: datetime | None


_counted: list[Any] = [
    func.count(),
    func.count().filter(col(Act.last_error).is_not(None)),
    func.count().filter(col(Act.due_at) <= param("overdue_since")),
    func.min(col(Act.due_at)).filter(col(Act.due_at) <= param("now")),
]
WAITING = statement(
    select(*_counted).where(col(Act.settled_at).is_(None)),
    into=Waiting,
)


class ActAlert(SQLModel, table=True):
    """The message that tells the staff that something of this case cannot be done; there while it cannot."""

    __tablename__ = "act_alerts"
    __table_args__ = (ForeignKeyConstraint(["guild_id", "case_number"], ["cases.guild_id", "cases.number"]),)

    guild_id: int = Field(sa_column=key())
    case_number: int = Field(sa_column=key())
    channel_id: int = Field(sa_column=snowflake())
    message_id: int = Field(sa_column=snowflake())


ALERTS = Rows(ActAlert)

_alerted = insert(ActAlert).from_select(
    ["guild_id", "case_number", "channel_id", "message_id"],
    select(
        col(Case.guild_id),
        col(Case.number),
        cast(param("channel_id"), BigInteger),
        cast(param("message_id"), BigInteger),
    ).where(col(Case.guild_id) == param("of_guild_id"), col(Case.number) == param("of_case_number")),
)
ALERTED = statement(
    _alerted.on_conflict_do_update(
        index_elements=["guild_id", "case_number"],
        set_={"channel_id": _alerted.excluded.channel_id, "message_id": _alerted.excluded.message_id},
    )
)
"""Nothing where there is no such case."""
ALERT_OVER = statement(
    delete(ActAlert).where(
        col(ActAlert.guild_id) == param("guild_id"), col(ActAlert.case_number) == param("case_number")
    )
)

_is_told = or_(
    exists().where(
        col(ActAlert.guild_id) == param("of_guild_id"), col(ActAlert.case_number) == param("of_case_number")
    ),
    exists().where(
        col(OutboxRow.guild_id) == param("of_guild_id"),
        col(OutboxRow.kind) == Delivery.ACT_ALERT,
        col(OutboxRow.subject_id) == param("of_case_number"),
    ),
)
_changed = insert(OutboxRow).from_select(
    ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
    select(
        cast(param("of_guild_id"), BigInteger),
        cast(literal(Delivery.ACT_ALERT.value), Text),
        cast(param("of_case_number"), BigInteger),
        literal_column("1"),
        literal_column("0"),
        cast(param("now"), DateTime(timezone=True)),
        cast(param("now"), DateTime(timezone=True)),
    ).where(_is_told),
)
ALERT_CHANGED = statement(
    _changed.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={"generation": col(OutboxRow.generation) + 1, "attempts": 0, "due_at": _changed.excluded.due_at},
    )
)
"""Where the staff was told, or is being told, the message is brought up to date. Most acts that failed once are done
a moment later, and nobody was told."""
