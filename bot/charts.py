"""Charts as plain figures: what is to be drawn, and how it is said. bot/painter.py makes pictures of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from database.models import CaseKind

Value = float | int | None

LONGEST_BY_DAY = 45
"""Days: a longer time is drawn by weeks, whose bars can still be told apart."""
MOST_ROWS = 8


class Series(NamedTuple):
    name: str
    values: Sequence[Value]
    colour: str


class Chart(NamedTuple):
    """`bars` stand and are stacked, `rows` lie and have names, `lines` may have gaps (None)."""

    shape: Literal["bars", "rows", "lines"]
    title: str
    unit: str
    """What is counted: the label of the axis."""
    labels: Sequence[str]
    series: Sequence[Series]
    spare_labels: Sequence[str] = ()
    """For a label that no font can show."""
    places: Sequence[str] = ()
    """Of `rows`: what stands before each label, and is never cut with it."""
    is_low: bool = False
    is_whole: bool = True
    told: str = ""
    """What is read out in place of its sums, where that says more."""

    @property
    def described(self) -> str:
        """For who does not see the picture: at most 1,000 characters, Discord takes 1,024."""
        if self.told:
            return self.told[:1000]
        sums = [f"{each.name} {sum(filter(None, each.values)):,.0f}" for each in self.series if self.is_whole]
        return f"{self.title} ({self.unit}): {', '.join(sums)}"[:1000] if sums else self.title[:1000]

    def asked(self) -> dict[str, Any]:
        """The line for who draws."""
        return {**self._asdict(), "series": [each._asdict() for each in self.series]}


class Family(NamedTuple):
    """Kinds that are drawn as one: thirteen colours would be told apart by nobody."""

    name: str
    colour: str
    kinds: frozenset[str]


FAMILIES = (
    Family("Bans", "#DB521A", frozenset({"ban", "softban", "massban"})),
    Family("Kicks", "#F991BB", frozenset({"kick"})),
    Family("Timeouts", "#35B8FF", frozenset({"timeout"})),
    Family("Warnings", "#EBD152", frozenset({"warn"})),
    Family("Channels", "#2A8562", frozenset({"purge", "slowmode", "lock", "unlock"})),
    Family("Lifted", "#F4FDDB", frozenset({"untimeout", "unban"})),
    Family("Notes", "#9861A8", frozenset({"note"})),
)
"""The gravest at the foot of a bar. Told apart with each kind of colour-blindness (tests/bot/test_charts.py)."""
PALETTE = ("#35B8FF", "#EBD152", "#F991BB", "#2A8562", "#DB521A", "#F4FDDB", "#9861A8")
"""For other series, in the order in which they are given."""


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def bars(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    *,
    unit: str,
    is_low: bool = False,
) -> Chart:
    return Chart("bars", title, unit, labels, _coloured(series), is_low=is_low)


def lines(
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Value]],
    *,
    unit: str,
    is_whole: bool = True,
) -> Chart:
    return Chart("lines", title, unit, labels, _coloured(series), is_whole=is_whole)


def record_chart(months: Sequence[date], counts: Mapping["CaseKind", Sequence[int]]) -> Chart:
    """Cases against a person by month, the oldest first: `counts` has a number for each of the months."""
    labels = [f"{month:%b}" if month.month != 1 else f"{month:%b} {month:%y}" for month in months]
    return Chart("bars", "Cases in the last year", "cases", labels, by_family(counts), is_low=True)


def acts_per_day(
    days: Sequence[date],
    counts: Mapping["CaseKind", Sequence[int]],
    *,
    title: str = "Acts",
    unit: str = "acts",
    names: Mapping[str, str] | None = None,
    shown: Callable[[date], str] = _day,
) -> Chart:
    """One bar a day, or one a week where there are many days. `names`: of families, in another language."""
    if len(days) <= LONGEST_BY_DAY:
        return Chart("bars", title, unit, [shown(day) for day in days], by_family(counts, names))
    firsts, weekly = _by_week(days, counts)
    return Chart("bars", f"{title}, by week", unit, [shown(day) for day in firsts], by_family(weekly, names))


def by_moderator(
    names: Sequence[str],
    ids: Sequence[int],
    counts: Sequence[int],
    *,
    title: str = "By moderator",
    unit: str = "acts",
    others: str = "others",
) -> Chart:
    """The busiest on top; those beyond MOST_ROWS together in the last row."""
    shown, rest = slice(MOST_ROWS - 1), slice(MOST_ROWS - 1, None)
    if len(names) <= MOST_ROWS:
        shown, rest = slice(None), slice(0, 0)
    labels, values = list(names[shown]), list(counts[shown])
    spare = [f"…{user_id % 10_000:04}" for user_id in ids[shown]]
    if counts[rest]:
        labels.append(f"{len(counts[rest])} {others}")
        spare.append(labels[-1])
        values.append(sum(counts[rest]))
    return Chart(
        "rows", title, unit, labels, [Series(unit, values, PALETTE[0])], spare, is_low=len(labels) <= 4
    )


def times(
    days: Sequence[date],
    seconds: Sequence[float | None],
    *,
    title: str = "Median time from report to act",
    units: tuple[str, str, str] = ("days", "hours", "minutes"),
    shown: Callable[[date], str] = _day,
) -> Chart:
    """How long something took on each day, None where it did not happen, in the unit that fits the longest."""
    longest = max((each for each in seconds if each is not None), default=0)
    unit, size = next(
        (unit, size)
        for unit, size in zip(units, (86_400, 3_600, 60), strict=True)
        if longest >= 2 * size or unit == units[-1]
    )
    values = [None if each is None else each / size for each in seconds]
    return Chart(
        "lines", title, unit, [shown(day) for day in days], [Series(unit, values, PALETTE[0])], is_whole=False
    )


def by_family(
    counts: Mapping["CaseKind", Sequence[int]], names: Mapping[str, str] | None = None
) -> list[Series]:
    """The families that occur, each in its own colour; a chart of nothing keeps the first."""
    found = []
    for family in FAMILIES:
        own = [values for kind, values in counts.items() if kind in family.kinds]
        summed = [sum(each) for each in zip(*own, strict=True)]
        if any(summed):
            found.append(Series((names or {}).get(family.name, family.name), summed, family.colour))
    return found


def _by_week(
    days: Sequence[date], counts: Mapping["CaseKind", Sequence[int]]
) -> tuple[list[date], dict["CaseKind", list[int]]]:
    """Sums of seven days; the last week is whole, the first may be short."""
    ends = list(range(len(days), 0, -7))[::-1]
    starts = [max(0, end - 7) for end in ends]
    summed = {
        kind: [sum(values[start:end]) for start, end in zip(starts, ends, strict=True)]
        for kind, values in counts.items()
    }
    return [days[start] for start in starts], summed


def _coloured(series: Mapping[str, Sequence[Value]]) -> list[Series]:
    return [
        Series(name, values, PALETTE[place % len(PALETTE)])
        for place, (name, values) in enumerate(series.items())
    ]


def days_from(first: date, number: int) -> list[date]:
    return [first + timedelta(days=each) for each in range(number)]
