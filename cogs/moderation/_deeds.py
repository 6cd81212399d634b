"""What is asked for when somebody is moderated: checked, and put as a Request. Commands, panel and menus share it.

All raise what require_rank_above raises, and what a person may read about what they typed.
"""

from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias

import discord

from bot.durations import format_duration, parse_duration
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import require_rank_above
from cogs.moderation._banned import is_banned
from cogs.moderation._refusals import (
    BotsHoldNoPoints,
    BotsTakeNoWarning,
    DeletesTooMuch,
    DurationOutOfBounds,
    NobodyTimedOut,
    NotBanned,
    NotHere,
)
from cogs.moderation._request import NO_REASON, Request, request_of
from cogs.moderation._timeout_roles import roles_of_timeout
from database.models import LONGEST_DELETION_SECONDS, CaseKind, RestrictionKind

Person: TypeAlias = discord.Member | discord.User

SHORTEST = timedelta(seconds=10)
"""Anything shorter is over before whoever it concerns has noticed it."""
LONGEST_TIMEOUT = timedelta(days=365)
LONGEST_BAN = timedelta(days=3650)
SOFTBAN_DELETES = "1d"


def warn(interaction: Interaction, target: Person, *, reason: str, points: int | None = None) -> Request:
    require_warnable(interaction, target)
    _require_here(target)
    return request_of(interaction, CaseKind.WARN, target, reason=reason, points=points)


def require_warnable(interaction: Interaction, target: Person) -> None:
    """As far as Discord says who it is: of a message's author it does not say whether they are a member."""
    _require_rank(interaction, target)
    if target.bot:
        raise BotsTakeNoWarning


def note(interaction: Interaction, target: Person, *, text: str) -> Request:
    """About anybody, whatever their rank: only the staff reads it."""
    return request_of(interaction, CaseKind.NOTE, target, reason=text)


async def timeout(interaction: Interaction, target: Person, *, duration: str, reason: str = "") -> Request:
    """With the roles that the server gives and takes meanwhile."""
    _require_rank(interaction, target)
    member = _require_here(target)
    seconds = _seconds(duration, "A timeout", LONGEST_TIMEOUT)
    roles = await roles_of_timeout(interaction.client, member)
    return request_of(
        interaction,
        CaseKind.TIMEOUT,
        target,
        reason=reason or NO_REASON,
        seconds=seconds,
        payload=roles.payload,
        remark=roles.remark,
    )


async def untimeout(interaction: Interaction, target: Person, *, reason: str = "") -> Request:
    """Also of somebody who left: they would come back to it."""
    _require_rank(interaction, target)
    standing = await interaction.client.database.restrictions.standing(
        guild_id=guild_of(interaction).id, subject_id=target.id
    )
    kinds = {each.kind for each in standing}
    is_timed_out = isinstance(target, discord.Member) and target.is_timed_out()
    if not is_timed_out and kinds.isdisjoint({RestrictionKind.TIMEOUT, RestrictionKind.ROLES}):
        raise NobodyTimedOut(target.id)
    payload = {"with_roles": RestrictionKind.ROLES in kinds}
    return request_of(interaction, CaseKind.UNTIMEOUT, target, reason=reason or NO_REASON, payload=payload)


def kick(interaction: Interaction, target: Person, *, reason: str = "") -> Request:
    _require_rank(interaction, target)
    _require_here(target)
    return request_of(interaction, CaseKind.KICK, target, reason=reason or NO_REASON)


def ban(
    interaction: Interaction,
    target: Person,
    *,
    duration: str = "",
    reason: str = "",
    delete_messages: str = "",
) -> Request:
    """Also somebody who is not here. Without a duration for ever."""
    _require_rank(interaction, target)
    return request_of(
        interaction,
        CaseKind.BAN,
        target,
        reason=reason or NO_REASON,
        seconds=_seconds(duration, "A ban", LONGEST_BAN) if duration else None,
        payload={"delete_seconds": deletion(delete_messages)},
    )


def softban(
    interaction: Interaction, target: Person, *, reason: str = "", delete_messages: str = ""
) -> Request:
    """Members only: the unban at its end would let somebody in who is banned."""
    _require_rank(interaction, target)
    _require_here(target)
    return request_of(
        interaction,
        CaseKind.SOFTBAN,
        target,
        reason=reason or NO_REASON,
        payload={"delete_seconds": deletion(delete_messages or SOFTBAN_DELETES)},
    )


async def unban(interaction: Interaction, target: Person, *, reason: str = "") -> Request:
    """Whom neither Discord nor Reeve has banned nobody can unban."""
    _require_rank(interaction, target)
    if not await is_banned(interaction.client, guild_of(interaction), target.id):
        raise NotBanned(target.id)
    return request_of(interaction, CaseKind.UNBAN, target, reason=reason or NO_REASON)


def with_fine(
    target: Person, request: Request, *, fine: int | None = None, freezes_points: bool = False
) -> Request:
    """The same request with what it does to the points that a member holds."""
    if target.bot and (fine or freezes_points):
        raise BotsHoldNoPoints
    return replace(request, fine=fine or 0, freezes_points=freezes_points)


def _require_rank(interaction: Interaction, target: Person) -> None:
    require_rank_above(member_of(interaction), target, guild_of(interaction))


def _require_here(target: Person) -> discord.Member:
    if not isinstance(target, discord.Member):
        raise NotHere(target.id)
    return target


def _seconds(duration: str, what: str, longest: timedelta) -> int:
    length = parse_duration(duration, shortest=SHORTEST, longest=longest)
    if not SHORTEST <= length <= longest:
        raise DurationOutOfBounds(what, format_duration(SHORTEST), format_duration(longest))
    return int(length.total_seconds())


def deletion(duration: str) -> int:
    if not duration:
        return 0
    longest = timedelta(seconds=LONGEST_DELETION_SECONDS)
    seconds = int(parse_duration(duration, longest=longest).total_seconds())
    if seconds > LONGEST_DELETION_SECONDS:
        raise DeletesTooMuch(duration)
    return seconds
