"""Figures of moderation: what is counted in the time between given edges."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    DateTime,
    Double,
    Integer,
    Text,
    and_,
    case,
    cast,
    distinct,
    extract,
    literal,
    or_,
    select,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType
from sqlmodel import col, func

from database.models.appeal import Appeal, AppealState
from database.models.case import Case, CaseKind, CaseOrigin, CaseState
from database.models.report import Report
from database.statements import param, statement

AGAINST_PEOPLE = (CaseKind.WARN, CaseKind.TIMEOUT, CaseKind.KICK, CaseKind.BAN, CaseKind.SOFTBAN)
"""What is done to a person; the others lift something, or are about a channel."""
AUTOMATIC = (CaseOrigin.LADDER, CaseOrigin.AUTOMOD)


class Sort(StrEnum):
    """What a case is to those who count: only acts of people are acts of moderators."""

    ACT = "act"
    NOTE = "note"
    AUTOMATIC = "automatic"


class ActsLine(NamedTuple):
    """So many of one sort: on a day of one kind, or by one moderator (then `day` is None)."""

    sort: str
    day: int | None
    """Counted from 1."""
    kind: str | None
    moderator_id: int | None
    moderator_name: str | None
    """As it was in their newest case."""
    cases: int


class Outcomes(NamedTuple):
    """What became of the acts of moderators, and of those whom they were done to."""

    acts: int
    voided: int
    overturned: int
    """Lifted or voided because an appeal was granted."""
    targets: int
    """People who were acted against, voided acts left out."""
    repeated: int
    """Of these, people with another such act in the same time."""


class ReportTimes(NamedTuple):
    """Of the reports of one day, or of all (then `day` is None): seconds until somebody of the staff took action."""

    day: int | None
    reports: int
    answered: int
    median_seconds: float | None


class MonthLine(NamedTuple):
    month: int
    """Counted from 1."""
    kind: CaseKind
    cases: int


class ModeratorLine(NamedTuple):
    moderator_id: int
    name: str
    acts: int


class Statistics(NamedTuple):
    """Of some days that follow each other."""

    days: list[date]
    kinds: dict[CaseKind, list[int]]
    """Acts of moderators: for each kind that occurs, a number for each day."""
    moderators: list[ModeratorLine]
    """The busiest first."""
    outcomes: Outcomes
    notes: int
    automatic: int
    """Acts that Reeve did by a rule of the server."""
    reports: ReportTimes
    report_seconds: list[float | None]
    """For each day its median."""


class RecordByMonth(NamedTuple):
    """Cases against one person: for each kind that occurs, a number for each month."""

    months: list[date]
    kinds: dict[CaseKind, list[int]]


def _instants(name: str) -> Any:
    return cast(param(name), ARRAY(DateTime(timezone=True)))


def _within(moment: Any) -> list[Any]:
    return [moment >= param("since"), moment < param("until")]


def _place(moment: Any) -> Any:
    """1 between the first two edges, and so on."""
    return func.width_bucket(moment, _instants("edges"), type_=Integer)


def _by_moderator(column: Any) -> Any:
    return or_(cast(param("moderator_id"), BigInteger).is_(None), column == param("moderator_id"))


def _is(column: Any, words: Sequence[StrEnum]) -> Any:
    return or_(*(column == word for word in words))


_sort = case(
    (col(Case.kind) == CaseKind.NOTE, literal(Sort.NOTE.value)),
    (_is(col(Case.origin), AUTOMATIC), literal(Sort.AUTOMATIC.value)),
    else_=literal(Sort.ACT.value),
)
_is_counted = [col(Case.state) != CaseState.REFUSED, col(Case.kind) != CaseKind.MASSBAN]
"""Of many who were banned at once each has a case of their own: counted with the batch's, one would count twice."""
_days = (
    func.unnest(_instants("begins"), _instants("ends"))
    .table_valued("since", "until", with_ordinality="day", name="days")
    .render_derived()
)
_of_a_day = (
    select(
        _sort.label("sort"),
        col(Case.kind).label("kind"),
        col(Case.moderator_id).label("moderator_id"),
        func.count().label("cases"),
    )
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.created_at) >= _days.c.since,
        col(Case.created_at) < _days.c.until,
        *_is_counted,
        _by_moderator(col(Case.moderator_id)),
    )
    .group_by(
        func.grouping_sets(tuple_(_sort, col(Case.kind)), tuple_(_sort, col(Case.moderator_id))),
    )
    .lateral("of_a_day")
)
"""Day by day, each a range of an index and a small sum: over a year at once PostgreSQL would sort all its cases."""
_day = case((_of_a_day.c.moderator_id.is_(None), cast(_days.c.day, Integer)))
_sums = (
    select(
        _of_a_day.c.sort,
        _day.label("day"),
        cast(_of_a_day.c.kind, Text).label("kind"),
        _of_a_day.c.moderator_id,
        cast(func.sum(_of_a_day.c.cases), BigInteger).label("cases"),
    )
    .select_from(_days)
    .join(_of_a_day, true())
    .group_by(_of_a_day.c.sort, _day, _of_a_day.c.kind, _of_a_day.c.moderator_id)
    .subquery("sums")
)
_newest = aliased(Case)

ACTS = statement(
    select(
        _sums.c.sort,
        _sums.c.day,
        _sums.c.kind,
        _sums.c.moderator_id,
        select(col(_newest.moderator_name))
        .where(col(_newest.guild_id) == param("guild_id"), col(_newest.moderator_id) == _sums.c.moderator_id)
        .order_by(col(_newest.number).desc())
        .limit(1)
        .scalar_subquery(),
        _sums.c.cases,
    ).order_by(_sums.c.cases.desc(), _sums.c.moderator_id),
    into=ActsLine,
)

_stands = col(Case.state) != CaseState.VOID
_is_against = _is(col(Case.kind), AGAINST_PEOPLE)
_is_act = [
    *_is_counted,
    col(Case.kind) != CaseKind.NOTE,
    ~_is(col(Case.origin), AUTOMATIC),
    _by_moderator(col(Case.moderator_id)),
]
_overturned = (
    select(func.count(distinct(col(Appeal.case_number))))
    .select_from(Appeal)
    .join(
        Case,
        and_(col(Case.guild_id) == col(Appeal.guild_id), col(Case.number) == col(Appeal.case_number)),
    )
    .where(
        col(Appeal.guild_id) == param("guild_id"),
        col(Appeal.state) == AppealState.APPROVED,
        *_within(col(Case.created_at)),
        *_is_act,
    )
    .scalar_subquery()
)
_of_target = (
    select(
        func.count().label("acts"),
        func.count().filter(~_stands).label("voided"),
        func.count().filter(_stands, _is_against).label("against"),
    )
    .select_from(Case)
    .where(col(Case.guild_id) == param("guild_id"), *_within(col(Case.created_at)), *_is_act)
    .group_by(col(Case.target_id))
    .subquery("of_target")
)


def _sum(column: Any) -> Any:
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


OUTCOMES = statement(
    select(
        _sum(_of_target.c.acts),
        _sum(_of_target.c.voided),
        _overturned,
        func.count().filter(_of_target.c.against > 0),
        func.count().filter(_of_target.c.against > 1),
    ),
    into=Outcomes,
)

_waited = cast(extract("epoch", col(Report.acted_at) - col(Report.created_at)), Double)
_day_of_report = _place(col(Report.created_at))

REPORT_TIMES = statement(
    select(
        _day_of_report,
        func.count(),
        func.count(col(Report.acted_at)),
        type_coerce(func.percentile_cont(0.5).within_group(_waited), NullType()),
    )
    .where(
        col(Report.guild_id) == param("guild_id"),
        *_within(col(Report.created_at)),
        _by_moderator(func.coalesce(col(Report.closed_by_id), col(Report.assignee_id))),
    )
    .group_by(func.grouping_sets(tuple_(_day_of_report), tuple_())),
    into=ReportTimes,
)

RECORD_BY_MONTH = statement(
    select(_place(col(Case.created_at)), col(Case.kind), func.count())
    .where(
        col(Case.guild_id) == param("guild_id"),
        col(Case.target_id) == param("target_id"),
        *_within(col(Case.created_at)),
        ~_is(col(Case.state), (CaseState.REFUSED, CaseState.VOID)),
    )
    .group_by(_place(col(Case.created_at)), col(Case.kind)),
    into=MonthLine,
)
