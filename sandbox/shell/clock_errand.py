"""`python -m sandbox clock +30d`: time moves on, on a sandbox that runs elsewhere and for the bot that follows it."""

import re
from datetime import datetime, timedelta

import aiohttp

from sandbox.rows import Json
from sandbox.shell.address import VARIABLE, default_url
from sandbox.shell.errand import DONE, Told, on_sandbox, told_by
from sandbox.shell.wording import USAGE, Wording
from sandbox.shell.words import Failed

UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
DISTANCE = re.compile(
    r"\+?" + "".join(rf"(?:(?P<{name}>[0-9]{{1,9}}){letter})?" for letter, name in UNITS.items())
)


def arguments() -> Wording:
    """Raises UnusablePort."""
    parser = Wording(
        prog="python -m sandbox clock", description="Move the time of a running sandbox; alone, tell it."
    )
    parser.add_argument("distance", nargs="?", help="how far on: +30d, 90m, 2h, 1d12h")
    parser.add_argument("--url", default=default_url(), help=f"where the sandbox runs; else {VARIABLE} says")
    return parser


async def run(words: list[str]) -> Told:
    """The exit code, and what time it is there then. Raises UnusablePort."""
    asked = arguments().parse_args(words)

    async def act(http: aiohttp.ClientSession) -> Told:
        body = {"seconds": seconds_in(asked.distance)} if asked.distance else None
        url = f"{asked.url.rstrip('/')}/sandbox/clock"
        async with http.request("POST" if body else "GET", url, json=body) as response:
            return DONE, _line(await told_by(response))

    return await on_sandbox(asked.url, act)


def seconds_in(distance: str) -> float:
    """Raises Failed."""
    match = DISTANCE.fullmatch(distance)
    if match is None or not match[0].strip("+"):
        raise Failed(f"{distance!r} is no distance: say +30d, 90m, 2h or 1d12h.", USAGE)
    try:
        return timedelta(**{name: int(count) for name, count in match.groupdict("0").items()}).total_seconds()
    except OverflowError as wrong:
        raise Failed(f"{distance!r} is too far.", USAGE) from wrong


def _line(reading: Json) -> str:
    now, ahead = datetime.fromisoformat(reading["now"]), timedelta(seconds=round(reading["ahead_seconds"]))
    return f"{now:%Y-%m-%d %H:%M:%S} UTC" + (f", {ahead} ahead of real time" if ahead else "")
