"""What stands in the way of an act: asked right before it is sent, whatever was true when it was asked for."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown

from bot.errors import CannotTargetOwner, CannotTargetReeve, TargetOutranksModerator, the_permissions
from bot.outcomes import read
from bot.permissions import CANNOT_TARGET, person_of
from bot.ranks import OUTSIDE, Bar, Person, bar_to_moderator, bar_to_reeve
from cogs.moderation._overwrites import SPEAKING, settable
from database.errors import ActionRefused
from database.models import Act, ActKind, Purpose

if TYPE_CHECKING:
    from bot.client import Reeve

IN_SERVER = {
    ActKind.BAN: "ban_members",
    ActKind.UNBAN: "ban_members",
    ActKind.KICK: "kick_members",
    ActKind.TIMEOUT: "moderate_members",
    ActKind.UNTIMEOUT: "moderate_members",
    ActKind.ROLES: "manage_roles",
}
IN_CHANNEL = {
    ActKind.SLOWMODE: ("view_channel", "manage_channels"),
    ActKind.LOCK: ("view_channel", "manage_channels", "manage_roles"),
    ActKind.UNLOCK: ("view_channel", "manage_channels", "manage_roles"),
    ActKind.PURGE: ("view_channel", "manage_messages", "read_message_history"),
}
SLOW_THREAD = ("view_channel", "manage_threads")
FROM_ABOVE = (ActKind.BAN, ActKind.KICK, ActKind.TIMEOUT, ActKind.UNTIMEOUT)
"""Discord lets Reeve do these only to members below it."""
TIMEOUTS = (ActKind.TIMEOUT, ActKind.UNTIMEOUT)


class ReeveLacks(ActionRefused):
    def __init__(self, permissions: Sequence[str], *, where: str = "") -> None:
        self.permissions, self.where = permissions, where
        there = f" in {where}" if where else ""
        super().__init__(f"Give the role Reeve {the_permissions(permissions)}{there} first.")


class ReeveNotAbove(ActionRefused):
    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(
            f"Move the role Reeve above {escape_markdown(role)} first (Server Settings, Roles): "
            "Discord lets me act only on members below it."
        )


class AdministratorsTakeNoTimeout(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "Discord lets nobody time out an administrator: take the role that makes them one away first."
        )


class ModeratorGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__("Who asked for this is no longer in the server: somebody else has to do it.")


class NobodyToKick(ActionRefused):
    def __init__(self) -> None:
        super().__init__("They are not in this server: there is nobody to kick.")


class ChannelGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__("That channel no longer exists, or I cannot see it: choose another one.")


class NotForThreads(ActionRefused):
    def __init__(self) -> None:
        super().__init__("A thread has no permissions of its own: choose the channel that it is in.")


async def obstacle(
    _bot: "Reeve", guild: discord.Guild, act: Act, *, moderator_id: int | None
) -> ActionRefused | None:
    """The refusal, or None if nothing stands in the way. None as `moderator_id`: Reeve does it by itself.

    People come from Discord unless the members intent keeps them up to date. Raises DiscordAway.
    """
    moderator = None if moderator_id is None else await _member(guild, moderator_id)
    if moderator_id is not None and moderator is None:
        return ModeratorGone()
    if act.kind in IN_CHANNEL:
        return await _in_channel(guild, act)
    target = None if act.kind is ActKind.UNBAN else await _member(guild, act.target_id)
    return (
        _from_moderator(guild, act, moderator, target)
        or _lacking_in_server(guild, act)
        or _from_rank(guild, act, target)
    )


def _from_moderator(
    guild: discord.Guild, act: Act, moderator: discord.Member | None, target: discord.Member | None
) -> ActionRefused | None:
    if moderator is None:
        return None
    bar = bar_to_moderator(
        person_of(moderator), _person(act, target), owner_id=guild.owner_id or 0, reeve_id=guild.me.id
    )
    if bar is Bar.NOT_ABOVE and target is not None:
        return TargetOutranksModerator(
            target_role=target.top_role.name, moderator_role=moderator.top_role.name
        )
    return None if bar is None else CANNOT_TARGET[bar]()


def _lacking_in_server(guild: discord.Guild, act: Act) -> ActionRefused | None:
    permission = IN_SERVER[act.kind]
    return None if getattr(guild.me.guild_permissions, permission) else ReeveLacks([permission])


def _from_rank(guild: discord.Guild, act: Act, target: discord.Member | None) -> ActionRefused | None:
    if act.kind not in FROM_ABOVE:
        return None
    bar = bar_to_reeve(
        person_of(guild.me),
        _person(act, target),
        owner_id=guild.owner_id or 0,
        is_timeout=act.kind in TIMEOUTS,
    )
    match bar:
        case Bar.REEVE_NOT_ABOVE if target is not None:
            return ReeveNotAbove(target.top_role.name)
        case Bar.ADMINISTRATOR:
            return AdministratorsTakeNoTimeout()
        case Bar.REEVE:
            return CannotTargetReeve()
        case Bar.OWNER:
            return CannotTargetOwner()
    return NobodyToKick() if act.kind is ActKind.KICK and target is None else None


async def _in_channel(guild: discord.Guild, act: Act) -> ActionRefused | None:
    channel_id = act.payload["channel_id"] if act.kind is ActKind.PURGE else act.target_id
    channel = guild.get_channel_or_thread(channel_id)
    try:
        if channel is None:  # a thread that was archived is not remembered
            channel = await read(lambda: guild.fetch_channel(channel_id))
    except discord.NotFound:
        return (
            None if act.purpose is Purpose.END else ChannelGone()
        )  # what is gone is neither locked nor slow
    except discord.Forbidden:
        return ChannelGone()
    is_thread = isinstance(channel, discord.Thread)
    if is_thread and act.kind in (ActKind.LOCK, ActKind.UNLOCK):
        return NotForThreads()
    held = channel.permissions_for(guild.me)
    needed = SLOW_THREAD if is_thread and act.kind is ActKind.SLOWMODE else IN_CHANNEL[act.kind]
    lacking = [name for name in needed if not getattr(held, name)]
    if lacking:
        return ReeveLacks(lacking, where=channel.mention)
    if act.kind is not ActKind.LOCK or isinstance(channel, discord.Thread):
        return None
    beyond = channel.permissions_for(guild.default_role).value & SPEAKING & ~settable(channel)
    return ReeveLacks([name for name, on in discord.Permissions(beyond) if on]) if beyond else None


def _person(act: Act, target: discord.Member | None) -> Person:
    return Person(act.target_id, OUTSIDE) if target is None else person_of(target)


async def _member(guild: discord.Guild, user_id: int) -> discord.Member | None:
    """Who is remembered is kept up to date: without the members intent that is Reeve alone."""
    try:
        return guild.get_member(user_id) or await read(lambda: guild.fetch_member(user_id))
    except discord.NotFound:
        return None
