"""Who may use a command and act on whom, asked at every invocation, whatever Discord's settings show."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord import Permissions, app_commands

from bot.errors import (
    CannotTargetOwner,
    CannotTargetReeve,
    CannotTargetYourself,
    CheckInterrupted,
    NotPermitted,
    TargetOutranksModerator,
    named,
)
from bot.ranks import OUTSIDE, Bar, Person, bar_to_moderator, rank_of
from database.errors import ActionRefused, DatabaseUnavailable

if TYPE_CHECKING:
    from bot.client import Reeve
    from database.models import GuildSettings

T = TypeVar("T")

CONFIG_READ_SECONDS = 1.5  # of the 3 that Discord gives: what is left is enough for the refusal


class Level(Enum):
    """ADMIN includes all; MODERATOR and MANAGER (of points) do not include each other."""

    MEMBER = "member"
    MODERATOR = "moderator"
    MANAGER = "manager"
    ADMIN = "admin"


DISCORD_PERMISSIONS = {
    Level.MODERATOR: Permissions(moderate_members=True),
    Level.MANAGER: Permissions(manage_events=True),
    Level.ADMIN: Permissions(manage_guild=True),
}
NEEDED = {
    Level.MODERATOR: "the permission Timeout Members or one of this server's moderator roles",
    Level.MANAGER: "the permission Manage Events or one of this server's points manager roles",
    Level.ADMIN: "the permission Manage Server",
}


@dataclass(frozen=True)
class LevelCheck:
    """The check that `requires` adds; `level_of` finds it again."""

    level: Level
    in_server: bool

    async def __call__(self, interaction: "discord.Interaction[Reeve]") -> bool:
        if self.in_server and interaction.guild_id is None:
            raise app_commands.NoPrivateMessage
        try:
            await require(interaction, self.level)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # discord.py hands only its own errors of a check to the error handler
            raise CheckInterrupted from error
        return True


def requires(level: Level, *, in_server: bool = True) -> Callable[[T], T]:
    """Every command has one: who sees it in Discord at first, and who may use it at each invocation.

    On a subcommand Discord ignores the first half: put `visible_to` on its group. `in_server=False` is for
    MEMBER commands that also work in direct messages.
    """

    def decorate(command: T) -> T:
        return app_commands.check(LevelCheck(level, in_server))(visible_to(level)(command))

    return decorate


def visible_to(level: Level) -> Callable[[T], T]:
    """Who sees a command, Group or GroupCog in Discord until an admin of the server changes it there.

    A group with any subcommand for members is visible to MEMBER: each subcommand has its own `requires`.
    """
    permissions = DISCORD_PERMISSIONS.get(level)
    return app_commands.default_permissions(permissions) if permissions else lambda command: command


def level_of(command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu) -> Level | None:
    """The level that a command requires, or None when somebody forgot to say."""
    return next((check.level for check in command.checks if isinstance(check, LevelCheck)), None)


async def require(interaction: "discord.Interaction[Reeve]", level: Level) -> None:
    """For buttons, selects and modals: raise NotPermitted unless the person has the level here and now."""
    if not await holds(interaction, level):
        raise NotPermitted(f"You need {NEEDED[level]} for that.")


async def require_permission(
    interaction: "discord.Interaction[Reeve]",
    permission: str,
    *,
    channel: discord.abc.GuildChannel | discord.Thread | None = None,
) -> None:
    """Beside the level: Discord's own permission for what is asked, there or in the server, or a moderator role.

    Else who may only time out could ban through Reeve. Manage Server does not stand in for it; Administrator does.
    Raises NotPermitted.
    """
    member = interaction.user
    if isinstance(member, discord.Member):
        held = member.guild_permissions if channel is None else channel.permissions_for(member)
        if getattr(held, permission):
            return
        config = await _configuration(interaction, member.guild.id)
        if _has_any(member, config.moderator_role_ids):
            return
    raise NotPermitted(
        f"You need the permission {named([permission])} or one of this server's moderator roles for that."
    )


async def holds(interaction: "discord.Interaction[Reeve]", level: Level) -> bool:
    """Discord's own permissions first; the server's configuration is read only when they do not suffice."""
    if level is Level.MEMBER:
        return True
    member, guild_id = interaction.user, interaction.guild_id
    if guild_id is None or not isinstance(member, discord.Member):
        return False
    if interaction.guild is not None and interaction.guild.owner_id == member.id:
        return True
    if suffices(interaction.permissions, level):
        return True
    if level is Level.ADMIN:
        return False
    return _has_any(member, role_ids_for(await _configuration(interaction, guild_id), level))


async def _configuration(interaction: "discord.Interaction[Reeve]", guild_id: int) -> "GuildSettings":
    try:
        async with asyncio.timeout(CONFIG_READ_SECONDS):
            return await interaction.client.database.guild_configs.get(guild_id=guild_id)
    except TimeoutError:
        raise DatabaseUnavailable from None


def _has_any(member: discord.Member, role_ids: Sequence[int]) -> bool:
    return not {role.id for role in member.roles}.isdisjoint(role_ids)


def suffices(permissions: Permissions, level: Level) -> bool:
    """Whether Discord's permissions alone give the level."""
    if permissions.administrator or permissions.manage_guild:
        return True
    return level is Level.MEMBER or permissions >= DISCORD_PERMISSIONS[level]


def role_ids_for(config: "GuildSettings", level: Level) -> tuple[int, ...]:
    if level is Level.MODERATOR:
        return config.moderator_role_ids
    return config.manager_role_ids if level is Level.MANAGER else ()


def require_rank_above(
    moderator: discord.Member, target: discord.Member | discord.User, guild: discord.Guild
) -> None:
    """Refuse unless the moderator stands above the target, as Discord itself rules for acts by hand.

    Somebody who is not in the server has no rank: only oneself, Reeve and the owner are refused then.
    """
    bar = bar_to_moderator(
        person_of(moderator), person_of(target), owner_id=guild.owner_id or 0, reeve_id=guild.me.id
    )
    if bar is Bar.NOT_ABOVE and isinstance(target, discord.Member):
        raise TargetOutranksModerator(
            target_role=target.top_role.name, moderator_role=moderator.top_role.name
        )
    if bar is not None:
        raise CANNOT_TARGET[bar]


CANNOT_TARGET: dict[Bar, type[ActionRefused]] = {
    Bar.YOURSELF: CannotTargetYourself,
    Bar.REEVE: CannotTargetReeve,
    Bar.OWNER: CannotTargetOwner,
}


def person_of(who: discord.Member | discord.User) -> Person:
    """As the rules of rank see them; a User is not in the server."""
    if not isinstance(who, discord.Member):
        return Person(who.id, OUTSIDE)
    roles = ((role.position, role.id) for role in who.roles if not role.is_default())
    return Person(who.id, rank_of(roles), is_admin=who.guild_permissions.administrator)
