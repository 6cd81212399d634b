"""Who asks too much amiss is banned by Cloudflare, which stands before Discord (reference, "Invalid Request Limit")."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from sandbox.clock import Clock

MOST = 10_000
WITHIN = timedelta(minutes=10)
BANNED_FOR = timedelta(hours=1)
INVALID = (401, 403, 429)


class InvalidRequests:
    """Counted for each IP address: 401, 403 and 429, but a 429 of a shared limit is not the asker's fault."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[str | None, tuple[datetime, int]] = {}
        self._bans: dict[str | None, datetime] = {}
        self.most = MOST

    def begin_anew(self) -> None:
        self._counts.clear()
        self._bans.clear()

    def count(self, address: str | None, status: int, headers: Mapping[str, str]) -> None:
        if status not in INVALID or headers.get("X-RateLimit-Scope") == "shared":
            return
        now = self._clock.now()
        since, count = self._counts.get(address, (now, 0))
        since, count = (since, count + 1) if now - since < WITHIN else (now, 1)
        self._counts[address] = since, count
        if count >= self.most:
            self._bans[address] = now + BANNED_FOR
            del self._counts[address]

    def banned_for(self, address: str | None) -> int:
        """Seconds; 0 when it is not banned."""
        until = self._bans.get(address)
        if until is None:
            return 0
        left = math.ceil((until - self._clock.now()).total_seconds())
        if left <= 0:
            del self._bans[address]
        return max(left, 0)
