"""Figures of moderation, in the days and months of the server's time zone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from database.actions import action
from database.controllers._base import BaseController
from database.local_days import day_edges, last_months, month_edges, today
from database.models.case import CaseKind
from database.models.statistics import (
    ACTS,
    OUTCOMES,
    RECORD_BY_MONTH,
    REPORT_TIMES,
    ActsLine,
    ModeratorLine,
    RecordByMonth,
    ReportTimes,
    Sort,
    Statistics,
)


class StatisticsController(BaseController):
    topic = "statistics"

    @action(repeatable=True)
    async def of_days(
        self, *, guild_id: int, days: Sequence[date], time_zone: str, moderator_id: int | None = None
    ) -> Statistics:
        """What was done on these days, which follow each other: by all, or by one moderator.

        Counted is all but what Discord refused; what was voided later was done all the same.
        """
        edges = day_edges(days, ZoneInfo(time_zone))
        given = {"guild_id": guild_id, "moderator_id": moderator_id}
        asked = {**given, "since": edges[0], "until": edges[-1]}
        async with self._report(guild_id=guild_id) as tx:
            acts = (await tx.exec(ACTS, **given, begins=edges[:-1], ends=edges[1:])).all()
            outcomes = (await tx.exec(OUTCOMES, **asked)).one()
            times = {each.day: each for each in (await tx.exec(REPORT_TIMES, **asked, edges=edges)).all()}
        by_kind = [line for line in acts if line.day is not None]
        return Statistics(
            days=list(days),
            kinds=_spread(
                ((line.kind, line.day, line.cases) for line in by_kind if line.sort == Sort.ACT), len(days)
            ),
            moderators=[
                ModeratorLine(line.moderator_id, line.moderator_name or "", line.cases)
                for line in acts
                if line.moderator_id is not None and line.sort == Sort.ACT
            ],
            outcomes=outcomes,
            notes=_number(by_kind, Sort.NOTE),
            automatic=_number(by_kind, Sort.AUTOMATIC),
            reports=times.get(None, ReportTimes(None, 0, 0, None)),
            report_seconds=[
                times[place].median_seconds if place in times else None for place in range(1, len(days) + 1)
            ],
        )

    @action(repeatable=True)
    async def record(
        self, *, guild_id: int, target_id: int, time_zone: str, now: datetime, months: int = 12
    ) -> RecordByMonth:
        """Cases against one person in so many months, the present one included; void ones do not count.

        No report: it is shown beside counts of this moment, to who decides upon the person.
        """
        zone = ZoneInfo(time_zone)
        firsts = last_months(months, until=today(now, zone))
        edges = month_edges(firsts, zone)
        async with self._read(guild_id=guild_id) as tx:
            lines = await tx.exec(
                RECORD_BY_MONTH,
                guild_id=guild_id,
                target_id=target_id,
                edges=edges,
                since=edges[0],
                until=edges[-1],
            )
        return RecordByMonth(
            firsts, _spread(((line.kind, line.month, line.cases) for line in lines.all()), months)
        )


def _spread(lines: Iterable[tuple[Any, Any, int]], places: int) -> dict[CaseKind, list[int]]:
    """A number for each place, 0 where there is no line; kinds in their own order."""
    spread: dict[str, list[int]] = defaultdict(lambda: [0] * places)
    for kind, place, number in lines:
        spread[kind][place - 1] += number
    return {kind: spread[kind] for kind in CaseKind if kind in spread}


def _number(lines: Iterable[ActsLine], sort: Sort) -> int:
    return sum(line.cases for line in lines if line.sort == sort)
