"""How the settings of a server are named, and how their values read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from bot.durations import format_duration


class Setting(NamedTuple):
    """`name` is what a person types, `column` where it is kept."""

    name: str
    column: str
    help: str
    shown: Callable[[Any], str]


def number(one: str, many: str, zero: str) -> Callable[[int], str]:
    return lambda value: f"{value:,} {one if value == 1 else many}" if value else zero


def points(zero: str) -> Callable[[int], str]:
    return number("point", "points", zero)


def days(zero: str) -> Callable[[int], str]:
    return number("day", "days", zero)


def cooldown(seconds: int) -> str:
    return format_duration(timedelta(seconds=seconds)) if seconds else "none"


def yes_or_no(value: bool) -> str:  # it is called with the value of any setting
    return "yes" if value else "no"


def channel(until_then: str) -> Callable[[int | None], str]:
    return lambda value: f"<#{value}>" if value else until_then
