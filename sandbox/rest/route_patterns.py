"""`PUT /guilds/*/bans/*`: a method and a path, * for one segment, ** for all that is left, {name} as in a route."""

import re
from collections.abc import Iterable

from sandbox.fitting import Unfit, quoted

METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT", "*")


class RoutePattern:
    def __init__(self, written: str) -> None:
        """A query behind the path is no part of it. Raises Unfit."""
        method, _, path = written.split("?", maxsplit=1)[0].strip().partition(" ")
        if method not in METHODS or not path.startswith("/") or " " in path:
            raise Unfit(f"{quoted(written)} is no route: write it as PUT /guilds/*/bans/*.")
        self.written = f"{method} {path}"
        self._method = method
        self._segments = re.sub(r"\{[^/}]+\}", "*", path.removeprefix("/api/v10")).split("/")

    def matches(self, method: str, path: str) -> bool:
        """The path of a request, or of a route."""
        return self._method in ("*", method) and _match(self._segments, path.split("/"))

    def could_match(self, method: str, route: str) -> bool:
        """Whether a request to this route can match: its parameters may be anything."""
        theirs = ["*" if each.startswith("{") else each for each in route.split("/")]
        return self._method in ("*", method) and _match(self._segments, theirs, anything="*")


def _match(pattern: list[str], segments: list[str], anything: str | None = None) -> bool:
    if pattern[-1] == "**":
        pattern = pattern[:-1]
        segments, rest = segments[: len(pattern)], segments[len(pattern) :]
        if not rest:
            return False
    return len(pattern) == len(segments) and all(
        mine in ("*", theirs) or theirs == anything for mine, theirs in zip(pattern, segments, strict=True)
    )


def patterns(written: Iterable[str]) -> tuple[RoutePattern, ...]:
    return tuple(RoutePattern(each) for each in written)
