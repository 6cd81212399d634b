"""Slowmode and locks: done to a channel, and read from it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord

from bot.outcomes import Applied, Outcome, attempt, read
from cogs.moderation._effects_members import member_now
from cogs.moderation._outcome_tables import NO_CHANNEL
from cogs.moderation._overwrites import MEMBER, ROLE, Saved, locked, shows, unlocked
from database.models import Act, Purpose

if TYPE_CHECKING:
    from bot.client import Reeve


UNKNOWN_CHANNEL = 10003
GONE = Applied(NO_CHANNEL)
"""Then nothing is left to be ended."""


async def slow(bot: "Reeve", _: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `seconds` (0 to 21,600) between two messages of one person."""
    return await attempt(
        lambda: bot.http.edit_channel(
            act.target_id, reason=reason, rate_limit_per_user=act.payload["seconds"]
        ),
        means={UNKNOWN_CHANNEL: GONE} if act.purpose is Purpose.END else {},
    )


async def is_slow(bot: "Reeve", _: discord.Guild, act: Act, _since: datetime, _tag: str) -> bool | None:
    try:
        channel: Any = await read(lambda: bot.http.get_channel(act.target_id))
    except discord.NotFound:
        return False
    except discord.Forbidden:
        return None
    return bool(channel.get("rate_limit_per_user", 0) == act.payload["seconds"])


async def lock(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `overwrites`, from `overwrites_before`."""
    return await _overwrite(bot, guild, act, reason, locked)


async def unlock(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `overwrites`, as the lock had it."""
    return await _overwrite(bot, guild, act, reason, unlocked)


async def is_locked(bot: "Reeve", guild: discord.Guild, act: Act, _since: datetime, _tag: str) -> bool | None:
    return await _shows(bot, guild, act, "locked")


async def is_unlocked(
    bot: "Reeve", guild: discord.Guild, act: Act, _since: datetime, _tag: str
) -> bool | None:
    return await _shows(bot, guild, act, "before")


async def _overwrite(
    bot: "Reeve",
    guild: discord.Guild,
    act: Act,
    reason: str,
    to: Callable[[Iterable[Mapping[str, Any]], Saved], list[dict[str, Any]]],
) -> Outcome:
    """One change of all overwrites: nobody speaks, or is silent, half."""
    try:
        channel: Any = await read(lambda: bot.http.get_channel(act.target_id))
    except discord.NotFound:
        if act.purpose is Purpose.END:
            return GONE
        raise
    now = channel["permission_overwrites"]
    wanted = to(now, await _of_who_is_there(bot, guild, act.payload["overwrites"]))
    return await attempt(
        lambda: bot.http.edit_channel(act.target_id, reason=reason, permission_overwrites=wanted)
    )


async def _shows(bot: "Reeve", guild: discord.Guild, act: Act, which: str) -> bool | None:
    try:
        channel: Any = await read(lambda: bot.http.get_channel(act.target_id))
    except discord.NotFound:
        return False
    except discord.Forbidden:
        return None
    saved = await _of_who_is_there(bot, guild, act.payload["overwrites"])
    return shows(channel["permission_overwrites"], saved, which)


async def _of_who_is_there(bot: "Reeve", guild: discord.Guild, saved: Saved) -> Saved:
    """Discord refuses a change for roles and members that are gone, and the whole list with it."""
    roles = {role["id"] for role in await read(lambda: bot.http.get_roles(guild.id))}
    there = {}
    for target_id, one in saved.items():
        if one["type"] == ROLE and target_id not in roles:
            continue
        if one["type"] == MEMBER and await member_now(bot, guild, int(target_id)) is None:
            continue
        there[target_id] = one
    return there
