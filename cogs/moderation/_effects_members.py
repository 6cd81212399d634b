"""Ban, timeout, kick: done to a person, and read from bans, member and audit log."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord

from bot.clock import clock
from bot.outcomes import Absent, Applied, Outcome, attempt, read
from cogs.moderation._outcome_tables import TIME_OVER
from database.models import Act

if TYPE_CHECKING:
    from bot.client import Reeve

UNKNOWN_MEMBER, UNKNOWN_BAN = 10007, 10026
GONE = {UNKNOWN_MEMBER: Absent()}

LONGEST_TIMEOUT = timedelta(days=27)
"""Discord takes 28 days: one is kept for clocks that differ and requests that wait."""
RENEWED_BEFORE = timedelta(days=7)
"""So long may Reeve be away without anybody speaking who should not."""
TOLERANCE = timedelta(seconds=2)
NOTED_WITHIN = timedelta(minutes=1)
"""Entries of the audit log come after the deed: one that is not there so long after it will not come."""
CLOCKS_DIFFER = timedelta(seconds=5)


async def ban(_: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Payload: `delete_seconds` (0 to 604,800), of their messages. A second ban deletes nothing."""
    return await attempt(
        lambda: guild.ban(
            discord.Object(act.target_id),
            reason=reason,
            delete_message_seconds=act.payload.get("delete_seconds", 0),
        )
    )


async def is_banned(_: "Reeve", guild: discord.Guild, act: Act, _since: datetime, _tag: str) -> bool | None:
    try:
        await read(lambda: guild.fetch_ban(discord.Object(act.target_id)))
    except discord.NotFound:
        return False
    except discord.Forbidden:
        return None
    return True


async def unban(_: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Who is not banned is as they should be."""
    return await attempt(
        lambda: guild.unban(discord.Object(act.target_id), reason=reason), means={UNKNOWN_BAN: Applied()}
    )


async def is_not_banned(
    bot: "Reeve", guild: discord.Guild, act: Act, since: datetime, tag: str
) -> bool | None:
    banned = await is_banned(bot, guild, act, since, tag)
    return None if banned is None else not banned


async def time_out(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Until `act.until` (None: for good), in pieces that Discord takes: then `renew_at` says when the next is due."""
    now = clock.now()
    if act.until is not None and act.until <= now:
        return Applied(TIME_OVER)
    until = _piece(act, now)
    outcome = await attempt(
        lambda: bot.http.edit_member(
            guild.id, act.target_id, reason=reason, communication_disabled_until=until.isoformat()
        ),
        means=GONE,
    )
    if isinstance(outcome, Applied) and until != act.until:
        return Applied(renew_at=until - RENEWED_BEFORE)
    return outcome


async def is_timed_out(
    bot: "Reeve", guild: discord.Guild, act: Act, since: datetime, _tag: str
) -> bool | None:
    """Who is away has to be timed out when they come back: False."""
    now = clock.now()
    if act.until is not None and act.until <= now:
        return True
    member = await member_now(bot, guild, act.target_id)
    if member is None:
        return False
    ends_at = discord.utils.parse_time(member.get("communication_disabled_until"))
    return ends_at is not None and _piece(act, since) - TOLERANCE <= ends_at <= _piece(act, now) + TOLERANCE


async def end_timeout(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    return await attempt(
        lambda: bot.http.edit_member(
            guild.id, act.target_id, reason=reason, communication_disabled_until=None
        ),
        means=GONE,
    )


async def is_not_timed_out(
    bot: "Reeve", guild: discord.Guild, act: Act, _since: datetime, _tag: str
) -> bool | None:
    """A timeout outlives leaving and coming back, and who is away cannot be looked at: False."""
    member = await member_now(bot, guild, act.target_id)
    if member is None:
        return False
    ends_at = discord.utils.parse_time(member.get("communication_disabled_until"))
    return ends_at is None or ends_at <= clock.now()


async def kick(_: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Outcome:
    """Who is not there is nobody to kick: refused, if no earlier request of ours can be the cause."""
    return await attempt(lambda: guild.kick(discord.Object(act.target_id), reason=reason))


async def was_kicked(bot: "Reeve", guild: discord.Guild, act: Act, since: datetime, tag: str) -> bool | None:
    """Who is away may have left by themselves, and who is there may have come back: the audit log knows.

    It is searched from the planning on, for any earlier sending of the same act may have done it, too.
    """
    member = await member_now(bot, guild, act.target_id)
    joined_at = discord.utils.parse_time(member.get("joined_at")) if member else None
    planned_at = min(act.created_at, since)
    if joined_at is not None and joined_at < planned_at - CLOCKS_DIFFER:
        return False
    try:
        is_noted = await read(lambda: _is_noted(bot, guild, act, planned_at, tag))
    except discord.Forbidden:
        return None
    if is_noted or clock.now() - since > NOTED_WITHIN:
        return is_noted
    return None


async def _is_noted(bot: "Reeve", guild: discord.Guild, act: Act, since: datetime, tag: str) -> bool:
    assert bot.user is not None
    entries = guild.audit_logs(
        action=discord.AuditLogAction.kick, user=bot.user, after=since - NOTED_WITHIN, limit=None
    )
    async for entry in entries:
        is_about_them = entry.target is not None and entry.target.id == act.target_id
        if is_about_them and (entry.reason or "").startswith(tag):
            return True
    return False


async def member_now(bot: "Reeve", guild: discord.Guild, user_id: int) -> Any:
    """As Discord describes them at this moment, in its own words; None who is not in the server.

    discord.py's Member leaves out roles that it has not heard of yet.
    """
    try:
        return await read(lambda: bot.http.get_member(guild.id, user_id))
    except discord.NotFound:
        return None


def _piece(act: Act, now: datetime) -> datetime:
    longest = now + LONGEST_TIMEOUT
    return longest if act.until is None else min(act.until, longest)
