"""Roles follow levels, both ways: only those that a level gives are given and taken, one request for each."""

from functools import partial
from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown, format_dt

from bot.errors import the_permissions
from bot.outbox import NotYet
from bot.outcomes import Absent, Applied, DiscordAway, Refused, attempt, read
from bot.ranks import rank_of
from database.models.level import WHOLE_SERVER

if TYPE_CHECKING:
    from bot.client import Reeve

UNKNOWN_MEMBER = 10007
GONE = {UNKNOWN_MEMBER: Absent()}
AT_ONCE = 100
MOST_ASKED = 10
"""Members for whom Discord is asked in one go: what else waits in the outbox gets its turn between them."""


async def bring_roles(bot: "Reeve", guild: discord.Guild, user_id: int) -> None:
    """Give and take what the member's level says now. Who is away gets it when they come back.

    What Reeve may not give is left, and the staff is told. Raises NotYet, or what the database raises.
    """
    if user_id == WHOLE_SERVER:
        await _go_on(bot, guild)
    else:
        await _bring(bot, guild, user_id)


async def _go_on(bot: "Reeve", guild: discord.Guild) -> None:
    """Some members further; the next delivery goes on from there."""
    part = await bot.database.levels.next_of_sync(guild_id=guild.id, limit=AT_ONCE)
    if part is None or not part.user_ids:
        return
    asked, reached_id = 0, part.beyond_id
    for user_id in part.user_ids:
        if asked == MOST_ASKED:
            break
        try:
            asked += await _bring(bot, guild, user_id)
        except NotYet:  # tried again by itself, so that nobody waits for one
            await bot.database.levels.ask_roles(guild_id=guild.id, user_ids=[user_id])
        reached_id = user_id
    await bot.database.levels.synced(guild_id=guild.id, part=part, reached_id=reached_id)


async def _bring(bot: "Reeve", guild: discord.Guild, user_id: int) -> bool:
    """Whether Discord was asked for anything."""
    found = await bot.database.levels.roles(guild_id=guild.id, user_id=user_id)
    if not found.rewards:
        return False
    cached = guild.get_member(user_id) if bot.intents.members else None
    member = cached or await _member(guild, user_id)
    if member is None:
        return True
    has = frozenset(role.id for role in member.roles) & found.rewards
    give, take = found.wanted - has, has - found.wanted - found.withheld
    for role_id in sorted(give | take):
        if obstacle(guild, role_id) is not None:
            await bot.database.levels.cannot_give(guild_id=guild.id, role_id=role_id)
            continue
        change = bot.http.add_role if role_id in give else bot.http.remove_role
        call = partial(change, guild.id, user_id, role_id, reason=f"Level {found.level}")
        outcome = await attempt(call, means=GONE)
        if isinstance(outcome, Absent):
            return True
        if not isinstance(outcome, Applied):
            raise NotYet(outcome.reason if isinstance(outcome, Refused) else outcome.error)
    if found.withheld:
        until = f" until {format_dt(found.until)}" if found.until else ""
        raise NotYet(f"A timeout keeps roles of a level away{until}.")
    return bool(give or take) or cached is None


async def _member(guild: discord.Guild, user_id: int) -> discord.Member | None:
    try:
        return await read(lambda: guild.fetch_member(user_id))
    except discord.NotFound:
        return None
    except DiscordAway as error:
        raise NotYet(str(error)) from error


def obstacle(guild: discord.Guild, role_id: int) -> str | None:
    """Why Reeve can neither give nor take a role, and what to do about it: one sentence. None if nothing is amiss."""
    role = guild.get_role(role_id)
    if role is None:
        return "It no longer exists: remove it with /points levels remove."
    if role.managed or role.is_default():
        return "It belongs to Discord or to an app: choose another one with /points levels add."
    if not guild.me.guild_permissions.manage_roles:
        return f"Give the role Reeve {the_permissions(['manage_roles'])} first."
    mine = rank_of((each.position, each.id) for each in guild.me.roles if not each.is_default())
    if not rank_of([(role.position, role.id)]) < mine:
        return f"Move the role Reeve above {escape_markdown(role.name)} first (Server Settings, Roles)."
    return None
