"""Slow mode: a person writes once in so many seconds (reference, `rate_limit_per_user` of "Channel Object").

Bots do not come here, and only BYPASS_SLOWMODE lets a person pass (change log, February 2026).
"""

import math
from datetime import timedelta

from sandbox.core import Core
from sandbox.errors import SlowMode
from sandbox.permissions import Permission
from sandbox.rows import Channel, User


def refuse_too_soon(core: Core, channel: Channel, user: User) -> None:
    last = channel.written_at.get(user.id)
    if last is None or core.channel_permissions(channel, user.id) & Permission.BYPASS_SLOWMODE:
        return
    next_at = last + timedelta(seconds=channel.rate_limit_per_user)
    wait = (next_at - core.now()).total_seconds()
    if wait > 0:
        sentence = f"{user.username} may write again in {math.ceil(wait)} s, at {next_at:%H:%M:%S} UTC"
        raise SlowMode(sentence, wait)


def note(core: Core, channel: Channel, user: User) -> None:
    """Only while the channel is slow: what was written before counts for nothing."""
    if channel.rate_limit_per_user:
        channel.written_at[user.id] = core.now()
    else:
        channel.written_at.clear()
