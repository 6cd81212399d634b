"""What is asked for when a channel is slowed, locked or unlocked: checked, and put as a Request.

All raise what a person may read about what they typed, and about what the channel is already.
"""

from datetime import timedelta
from typing import TypeAlias

import discord

from bot.durations import format_duration, parse_duration
from bot.invocation import Interaction, guild_of
from cogs.moderation._obstacles import ChannelGone, NotForThreads
from cogs.moderation._overwrites import overwrites_before, shows
from cogs.moderation._refusals import (
    DurationOutOfBounds,
    LockedAlready,
    NotLocked,
    SlowAlready,
    SlowmodeOutOfBounds,
)
from cogs.moderation._request import NO_REASON, Request, request_of
from database.models import CaseKind, Restriction, RestrictionKind

Lockable: TypeAlias = discord.TextChannel | discord.ForumChannel | discord.VoiceChannel | discord.StageChannel
Slowable: TypeAlias = Lockable | discord.Thread

SHORTEST_LOCK = timedelta(seconds=10)
LONGEST_LOCK = timedelta(days=365)
LONGEST_SLOWMODE = timedelta(hours=6)
"""https://discord.com/developers/docs/resources/channel#modify-channel-json-params-guild-channel"""
NO_SLOWMODE = frozenset({"", "0", "0s", "none", "off"})


def slowmode(
    interaction: Interaction, channel: Slowable | None, *, interval: str = "", reason: str = ""
) -> Request:
    """`interval`: between two messages of one person; nothing or 0 ends the slowmode."""
    place = _place(interaction, channel)
    seconds = _interval(interval)
    length = format_duration(timedelta(seconds=seconds)) if seconds else "none"
    if seconds == place.slowmode_delay:
        raise SlowAlready(place.mention, length)
    payload = {"seconds": seconds, "before": place.slowmode_delay}
    said = f"{length}: {reason}" if reason else length
    return request_of(interaction, CaseKind.SLOWMODE, place, reason=said, payload=payload)


async def lock(
    interaction: Interaction, channel: Lockable | None, *, duration: str = "", reason: str = ""
) -> Request:
    """What is locked already gets another end; without one it stays locked until somebody unlocks it."""
    place = _lockable(interaction, channel)
    seconds = _seconds(duration) if duration else None
    standing = await _lock_of(interaction, place)
    if standing is not None and standing.until is None and seconds is None and _is_shown(place, standing):
        raise LockedAlready(place.mention, standing.case_number)
    return request_of(
        interaction,
        CaseKind.LOCK,
        place,
        reason=reason or NO_REASON,
        seconds=seconds,
        payload={"overwrites": overwrites_before(place)},
    )


async def unlock(interaction: Interaction, channel: Lockable | None, *, reason: str = "") -> Request:
    place = _lockable(interaction, channel)
    if await _lock_of(interaction, place) is None:
        raise NotLocked(place.mention)
    return request_of(interaction, CaseKind.UNLOCK, place, reason=reason or NO_REASON)


async def _lock_of(interaction: Interaction, place: Lockable) -> Restriction | None:
    """The lock that is wanted, also one whose end is overdue."""
    lock = await interaction.client.database.restrictions.get(
        guild_id=guild_of(interaction).id, subject_id=place.id, kind=RestrictionKind.LOCK
    )
    return lock if lock is not None and lock.wanted else None


def _is_shown(place: Lockable, lock: Restriction) -> bool:
    """Whether the channel still is as the lock left it: else somebody has opened it by hand."""
    now = [
        {"id": str(target.id), "allow": pair[0].value, "deny": pair[1].value}
        for target, pair in ((target, each.pair()) for target, each in place.overwrites.items())
    ]
    return shows(now, lock.payload.get("overwrites", {}), "locked")


def _lockable(interaction: Interaction, channel: Lockable | None) -> Lockable:
    place = _place(interaction, channel)
    if isinstance(place, discord.Thread):
        raise NotForThreads
    return place


def _place(interaction: Interaction, channel: Slowable | None) -> Slowable:
    """The channel that was chosen, or the one that the command was used in, as it is now."""
    chosen = channel or interaction.channel
    place = None if chosen is None else guild_of(interaction).get_channel_or_thread(chosen.id) or chosen
    if not isinstance(place, Slowable):
        raise ChannelGone
    return place


def _interval(typed: str) -> int:
    if typed.strip().lower() in NO_SLOWMODE:
        return 0
    interval = parse_duration(typed, longest=LONGEST_SLOWMODE)
    if interval > LONGEST_SLOWMODE:
        raise SlowmodeOutOfBounds
    return int(interval.total_seconds())


def _seconds(duration: str) -> int:
    length = parse_duration(duration, shortest=SHORTEST_LOCK, longest=LONGEST_LOCK)
    if not SHORTEST_LOCK <= length <= LONGEST_LOCK:
        raise DurationOutOfBounds("A lock", format_duration(SHORTEST_LOCK), format_duration(LONGEST_LOCK))
    return int(length.total_seconds())
