"""How often who may ask: windows of time, the headers that tell of them, the 429 (reference, "Rate Limits")."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import md5
from typing import Any, Literal

from sandbox.clock import Clock

GLOBAL_PER_SECOND = 50
MANY_WINDOWS = 10_000
SENTENCES = {
    "user": "You are being rate limited.",
    "global": "You are being rate limited.",
    "shared": "The resource is being rate limited.",
}
Scope = Literal["user", "global", "shared"]
Whose = tuple[object, ...]


@dataclass(frozen=True)
class Limit:
    """So many requests in so many seconds, from the first one on. Routes with a limit of one name share it."""

    name: str
    most: int
    seconds: float
    scope: Scope = "user"
    code: int = 0
    sentence: str | None = None

    @property
    def bucket(self) -> str:
        return _hashed(self.name)


@cache
def _hashed(name: str) -> str:
    return md5(name.encode(), usedforsecurity=False).hexdigest()


@dataclass
class Window:
    until: datetime
    used: int = 0


class RateLimited(Exception):
    """The answer 429."""

    def __init__(self, limit: Limit, retry_after: float) -> None:
        super().__init__(f"{limit.name}: {retry_after} s")
        self.limit = limit
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Beside those of the route's bucket, which a global limit does not have."""
        told = {"Retry-After": str(math.ceil(self.retry_after)), "X-RateLimit-Scope": self.limit.scope}
        return told | ({"X-RateLimit-Global": "true"} if self.limit.scope == "global" else {})

    def body(self) -> dict[str, Any]:
        return {
            "message": self.limit.sentence or SENTENCES[self.limit.scope],
            "retry_after": self.retry_after,
            "global": self.limit.scope == "global",
            "code": self.limit.code,
        }


class RateLimits:
    def __init__(self, clock: Clock, *, on: bool = True) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, Whose], Window] = {}
        self._many = MANY_WINDOWS  # when those that are over are thrown away
        self.on = on
        self.global_per_second = GLOBAL_PER_SECOND

    def begin_anew(self) -> None:
        self._windows.clear()

    def spend(self, limit: Limit, whose: Whose, cost: int = 1) -> None:
        """Raises RateLimited."""
        window = self._window(limit, whose)
        if self.on and cost and window.used + cost > limit.most:
            raise RateLimited(limit, self._left(window))
        window.used += cost

    def spend_global(self, whose: object) -> None:
        """Raises RateLimited."""
        self.spend(Limit("global", self.global_per_second, 1, "global"), (whose,))

    def headers(self, limit: Limit, whose: Whose) -> dict[str, str]:
        """Of an answer that counted in this bucket; none when nothing is limited, for clients wait by them."""
        if not self.on:
            return {}
        window = self._window(limit, whose)
        return bucket_headers(limit, limit.most - window.used, window.until, self._left(window))

    def refusal(self, limit: Limit, retry_after: float) -> tuple[RateLimited, dict[str, str]]:
        """A 429 that nobody earned, and all its headers."""
        limited = RateLimited(limit, retry_after)
        until = self._clock.now() + timedelta(seconds=retry_after)
        own = {} if limit.scope == "global" else bucket_headers(limit, 0, until, retry_after)
        return limited, own | limited.headers

    def _window(self, limit: Limit, whose: Whose) -> Window:
        now, key = self._clock.now(), (limit.name, whose)
        window = self._windows.get(key)
        if window is None or window.until <= now:
            if len(self._windows) >= self._many:
                self._windows = {each: kept for each, kept in self._windows.items() if kept.until > now}
                self._many = max(MANY_WINDOWS, 2 * len(self._windows))
            window = self._windows[key] = Window(now + timedelta(seconds=limit.seconds))
        return window

    def _left(self, window: Window) -> float:
        """Rounded up: who waits so long must not come too early."""
        return math.ceil((window.until - self._clock.now()).total_seconds() * 1000) / 1000


def bucket_headers(limit: Limit, remaining: int, until: datetime, left: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit.most),
        "X-RateLimit-Remaining": str(max(remaining, 0)),
        "X-RateLimit-Reset": f"{until.timestamp():.3f}",
        "X-RateLimit-Reset-After": f"{left:.3f}",
        "X-RateLimit-Bucket": limit.bucket,
    }
