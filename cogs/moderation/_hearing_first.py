"""Before Reeve does by itself what was planned long ago, it hears what people have done by hand until then."""

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import discord
from discord.utils import parse_time, time_snowflake

from bot.clock import clock
from bot.outcomes import DiscordAway, read
from cogs.moderation._audit_entries import SILENCED
from cogs.moderation._audit_reading import Reading
from cogs.moderation._effects_members import member_now
from database.models import SOMEBODY, Act, ActKind, CaseKind, Deed, Purpose, RestrictionKind

if TYPE_CHECKING:
    from bot.client import Reeve
    from cogs.moderation.by_hand import ByHand

OF_CHANNELS = (ActKind.SLOWMODE, ActKind.LOCK, ActKind.UNLOCK, ActKind.PURGE)
OWN_REASON = "[Reeve case "
TOLERANCE = timedelta(seconds=5)
FEW_BITS = (1 << 22) - 1
"""Of an id, below the milliseconds."""


async def hear_first(bot: "Reeve", act: Act) -> None:
    """Read the audit log, unless that was done after the act came due: then nothing by hand was before it unheard.

    Where Reeve may not read it, an end looks whether what it would end is Reeve's own. Raises DiscordAway: not now.
    """
    guild, cog = bot.get_guild(act.guild_id), cast("ByHand | None", bot.get_cog("ByHand"))
    if guild is None or guild.unavailable or cog is None or act.kind in OF_CHANNELS:
        return
    match await cog.reader.read(guild, since=act.due_at):
        case Reading.MORE:
            raise DiscordAway("The audit log is still being read.")
        case Reading.FORBIDDEN if act.purpose is Purpose.END:
            await _look(bot, guild, act)


async def _look(bot: "Reeve", guild: discord.Guild, act: Act) -> None:
    if act.kind is ActKind.UNBAN:
        await _look_at_ban(bot, guild, act)
    elif act.kind is ActKind.UNTIMEOUT:
        await _look_at_timeout(bot, guild, act)


async def _look_at_ban(bot: "Reeve", guild: discord.Guild, act: Act) -> None:
    """A ban whose reason is not Reeve's is somebody's: it stays."""
    try:
        ban = await read(lambda: guild.fetch_ban(discord.Object(act.target_id)))
    except (discord.NotFound, discord.Forbidden):
        return
    if not (ban.reason or "").startswith(OWN_REASON):
        deed = deed_of_somebody(guild, CaseKind.BAN, ban.user.id, ban.user.name, reason=ban.reason or "")
        await bot.database.by_hand.seen(guild_id=guild.id, deed=deed, is_certain=True)


async def _look_at_timeout(bot: "Reeve", guild: discord.Guild, act: Act) -> None:
    """One that ends later than Reeve wants was prolonged by somebody: it goes on."""
    member = await member_now(bot, guild, act.target_id)
    ends_at = parse_time(member.get(SILENCED)) if member else None
    wanted = await bot.database.restrictions.get(
        guild_id=guild.id, subject_id=act.target_id, kind=RestrictionKind.TIMEOUT
    )
    if ends_at is None or wanted is None or wanted.until is None or wanted.version != act.version:
        return
    if ends_at > wanted.until + TOLERANCE:
        name = str(member["user"]["username"])
        deed = deed_of_somebody(guild, CaseKind.TIMEOUT, act.target_id, name)._replace(until=ends_at)
        await bot.database.by_hand.seen(guild_id=guild.id, deed=deed, is_certain=True)


def deed_of_somebody(
    guild: discord.Guild, kind: CaseKind, target_id: int, target_name: str, *, reason: str = ""
) -> Deed:
    """Seen at this moment, by whom nothing tells. The id is one that Discord gives to nobody's deed."""
    now = clock.now()
    return Deed(
        entry_id=time_snowflake(now) | (target_id & FEW_BITS),
        kind=kind,
        target_id=target_id,
        target_name=target_name,
        moderator_id=guild.id,
        moderator_name=SOMEBODY,
        at=now,
        reason=reason,
    )
