"""The single-statement steps of jobs that ban many: so many for two hundred people as for one."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Text,
    all_,
    and_,
    any_,
    cast,
    func,
    literal,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, or_, update

from database.models.act import Act, ActState
from database.models.case import FOLLOWED, Case, CaseCounter, CaseOrigin, CaseState
from database.models.mass import MassJob, MassProgress, MassResult, MassTarget
from database.models.outbox import Delivery, OutboxRow
from database.models.restriction import Restriction, RestrictionKind
from database.statements import param, statement

_job_columns: Any = MassJob.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy


def _many(name: str, kind: Any = BigInteger) -> Any:
    return cast(param(name), ARRAY(kind))


def _each(name: str, kind: Any = BigInteger) -> Any:
    return func.unnest(_many(name, kind))


_shard_id = col(MassJob.guild_id).bitwise_rshift(literal_column("22")) % param("shard_count")
_due = (
    select(col(MassJob.guild_id), col(MassJob.number))
    .where(
        col(MassJob.finished_at).is_(None),
        col(MassJob.due_at) <= param("now"),
        or_(col(MassJob.leased_until).is_(None), col(MassJob.leased_until) <= param("now")),
        col(MassJob.guild_id) != all_(_many("busy_guild_ids")),
        _shard_id == any_(_many("shard_ids")),
    )
    .order_by(col(MassJob.due_at))
    .limit(param("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
CLAIM_JOBS = statement(
    update(MassJob)
    .where(col(MassJob.guild_id) == _due.c.guild_id, col(MassJob.number) == _due.c.number)
    .values(leased_until=param("lease"), fence=col(MassJob.fence) + 1)
    .returning(*_job_columns),
    into=MassJob,
)

KEEP_JOB = statement(
    update(MassJob)
    .where(
        col(MassJob.guild_id) == param("of_guild_id"),
        col(MassJob.number) == param("of_number"),
        col(MassJob.fence) == param("of_fence"),
        col(MassJob.leased_until).is_not(None),
    )
    .values(leased_until=param("lease"))
)

NEXT_TARGETS = statement(
    select(MassTarget)
    .where(
        col(MassTarget.guild_id) == param("guild_id"),
        col(MassTarget.number) == param("number"),
        col(MassTarget.child_number).is_(None),
        col(MassTarget.left_out).is_(None),
    )
    .order_by(col(MassTarget.position))
    .limit(param("limit")),
    into=MassTarget,
)

LEAVE_OUT_REST = statement(
    update(MassTarget)
    .where(
        col(MassTarget.guild_id) == param("of_guild_id"),
        col(MassTarget.number) == param("of_number"),
        col(MassTarget.child_number).is_(None),
        col(MassTarget.left_out).is_(None),
    )
    .values(left_out=param("why"))
)

_of_job = (
    select(MassTarget, Case)
    .outerjoin(
        Case,
        and_(
            col(Case.guild_id) == col(MassTarget.guild_id), col(Case.number) == col(MassTarget.child_number)
        ),
    )
    .where(col(MassTarget.guild_id) == param("guild_id"), col(MassTarget.number) == param("number"))
)


def _in(*states: CaseState) -> Any:
    return func.count().filter(or_(*(col(Case.state) == state for state in states)))


PROGRESS = statement(
    _of_job.with_only_columns(
        func.count(),
        func.count().filter(col(MassTarget.left_out).is_not(None)),
        _in(CaseState.PENDING),
        _in(CaseState.ACTIVE),
        _in(CaseState.ENDED, CaseState.VOID),
        _in(CaseState.REFUSED, CaseState.UNKNOWN),
    ),
    into=MassProgress,
)

RESULTS = statement(
    _of_job.with_only_columns(
        col(MassTarget.user_id),
        col(MassTarget.user_name),
        col(MassTarget.child_number),
        col(Case.state),
        func.coalesce(col(Case.trouble), col(MassTarget.left_out)),
    ).order_by(col(MassTarget.position)),
    into=MassResult,
)

_counter = insert(CaseCounter).values(guild_id=param("guild_id"), last_number=param("more"))
COUNT_CASES = statement(
    _counter.on_conflict_do_update(
        index_elements=["guild_id"],
        set_={"last_number": col(CaseCounter.last_number) + _counter.excluded.last_number},
    ).returning(col(CaseCounter.last_number)),
    into=int,
)
"""As many numbers at once; gives the last of them. The counter's row is the guild's mutex until commit."""

GIVE_NUMBERS_BACK = statement(
    update(CaseCounter)
    .where(col(CaseCounter.guild_id) == param("of_guild_id"))
    .values(last_number=col(CaseCounter.last_number) - param("more", BigInteger))
)

ENSURE_BANS = statement(
    insert(Restriction)
    .from_select(
        [
            "guild_id", "subject_id", "kind", "wanted", "version", "applied_version", "payload", "decided_by_id",
            "changed_at",
        ],
        select(
            cast(param("guild_id"), BigInteger),
            _each("subject_ids"),
            cast(literal(RestrictionKind.BAN.value), Text),
            literal_column("false"),
            literal_column("0"),
            literal_column("0"),
            literal_column("'{}'::jsonb"),
            literal_column("0"),
            cast(param("now"), DateTime(timezone=True)),
        ),
    )
    .on_conflict_do_nothing()
)  # fmt: skip

LOCK_BANS = statement(
    select(Restriction)
    .where(
        col(Restriction.guild_id) == param("guild_id"),
        col(Restriction.kind) == RestrictionKind.BAN,
        col(Restriction.subject_id) == any_(_many("subject_ids")),
    )
    .order_by(col(Restriction.subject_id))
    .with_for_update(),
    into=Restriction,
)
"""In one order for all, so that nobody waits in a circle."""

BANS_IN_FLIGHT = statement(
    select(col(Act.target_id)).where(
        col(Act.guild_id) == param("guild_id"),
        col(Act.target_id) == any_(_many("target_ids")),
        col(Act.restriction) == RestrictionKind.BAN,
        or_(col(Act.state) == ActState.SENT, col(Act.state) == ActState.UNKNOWN),
        col(Act.leased_until) > param("now"),
    ),
    into=int,
)
"""Whose ban or unban may be on its way by another act."""

_open_acts = [
    col(Act.guild_id) == param("of_guild_id"),
    col(Act.act_id) == any_(_many("act_ids")),
    col(Act.fence) == 1,
    col(Act.settled_at).is_(None),
]
"""Who claims one after us counts its fence up."""
KEEP_ACTS = statement(
    update(Act).where(*_open_acts, col(Act.leased_until).is_not(None)).values(leased_until=param("lease"))
)
RELEASE_ACTS = statement(
    update(Act)
    .where(*_open_acts)
    .values(state=ActState.UNKNOWN, leased_until=None, due_at=param("now"), last_error=param("error"))
)
"""For the worker of acts, which reads each person's ban before anything is sent again."""
LOCK_ACTS = statement(
    select(Act).where(*_open_acts).order_by(col(Act.act_id)).with_for_update(),
    into=Act,
)
_some_cases = select(Case).where(
    col(Case.guild_id) == param("guild_id"), col(Case.number) == any_(_many("numbers"))
)
LOCK_CASES = statement(_some_cases.order_by(col(Case.number)).with_for_update(), into=Case)

_pairs = func.unnest(_many("target_ids"), _many("numbers"))
_later = _pairs.table_valued("target_id", "number", name="later").render_derived()
_over = (
    update(Case)
    .where(
        col(Case.guild_id) == param("of_guild_id"),
        col(Case.target_id) == _later.c.target_id,
        col(Case.number) < _later.c.number,
        col(Case.kind) == any_(_many("kinds", Text)),
        col(Case.state) == CaseState.ACTIVE,
    )
    .values(state=CaseState.ENDED, trouble=func.replace(FOLLOWED, "{number}", func.concat(_later.c.number)))
    .returning(col(Case.guild_id), col(Case.number), col(Case.origin))
    .cte("over")
)
_told = insert(OutboxRow).from_select(
    ["guild_id", "kind", "subject_id", "generation", "attempts", "due_at", "created_at"],
    select(
        _over.c.guild_id,
        cast(literal(Delivery.CASE_LOG.value), Text),
        _over.c.number,
        literal_column("1"),
        literal_column("0"),
        cast(param("now"), DateTime(timezone=True)),
        cast(param("now"), DateTime(timezone=True)),
    ).where(_over.c.origin != CaseOrigin.MASS),
)
END_EARLIER = statement(
    _told.on_conflict_do_update(
        index_elements=["guild_id", "kind", "subject_id"],
        set_={"generation": col(OutboxRow.generation) + 1, "attempts": 0, "due_at": _told.excluded.due_at},
    )
)
"""The cases that stood for these people before are over, and their posts say so."""
