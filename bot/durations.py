"""Durations (`1d12h`) and moments (`tomorrow 18:00`) as people write them."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.errors import DurationNotUnderstood, MomentNotUnderstood, MomentOutOfReach

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=3650)  # ten years: anything longer is meant to be for good
TEXT_LIMIT = 60

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
# Every unit at most once, from large to small; bounded digits keep matching linear.
DURATION = re.compile("".join(rf"(?:(?P<{name}>[0-9]{{1,9}}){letter})?" for letter, name in UNITS.items()))
CLOCK_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
CALENDAR_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAMED_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}


def parse_duration(text: str) -> timedelta:
    """Exact, from one second to ten years. Raises DurationNotUnderstood."""
    compact = "".join(text[:TEXT_LIMIT].lower().split())
    match = DURATION.fullmatch(compact)
    if match is None or len(text) > TEXT_LIMIT:
        raise DurationNotUnderstood(text)
    duration = timedelta(**{name: int(count) for name, count in match.groupdict(default="0").items()})
    if not SHORTEST <= duration <= LONGEST:
        raise DurationNotUnderstood(text)
    return duration


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


class DurationTransformer(app_commands.Transformer):
    """Reads `30m`, `7d`, `1d12h`."""

    async def transform(self, _interaction: discord.Interaction[Any], value: str, /) -> timedelta:
        return parse_duration(value)


Duration = app_commands.Transform[timedelta, DurationTransformer]
