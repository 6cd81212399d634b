"""How a guild comes to be: its roles, channels and first members, and the cast that the sandbox knows by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import reduce
from operator import or_

from sandbox.bot_rows import Application
from sandbox.clock import moment_of
from sandbox.fitting import Unfit
from sandbox.forms import as_integer
from sandbox.permissions import NONE, Permission
from sandbox.rows import Channel, Emoji, Guild, Json, Member, Overwrite, Role
from sandbox.world import World

STAFF = {
    "olga": "owner",
    "oskar": "owner",
    "sam": "senior",
    "max": "moderator",
    "mia": "moderator",
    "mel": "manager",
}
ORDINARY = ("ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon", "kim", "lou")
STAFF_ROLES = ("owner", "senior", "moderator", "manager")

EVERYONE = (
    Permission.CREATE_INSTANT_INVITE
    | Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.CONNECT
    | Permission.SPEAK
    | Permission.USE_VAD
    | Permission.CHANGE_NICKNAME
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.CREATE_PRIVATE_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
    | Permission.SEND_POLLS
)
MODERATION = (
    Permission.KICK_MEMBERS
    | Permission.BAN_MEMBERS
    | Permission.MODERATE_MEMBERS
    | Permission.MANAGE_MESSAGES
    | Permission.BYPASS_SLOWMODE
    | Permission.PIN_MESSAGES
    | Permission.MANAGE_THREADS
    | Permission.MANAGE_NICKNAMES
    | Permission.VIEW_AUDIT_LOG
)
BOT = EVERYONE | MODERATION | Permission.MANAGE_ROLES | Permission.MANAGE_CHANNELS
BELOW_THE_BOT = {
    "member": NONE,
    "manager": Permission.MANAGE_EVENTS,
    "moderator": MODERATION,
    "senior": MODERATION,
}
COLORS = {"owner": 0xE67E22, "senior": 0x9B59B6, "moderator": 0x3498DB, "manager": 0x1ABC9C}
CHANNELS: tuple[Json, ...] = (
    {"name": "general", "topic": "Whatever comes to mind."},
    {"name": "staff", "private": True},
    {"name": "mod-log", "private": True},
    {"name": "reports", "private": True},
)


@dataclass
class GuildPlan:
    """Roles are given by name; who is named without roles has those of the cast (`roles_of`)."""

    name: str
    owner_id: int
    members: Mapping[int, list[str]]
    bots: list[Application]
    channels: list[Json] = field(default_factory=lambda: list(CHANNELS))
    roles: list[Json] = field(default_factory=list)
    preferred_locale: str = "en-US"
    emojis: list[str] = field(default_factory=list)


def installed_with(application: Application) -> Permission:
    return BOT if application.permissions is None else Permission(application.permissions)


def roles_of(name: str) -> list[str]:
    role = STAFF.get(name)
    return [role, "member"] if role and role != "owner" else ["member"]


def add_guild(world: World, plan: GuildPlan, *, guild_id: int, next_id: Callable[[], int]) -> Guild:
    guild = Guild(guild_id, plan.name, plan.owner_id, preferred_locale=plan.preferred_locale)
    world.guilds[guild.id] = guild
    by_name = _add_roles(guild, plan, next_id)
    for position, described in enumerate(plan.channels):
        _add_channel(world, guild, described, by_name, channel_id=next_id(), position=position)
    add_members(guild, plan.members)
    joined_at = moment_of(guild_id)
    for bot in plan.bots:
        own = tuple(role.id for role in guild.roles.values() if role.bot_id == bot.bot_user_id)
        given = guild.members[bot.bot_user_id].role_ids if bot.bot_user_id in guild.members else ()
        guild.members[bot.bot_user_id] = Member(
            bot.bot_user_id, joined_at + timedelta(days=1), tuple(dict.fromkeys((*given, *own)))
        )
    for emoji in (Emoji(next_id(), name) for name in plan.emojis):
        guild.emojis[emoji.id] = emoji
    return guild


def add_members(guild: Guild, members: Mapping[int, list[str]]) -> None:
    """One a minute, after those who are there, with roles by their names."""
    by_name = {role.name: role.id for role in guild.roles.values()}
    joined_at = moment_of(guild.id)
    for number, (user_id, role_names) in enumerate(members.items(), len(guild.members)):
        role_ids = tuple(by_name[name] for name in role_names if name in by_name)
        guild.members[user_id] = Member(user_id, joined_at + timedelta(minutes=number), role_ids)


def _add_roles(guild: Guild, plan: GuildPlan, next_id: Callable[[], int]) -> dict[str, int]:
    guild.roles[guild.id] = Role(guild.id, "@everyone", int(EVERYONE), 0)
    asked = {role["name"]: role for role in plan.roles}
    below = {**BELOW_THE_BOT, **{name: NONE for name in asked if name != "owner"}}
    for name, permissions in below.items():
        _add_role(guild, next_id(), name, permissions, asked.get(name, {}))
    for bot in plan.bots:
        role = _add_role(guild, next_id(), bot.name, installed_with(bot), asked.get(bot.name, {}))
        role.managed, role.bot_id = True, bot.bot_user_id
    _add_role(guild, next_id(), "owner", Permission.ADMINISTRATOR, asked.get("owner", {}))
    return {role.name: role.id for role in guild.roles.values()}


def _add_role(guild: Guild, role_id: int, name: str, permissions: Permission, asked: Json) -> Role:
    if "permissions" in asked:
        permissions = permissions_of(asked["permissions"])
    color = asked.get("color", COLORS.get(name, 0))
    role_id = int(asked.get("id", role_id))
    guild.roles[role_id] = Role(
        role_id, name, int(permissions), len(guild.roles), color, hoist=name in COLORS
    )
    return guild.roles[role_id]


def permissions_of(given: list[str] | int | str) -> Permission:
    """From a list of Discord's names, or the bits as number or text. Raises Unfit."""
    if isinstance(given, list):
        unknown = [name for name in given if name not in Permission.__members__]
        if unknown:
            raise Unfit(f"There is no permission {unknown[0]!r}.")
        return reduce(or_, (Permission[name] for name in given), NONE)
    bits = as_integer(given)
    if bits is None or not 0 <= bits < 1 << 64:
        raise Unfit(f"{given!r} is no set of permissions: give Discord's names in a list, or the bits.")
    return Permission(bits)


def _add_channel(
    world: World, guild: Guild, described: Json, by_name: Mapping[str, int], *, channel_id: int, position: int
) -> None:
    channel_id = int(described.get("id", channel_id))
    overwrites = _private(guild, by_name) if described.get("private") else {}
    world.channels[channel_id] = Channel(
        id=channel_id,
        type=described.get("type", 0),
        guild_id=guild.id,
        name=described["name"],
        topic=described.get("topic"),
        position=position,
        overwrites=overwrites,
    )
    guild.channel_ids.append(channel_id)


def _private(guild: Guild, by_name: Mapping[str, int]) -> dict[int, Overwrite]:
    bots = [role.id for role in guild.roles.values() if role.bot_id]
    staff = [by_name[name] for name in STAFF_ROLES if name in by_name]
    view = int(Permission.VIEW_CHANNEL)
    allowed = {role_id: Overwrite(role_id, 0, view, 0) for role_id in (*staff, *bots)}
    return {guild.id: Overwrite(guild.id, 0, 0, view), **allowed}
