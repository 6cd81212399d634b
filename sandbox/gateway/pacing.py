"""How often a bot may begin sessions and ask for all members (gateway, "Session Start Limit" and "Rate Limiting")."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.rows import Json

STARTS_COUNTED = timedelta(hours=24)


@dataclass
class Pacing:
    """Discord's own numbers. A suite that restarts bots all the time takes UNHURRIED: a bot that comes back within
    5 s of its last start would be sent away with op 9, and discord.py then sleeps for 5 s."""

    starts: int = 1000
    max_concurrency: int = 1
    between_starts: float = 5.0  # seconds
    between_member_lists: float = 30.0


UNHURRIED = Pacing(between_starts=0, between_member_lists=0)


@dataclass
class _Day:
    began: datetime
    used: int = 0


class Starts:
    def __init__(self, clock: Clock, pacing: Pacing) -> None:
        self._clock = clock
        self._pacing = pacing
        self._days: dict[int, _Day] = {}
        self._last: dict[tuple[int, int], datetime] = {}

    def is_too_early(self, application_id: int, shard_id: int) -> bool:
        """Shards with the same key wait for each other (gateway, "Max Concurrency")."""
        last = self._last.get(self._key(application_id, shard_id))
        return last is not None and (self._clock.now() - last).total_seconds() < self._pacing.between_starts

    def are_used_up(self, application_id: int) -> bool:
        day = self._day(application_id)
        return day is not None and day.used >= self._pacing.starts

    def count(self, application_id: int, shard_id: int) -> None:
        now = self._clock.now()
        day = self._day(application_id) or self._days.setdefault(application_id, _Day(now))
        day.used += 1
        self._last[self._key(application_id, shard_id)] = now

    def begin_anew(self, application_id: int) -> None:
        self._days.pop(application_id, None)

    def as_json(self, application_id: int) -> Json:
        day, total = self._day(application_id), self._pacing.starts
        ends = day.began + STARTS_COUNTED - self._clock.now() if day else timedelta()
        return {
            "total": total,
            "remaining": total - day.used if day else total,
            "reset_after": math.ceil(ends.total_seconds() * 1000),
            "max_concurrency": self._pacing.max_concurrency,
        }

    def _key(self, application_id: int, shard_id: int) -> tuple[int, int]:
        return application_id, shard_id % self._pacing.max_concurrency

    def _day(self, application_id: int) -> _Day | None:
        """The 24 hours that its first start began, while they last."""
        day = self._days.get(application_id)
        if day and self._clock.now() - day.began >= STARTS_COUNTED:
            del self._days[application_id]
            return None
        return day


class MemberLists:
    """Of one guild a bot gets the whole list once in 30 s (change log of August 14, 2025)."""

    def __init__(self, clock: Clock, pacing: Pacing) -> None:
        self._clock = clock
        self._pacing = pacing
        self._last: dict[tuple[int, int], datetime] = {}

    def retry_after(self, application_id: int, guild_id: int) -> float:
        """Seconds to wait; nothing to wait for counts as asked now."""
        now, key = self._clock.now(), (application_id, guild_id)
        if key in self._last:
            left = self._pacing.between_member_lists - (now - self._last[key]).total_seconds()
            if left > 0:
                return left
        self._last[key] = now
        return 0.0
