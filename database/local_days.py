"""Where days and months begin in a time zone, as instants: an hour more or less in spring and autumn is in them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def time_zones() -> frozenset[str]:
    """The names that may be chosen: those that mean the same on each machine."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def last_days(number: int, *, until: date) -> list[date]:
    """So many days, the last of them `until`."""
    return [until - timedelta(days=back) for back in reversed(range(number))]


def last_months(number: int, *, until: date) -> list[date]:
    """The first days of so many months, the last of them the month of `until`."""
    counted = until.year * 12 + until.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(counted - number + 1, counted + 1)]


def beginning(day: date, zone: ZoneInfo) -> datetime:
    """Its first instant. Where the clock skips midnight, that is the instant of the skip."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_edges(days: Sequence[date], zone: ZoneInfo) -> list[datetime]:
    """The beginnings of these days, which follow each other, and the end of the last."""
    return [beginning(day, zone) for day in (*days, days[-1] + timedelta(days=1))]


def month_edges(months: Sequence[date], zone: ZoneInfo) -> list[datetime]:
    """Likewise for months."""
    after = (months[-1] + timedelta(days=31)).replace(day=1)
    return [beginning(month, zone) for month in (*months, after)]


def week_of(monday: date) -> int:
    """The week that begins then, as year and number in ISO 8601: 202647."""
    year, number, _ = monday.isocalendar()
    return year * 100 + number


def days_of_week(week: int) -> list[date]:
    """From Monday to Sunday; ValueError where the year has no such week."""
    monday = date.fromisocalendar(week // 100, week % 100, 1)
    return [monday + timedelta(days=each) for each in range(7)]
