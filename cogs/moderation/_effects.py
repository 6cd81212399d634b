"""Each kind of act as a call to Discord (`apply`), and as a reading of what Discord has (`look`)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import discord

from bot.errors import explain
from bot.outcomes import AGAIN_SECONDS, DiscordAway, Later, Outcome, Refused
from cogs.moderation import _effects_channels as channels
from cogs.moderation import _effects_members as members
from cogs.moderation._effects_purge import has_purged, purge
from cogs.moderation._effects_roles import change_roles, has_roles
from database.models import Act, ActKind

if TYPE_CHECKING:
    from bot.client import Reeve

LONGEST_AUDIT_REASON = 512

Apply: TypeAlias = Callable[["Reeve", discord.Guild, Act, str], Awaitable[Outcome]]
Look: TypeAlias = Callable[["Reeve", discord.Guild, Act, datetime, str], Awaitable[bool | None]]


class Effect(NamedTuple):
    apply: Apply
    look: Look


async def apply(bot: "Reeve", guild: discord.Guild, act: Act, *, reason: str) -> Outcome:
    """Make Discord so. `reason` begins with the case's tag: Discord's audit log keeps 512 characters of it.

    Every kind but the kick may be applied again: a second time changes nothing. A kick is looked at first.
    """
    try:
        return await EFFECTS[act.kind].apply(bot, guild, act, reason[:LONGEST_AUDIT_REASON])
    except DiscordAway as away:  # what an act needs is read before anything is sent
        return Later(str(away), AGAIN_SECONDS)
    except (discord.Forbidden, discord.NotFound) as refusal:
        return Refused(explain(refusal) or str(refusal))


async def look(bot: "Reeve", guild: discord.Guild, act: Act, *, since: datetime, tag: str) -> bool | None:
    """Whether Discord shows the effect, read afresh; None: Discord answers, and it cannot be told (now).

    `since`: when it was sent last. `tag`: how `reason` began. Raises DiscordAway when Discord does not answer.
    """
    return await EFFECTS[act.kind].look(bot, guild, act, since, tag)


EFFECTS: dict[ActKind, Effect] = {
    ActKind.BAN: Effect(members.ban, members.is_banned),
    ActKind.UNBAN: Effect(members.unban, members.is_not_banned),
    ActKind.TIMEOUT: Effect(members.time_out, members.is_timed_out),
    ActKind.UNTIMEOUT: Effect(members.end_timeout, members.is_not_timed_out),
    ActKind.KICK: Effect(members.kick, members.was_kicked),
    ActKind.ROLES: Effect(change_roles, has_roles),
    ActKind.SLOWMODE: Effect(channels.slow, channels.is_slow),
    ActKind.LOCK: Effect(channels.lock, channels.is_locked),
    ActKind.UNLOCK: Effect(channels.unlock, channels.is_unlocked),
    ActKind.PURGE: Effect(purge, has_purged),
}
