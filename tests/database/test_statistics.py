"""Figures of moderation are those that twenty lines of Python count, on whatever day it is in the server's zone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.local_days import beginning, day_edges, last_days, last_months, month_edges
from database.models import Case, CaseKind, CaseOrigin, CaseState, Report, ReportState
from database.models.appeal import APPEALS, Appeal, AppealState
from database.models.case import CASES
from database.models.report import REPORTS
from database.service import DatabaseService

LAST_DAY = date(2026, 11, 3)
"""Two days after the hour that New York lives twice."""
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Kolkata", "Pacific/Apia")
moment_of_answer = datetime(2026, 11, 4, tzinfo=UTC)
AGAINST = {"warn", "timeout", "kick", "ban", "softban"}

moments = st.integers(-9 * 24 * 60, 2 * 24 * 60).map(
    lambda minutes: datetime(2026, 11, 3, tzinfo=UTC) + timedelta(minutes=minutes)
)
cases = st.lists(
    st.tuples(
        moments,
        st.sampled_from(CaseKind),
        st.sampled_from(CaseState),
        st.sampled_from(CaseOrigin),
        st.integers(21, 23),
        st.integers(31, 34),
    ),
    max_size=30,
)
appeals = st.dictionaries(st.integers(0, 29), st.sampled_from(AppealState), max_size=12)
reports = st.lists(st.tuples(moments, st.none() | st.integers(0, 100_000), st.integers(21, 23)), max_size=8)


class Rows(NamedTuple):
    cases: Sequence[tuple[datetime, CaseKind, CaseState, CaseOrigin, int, int]]
    reports: Sequence[tuple[datetime, int | None, int]]
    appeals: Mapping[int, AppealState] = MappingProxyType({})
    """How the last appeal against a case was answered, by its place in `cases`."""


async def written(database: DatabaseService, guild_id: int, rows: Rows) -> None:
    async with database.transaction(guild_id=guild_id) as tx:
        await CASES.insert(
            tx,
            [
                Case(
                    guild_id=guild_id, number=number, kind=kind, state=state, origin=origin, target_id=target,
                    target_name="t", moderator_id=moderator, moderator_name=f"m{moderator}-{number}", reason="r",
                    interaction_id=number, created_at=moment,
                )
                for number, (moment, kind, state, origin, moderator, target) in enumerate(rows.cases, 1)
            ],
        )  # fmt: skip
        await APPEALS.insert(
            tx, [_appeal(guild_id, place + 1, state) for place, state in _real(rows).items()]
        )
        await REPORTS.insert(
            tx,
            [
                Report(
                    guild_id=guild_id, number=number, target_id=31, target_name="t", created_at=moment,
                    assignee_id=moderator, state=ReportState.TAKEN,
                    acted_at=None if waited is None else moment + timedelta(seconds=waited),
                )
                for number, (moment, waited, moderator) in enumerate(rows.reports, 1)
            ],
        )  # fmt: skip


def _appeal(guild_id: int, number: int, state: AppealState) -> Appeal:
    answer = {"reviewer_id": 24, "decision_id": 1_000 + number, "decided_at": moment_of_answer}
    return Appeal(
        guild_id=guild_id, number=number, case_number=number, appellant_id=31, text="t", state=state,
        interaction_id=number, **(answer if state is not AppealState.OPEN else {}),
    )  # fmt: skip


def _real(rows: Rows) -> dict[int, AppealState]:
    return {place: state for place, state in rows.appeals.items() if place < len(rows.cases)}


def counted(rows: Rows, days: Sequence[date], zone: ZoneInfo, moderator_id: int | None) -> dict[str, Any]:
    """The oracle: each row by itself, its day as its own clock on the wall says it."""
    happened = [
        (moment.astimezone(zone).date(), str(kind), str(state), str(origin), moderator, target, place)
        for place, (moment, kind, state, origin, moderator, target) in enumerate(rows.cases)
        if moment.astimezone(zone).date() in days
        and state != "refused"
        and moderator_id in (None, moderator)
        and kind != "massban"  # each of its people has a case of their own
    ]
    notes = [row for row in happened if row[1] == "note"]
    automatic = [row for row in happened if row[1] != "note" and row[3] in {"ladder", "automod"}]
    acts = [row for row in happened if row not in notes and row not in automatic]
    overturned = [rows.appeals.get(row[6]) == "approved" for row in acts]
    against = Counter(row[5] for row in acts if row[1] in AGAINST and row[2] != "void")
    by_day = Counter((row[1], row[0]) for row in acts)
    waits = {day: [] for day in days}  # type: dict[date, list[int | None]]
    for moment, waited, moderator in rows.reports:
        if (day := moment.astimezone(zone).date()) in waits and moderator_id in (None, moderator):
            waits[day].append(waited)
    known = [each for day in days for each in waits[day] if each is not None]
    return {
        "kinds": {
            kind: [by_day[kind, day] for day in days]
            for kind in CaseKind
            if any(row[1] == kind for row in acts)
        },
        "by_moderator": Counter(row[4] for row in acts),
        "outcomes": (
            len(acts),
            sum(row[2] == "void" for row in acts),
            sum(overturned),
            len(against),
            sum(number > 1 for number in against.values()),
        ),
        "notes": len(notes),
        "automatic": len(automatic),
        "reports": (sum(map(len, waits.values())), len(known), median(known) if known else None),
        "report_seconds": [
            median(answered) if (answered := [each for each in waits[day] if each is not None]) else None
            for day in days
        ],
    }


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rows=st.builds(Rows, cases, reports, appeals),
    asked=st.tuples(st.integers(1, 9), st.sampled_from(ZONES), st.none() | st.just(22)),
)
async def test_figures_are_what_counting_by_hand_gives(
    database: DatabaseService,
    new_id: Callable[[], int],
    rows: Rows,
    asked: tuple[int, str, int | None],
) -> None:
    number, zone, moderator_id = asked
    guild_id, days = new_id(), last_days(number, until=LAST_DAY)
    await written(database, guild_id, rows)

    found = await database.statistics.of_days(
        guild_id=guild_id, days=days, time_zone=zone, moderator_id=moderator_id
    )

    expected = counted(rows, days, ZoneInfo(zone), moderator_id)
    assert found.days == days
    assert found.kinds == expected["kinds"]
    assert {line.moderator_id: line.acts for line in found.moderators} == expected["by_moderator"]
    assert [line.acts for line in found.moderators] == sorted(expected["by_moderator"].values(), reverse=True)
    assert tuple(found.outcomes) == expected["outcomes"]
    assert (found.notes, found.automatic) == (expected["notes"], expected["automatic"])
    assert tuple(found.reports)[1:] == expected["reports"]
    assert found.report_seconds == expected["report_seconds"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.builds(Rows, cases, st.just(()), st.just({})), zone=st.sampled_from(ZONES))
async def test_a_persons_months_are_what_counting_by_hand_gives(
    database: DatabaseService, new_id: Callable[[], int], rows: Rows, zone: str
) -> None:
    guild_id = new_id()
    await written(database, guild_id, rows)

    record = await database.statistics.record(
        guild_id=guild_id, target_id=32, time_zone=zone, now=datetime(2026, 11, 5, 12, tzinfo=UTC)
    )

    expected = Counter(
        (kind, moment.astimezone(ZoneInfo(zone)).date().replace(day=1))
        for moment, kind, state, _, _, target in rows.cases
        if target == 32 and state not in {"refused", "void"}
    )
    assert record.months[0] == date(2025, 12, 1)
    assert record.months[-1] == date(2026, 11, 1)
    assert record.kinds == {
        kind: [expected[kind, month] for month in record.months]
        for kind in CaseKind
        if any(kind == other for other, _ in expected)
    }


async def test_nothing_is_a_day_of_zeros(database: DatabaseService, guild_id: int) -> None:
    found = await database.statistics.of_days(guild_id=guild_id, days=[LAST_DAY], time_zone="UTC")

    assert found.kinds == {}
    assert found.moderators == []
    assert tuple(found.outcomes) == (0, 0, 0, 0, 0)
    assert found.reports.median_seconds is None
    assert found.report_seconds == [None]


async def test_a_case_at_midnight_is_of_the_day_that_begins(database: DatabaseService, guild_id: int) -> None:
    moment = datetime(2026, 11, 3, tzinfo=UTC)
    await written(
        database,
        guild_id,
        Rows([(moment, CaseKind.WARN, CaseState.ACTIVE, CaseOrigin.COMMAND, 21, 31)], [(moment, 60, 21)]),
    )

    found = await database.statistics.of_days(
        guild_id=guild_id, days=last_days(2, until=LAST_DAY), time_zone="UTC"
    )

    assert found.kinds == {CaseKind.WARN: [0, 1]}
    assert [line.acts for line in found.moderators] == [1]
    assert found.report_seconds == [None, 60]


async def test_a_moderator_has_the_name_of_their_newest_case(
    database: DatabaseService, guild_id: int
) -> None:
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    case = (moment, CaseKind.WARN, CaseState.ACTIVE, CaseOrigin.COMMAND, 21, 31)
    await written(database, guild_id, Rows([case, case, case], []))

    found = await database.statistics.of_days(guild_id=guild_id, days=[LAST_DAY], time_zone="UTC")

    assert [(line.name, line.acts) for line in found.moderators] == [("m21-3", 3)]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),  # whose clock has no midnight on that day
        ("Africa/Cairo", date(2026, 4, 24), 23),  # likewise
        ("America/Havana", date(2026, 11, 1), 25),  # whose first hour comes twice
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_a_day_is_as_long_as_the_clock_on_the_wall_says(zone: str, day: date, hours: float) -> None:
    first, last = day_edges([day], ZoneInfo(zone))

    assert last - first == timedelta(hours=hours)
    local = first.astimezone(ZoneInfo(zone))
    assert local.date() == day
    assert (first - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == day - timedelta(days=1)


def test_days_and_months_follow_each_other() -> None:
    assert last_days(3, until=date(2026, 3, 1)) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]
    months = last_months(12, until=date(2026, 1, 31))
    assert months[0] == date(2025, 2, 1)
    assert months[-1] == date(2026, 1, 1)
    assert month_edges(months, ZoneInfo("UTC"))[-1] == beginning(date(2026, 2, 1), ZoneInfo("UTC"))
