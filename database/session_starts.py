"""How fast sessions with Discord may begin, so that no crash loop uses up a day's starts.

Discord lets a bot begin 1,000 sessions in 24 h (more for very large bots). A bot that begins more is thrown out and
its token is reset (gateway, "Session Start Limit"). Shards whose `id % max_concurrency` is the same share a slot: one
start in 5 s each.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_SHARE = 0.5
"""So much of a day's starts is used at full speed: many deployments, or four hours of a crash loop."""
KEPT_SHARE = 0.05
"""So much is kept for whoever mends it; from here on Reeve waits for the next day."""


@dataclass(frozen=True)
class StartLimits:
    """What Discord told when it was asked last."""

    total: int
    remaining: int
    resets_at: datetime


def next_start(
    limits: StartLimits, *, counted: int, last: datetime, now: datetime, slots: int, least_seconds: float
) -> datetime:
    """When a slot whose last start was at `last` may start again.

    `counted`: how many starts we have counted ourselves in the last 24 h. Whoever knows of more is believed: what we
    counted includes those since Discord was asked.
    """
    is_known = now < limits.resets_at
    until_reset = limits.resets_at - now if is_known else timedelta(hours=24)
    left = min(limits.remaining if is_known else limits.total, limits.total - counted)
    at = max(now, last + timedelta(seconds=least_seconds))
    if left <= limits.total * KEPT_SHARE:
        return max(at, now + until_reset)
    if left <= limits.total * FREE_SHARE:
        return max(at, last + until_reset * slots / left)
    return at
