"""Roles that are sold: which Reeve can give, which a manager may sell, and how they are given, taken and read."""

from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown

from bot.errors import NotPermitted, the_permissions
from bot.outcomes import Absent, Applied, DiscordAway, Outcome, Unknown, attempt, read
from database.errors import ActionRefused
from database.models.shop import ShopItem

if TYPE_CHECKING:
    from bot.client import Reeve

# https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_MEMBER, UNKNOWN_ROLE = 10007, 10011
STAFF_POWERS = discord.Permissions.elevated() | discord.Permissions(
    view_audit_log=True,
    manage_events=True,
    manage_nicknames=True,
    mention_everyone=True,
    mute_members=True,
    deafen_members=True,
    move_members=True,
)


class RoleCannotBeGiven(ActionRefused):
    pass


class RequiredRoleGone(ActionRefused):
    def __init__(self) -> None:
        super().__init__(
            "Only members with a role that is deleted could buy that: a manager should change it with /shop edit."
        )


def require_sellable(guild: discord.Guild, item: ShopItem) -> None:
    """Raise RoleCannotBeGiven or RequiredRoleGone where the roles of an item are such that nobody could buy it."""
    if item.role_id is not None:
        require_giveable(guild, item.role_id)
    if item.required_role_id is not None and guild.get_role(item.required_role_id) is None:
        raise RequiredRoleGone


def require_giveable(guild: discord.Guild, role_id: int) -> None:
    """Raise RoleCannotBeGiven, which says what to change, where Discord would not let Reeve give it."""
    role = guild.get_role(role_id)
    if role is None:
        raise RoleCannotBeGiven("The role of that item no longer exists: a manager should remove the item.")
    name = escape_markdown(role.name)
    if role.managed or role.is_default():
        raise RoleCannotBeGiven(f"{name} belongs to Discord or to an app: choose another role.")
    if not guild.me.guild_permissions.manage_roles:
        raise RoleCannotBeGiven("Give the role Reeve the permission Manage Roles first.")
    if role >= guild.me.top_role:
        raise RoleCannotBeGiven(f"Move the role Reeve above {name} first (Server Settings, Roles).")


def require_own_to_give(manager: discord.Member, role: discord.Role) -> None:
    """Else a manager of points could give themselves any power in the server, as points are theirs to award.

    Raises NotPermitted.
    """
    if manager.guild.owner_id == manager.id:
        return
    if not (manager.guild_permissions.manage_roles and role < manager.top_role):
        raise NotPermitted(
            "Points can lead only to roles that you could give by hand: you need the permission Manage Roles and a "
            f"role above {escape_markdown(role.name)}."
        )


def powers_in_words(guild: discord.Guild, role_id: int | None) -> str:
    """Whoever may give a role of staff may sell it, and is told what that means; empty for a role without powers."""
    role = guild.get_role(role_id or 0)
    if role is None:
        return ""
    here = role.permissions & STAFF_POWERS & ~guild.default_role.permissions
    powers = ["administrator"] if here.administrator else [name for name, is_given in here if is_given]
    if not powers:
        return ""
    return f"\nThis is a role of staff: whoever buys it then has {the_permissions(powers)}."


async def give(bot: "Reeve", where: tuple[int, int, int], reason: str) -> Outcome:
    """`where`: server, member, role. What nobody answered is read."""
    outcome = await attempt(
        lambda: bot.http.add_role(*where, reason=reason), means={UNKNOWN_MEMBER: Absent()}
    )
    if isinstance(outcome, Unknown):
        try:
            return Applied() if await has_role(bot, where) else outcome
        except DiscordAway:
            return outcome
    return outcome


async def take(bot: "Reeve", where: tuple[int, int, int], reason: str) -> Outcome:
    """Who is not here has no role, and a role that is gone nobody has."""
    return await attempt(
        lambda: bot.http.remove_role(*where, reason=reason),
        means={UNKNOWN_MEMBER: Absent(), UNKNOWN_ROLE: Applied()},
    )


async def has_role(bot: "Reeve", where: tuple[int, int, int]) -> bool | None:
    """None: they are not in the server. Raises DiscordAway."""
    guild_id, user_id, role_id = where
    try:
        member = await read(lambda: bot.http.get_member(guild_id, user_id))
    except discord.NotFound:
        return None
    except discord.Forbidden as error:
        raise DiscordAway("Discord does not show that member.") from error
    return str(role_id) in {str(each) for each in member["roles"]}
