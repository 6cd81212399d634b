"""Durations (`1d12h`, `2 weeks`) and moments (`tomorrow 18:00`) as people write them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.errors import DurationNotUnderstood, MomentNotUnderstood, MomentOutOfReach

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=3650)  # ten years: anything longer is meant to be for good
TEXT_LIMIT = 60

SECONDS = {"y": 31_536_000, "mo": 2_592_000, "w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
"""Of a unit; a year is 365 days, a month 30."""
NAMES = {
    "y": ("y", "yr", "yrs", "year", "years"),
    "mo": ("mo", "month", "months"),
    "w": ("w", "wk", "wks", "week", "weeks"),
    "d": ("d", "day", "days"),
    "h": ("h", "hr", "hrs", "hour", "hours"),
    "m": ("m", "min", "mins", "minute", "minutes"),
    "s": ("s", "sec", "secs", "second", "seconds"),
}
UNITS = {name: SECONDS[unit] for unit, names in NAMES.items() for name in names}
PART = r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([a-z]+)"
# A part ends in letters and begins with a digit: the text divides in one way only, so matching is linear.
DURATION = re.compile(f"{PART}(?:(?: ?, ?(?:and )?| and | ?){PART})*")
CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_duration(text: str, *, shortest: timedelta = SHORTEST, longest: timedelta = LONGEST) -> timedelta:
    """`1d12h`, `1.5h`, `2 weeks`, `1 day and 12 hours`, to the nearest second, each unit once, from large to small.

    From one second to ten years. Raises DurationNotUnderstood, which names the bounds that the caller keeps.
    """
    refusal = DurationNotUnderstood(text, format_duration(shortest), format_duration(longest))
    words = " ".join(text[:TEXT_LIMIT].lower().split())
    if len(text) > TEXT_LIMIT or not DURATION.fullmatch(words):
        raise refusal
    parts = [(Decimal(count), UNITS.get(name, 0)) for count, name in re.findall(PART, words)]
    units = [seconds for _, seconds in parts]
    if 0 in units or units != sorted(set(units), reverse=True):
        raise refusal
    seconds = round(sum(count * unit for count, unit in parts))
    if not SHORTEST.total_seconds() <= seconds <= LONGEST.total_seconds():
        raise refusal
    return timedelta(seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """Whole seconds, as `parse_duration` reads them: 1d12h. Weeks are written in days."""
    hours, seconds = divmod(duration.seconds, 3600)
    counts = (duration.days, "d"), (hours, "h"), (seconds // 60, "m"), (seconds % 60, "s")
    return "".join(f"{count}{letter}" for count, letter in counts if count) or "0s"


def parse_moment(text: str, *, now: datetime, zone: ZoneInfo, past: bool, day_ends: bool = False) -> datetime:
    """The instant in UTC: a duration from now (ago when `past`), or a day with or without a time in the zone.

    A day alone means its first moment, or with `day_ends` the first of the next day. Where the clocks are put
    forward a time that does not exist is moved on by the gap; where they are put back the first of the two is
    meant. Raises MomentNotUnderstood, and MomentOutOfReach when a future moment is not within the next ten years.
    """
    try:
        distance = parse_duration(text)
    except DurationNotUnderstood:
        moment = _on_calendar(text, today=now.astimezone(zone).date(), zone=zone, day_ends=day_ends)
    else:
        moment = now - distance if past else now + distance
    if not past and not now < moment <= now + LONGEST:
        raise MomentOutOfReach(text)
    return moment.astimezone(UTC)


def _on_calendar(text: str, *, today: date, zone: ZoneInfo, day_ends: bool) -> datetime:
    words = (
        text[:TEXT_LIMIT].lower().replace("t", " ", 1).split() if "-" in text[:5] else text.lower().split()
    )
    if len(text) > TEXT_LIMIT or len(words) not in (1, 2):
        raise MomentNotUnderstood(text)
    try:
        is_whole_day = len(words) == 1
        day = _day(words[0], today) + timedelta(days=int(is_whole_day and day_ends))
        local = datetime.combine(day, time() if is_whole_day else _time(words[1]), tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise MomentNotUnderstood(text) from None


def _day(word: str, today: date) -> date:
    if word in NAMED_DAYS:
        return today + timedelta(days=NAMED_DAYS[word])
    if CALENDAR_DAY.fullmatch(word):
        return date.fromisoformat(word)
    raise ValueError(word)


def _time(word: str) -> time:
    if match := CLOCK_TIME.fullmatch(word):
        return time(int(match[1]), int(match[2]))
    raise ValueError(word)
