"""The world at the start: two guilds and their people, or what a seed file describes instead.

Ids of a seeded world are constants, the same at every start; a guild made at run time takes its ids from the clock.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import count
from operator import or_
from pathlib import Path

from sandbox.clock import moment_of, snowflake_at
from sandbox.events import PRIVILEGED, Intent
from sandbox.fitting import Unfit, check
from sandbox.forms import as_integer
from sandbox.intake import parsed
from sandbox.permissions import NONE, Permission
from sandbox.rows import Application, Channel, Guild, Json, Member, Overwrite, Role, User
from sandbox.seed_shape import Seed
from sandbox.world import World

PEOPLE_SINCE = datetime(2018, 6, 1, 9, tzinfo=UTC)
GUILDS_SINCE = datetime(2021, 3, 4, 10, tzinfo=UTC)
APPLICATIONS_SINCE = datetime(2021, 2, 1, 8, tzinfo=UTC)
GENERATED_SINCE = datetime(2019, 1, 1, tzinfo=UTC)

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
DEFAULT: Json = {
    "people": [{"name": name} for name in (*STAFF, *ORDINARY)],
    "applications": [{"name": "Reeve", "owner": "olga"}],
    "guilds": [
        {"name": "Green", "owner": "olga", "members": ["sam", "max", "mia", "mel", *ORDINARY]},
        {"name": "Hill", "owner": "oskar", "members": ["sam", "max", "mel", "ann", "ben", "cem"]},
    ],
}


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


class UnreadableSeed(Exception):
    pass


def seeded_world(seed: Path | None = None) -> World:
    """Raises UnreadableSeed."""
    if seed is None:
        return world_of(DEFAULT)
    try:
        described = parsed(seed.read_bytes(), "It")
        check(Seed, described, "")
        _refuse_empty(described)
        return world_of({**DEFAULT, **described})
    except OSError as wrong:
        raise UnreadableSeed(f"The seed {seed} cannot be read: {wrong.strerror}.") from wrong
    except KeyError as wrong:
        raise UnreadableSeed(
            f"The seed {seed} does not know {wrong}: every name must be given before."
        ) from wrong
    except (Unfit, ValueError) as wrong:
        raise UnreadableSeed(f"The seed {seed} does not describe a world. {wrong}") from wrong


def _refuse_empty(described: Json) -> None:
    for key in DEFAULT:
        if described.get(key) == []:
            raise Unfit(f"The list {key!r} must not be empty.")


def world_of(described: Json) -> World:
    world = World()
    for number, person in enumerate(described["people"]):
        _add_person(
            world, person, snowflake_at(PEOPLE_SINCE + timedelta(days=number, minutes=7 * number), number)
        )
    by_name = {user.username: user.id for user in world.users.values()}
    for number, application in enumerate(described["applications"]):
        _add_application(world, application, by_name, number)
    for number, guild in enumerate(described["guilds"]):
        since = GUILDS_SINCE + timedelta(days=30 * number)
        guild_id = int(guild.get("id", snowflake_at(since, number)))
        ids = (snowflake_at(since + timedelta(minutes=minute), number) for minute in count(1))
        plan = _plan(world, guild, by_name)
        add_guild(world, plan, guild_id=guild_id, next_id=ids.__next__)
    return world


def _add_person(world: World, person: Json, default_id: int) -> None:
    name = person["name"]
    user_id = int(person.get("id", default_id))
    world.users[user_id] = User(
        id=user_id,
        username=name,
        global_name=person.get("global_name", name.title()),
        locale=person.get("locale", "en-GB"),
        dms_closed=person.get("dms_closed", False),
    )


def _add_application(world: World, described: Json, by_name: Mapping[str, int], number: int) -> None:
    name = described["name"]
    application_id = int(
        described.get("id", snowflake_at(APPLICATIONS_SINCE + timedelta(days=number), number))
    )
    granted = described.get("intents")
    world.users[application_id] = User(application_id, name, bot=True)
    world.applications[application_id] = Application(
        id=application_id,
        name=name,
        bot_user_id=application_id,
        owner_id=by_name.get(described.get("owner", ""), next(iter(world.users))),
        token=described.get("token", f"sandbox.{name.lower()}.opens-nothing-on-discord"),
        intents=int(PRIVILEGED if granted is None else sum(Intent[each] for each in granted)),
        description=described.get("description", ""),
    )


def _plan(world: World, described: Json, by_name: Mapping[str, int]) -> GuildPlan:
    members = described.get("members", [])
    cast = members if isinstance(members, dict) else {name: roles_of(name) for name in members}
    owner = described["owner"]
    return GuildPlan(
        name=described["name"],
        owner_id=by_name[owner],
        members={by_name[name]: roles for name, roles in {owner: ["owner", "member"], **cast}.items()},
        bots=list(world.applications.values()),
        channels=described.get("channels", list(CHANNELS)),
        roles=described.get("roles", []),
        preferred_locale=described.get("preferred_locale", "en-US"),
    )


def roles_of(name: str) -> list[str]:
    role = STAFF.get(name)
    return [role, "member"] if role and role != "owner" else ["member"]


def add_guild(world: World, plan: GuildPlan, *, guild_id: int, next_id: Callable[[], int]) -> Guild:
    guild = Guild(guild_id, plan.name, plan.owner_id, preferred_locale=plan.preferred_locale)
    world.guilds[guild.id] = guild
    by_name = _add_roles(guild, plan, next_id)
    for position, described in enumerate(plan.channels):
        _add_channel(world, guild, described, by_name, channel_id=next_id(), position=position)
    joined_at = moment_of(guild_id)
    for number, (user_id, role_names) in enumerate(plan.members.items()):
        role_ids = [by_name[name] for name in role_names if name in by_name]
        guild.members[user_id] = Member(user_id, joined_at + timedelta(minutes=number), role_ids)
    for bot in plan.bots:
        role_ids = [role.id for role in guild.roles.values() if role.bot_id == bot.bot_user_id]
        guild.members[bot.bot_user_id] = Member(bot.bot_user_id, joined_at + timedelta(days=1), role_ids)
    return guild


def _add_roles(guild: Guild, plan: GuildPlan, next_id: Callable[[], int]) -> dict[str, int]:
    guild.roles[guild.id] = Role(guild.id, "@everyone", int(EVERYONE), 0)
    asked = {role["name"]: role for role in plan.roles}
    below = {**BELOW_THE_BOT, **{name: NONE for name in asked if name != "owner"}}
    for name, permissions in below.items():
        _add_role(guild, next_id(), name, permissions, asked.get(name, {}))
    for bot in plan.bots:
        role = _add_role(guild, next_id(), bot.name, BOT, asked.get(bot.name, {}))
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


def generated_people(world: World) -> Iterator[User]:
    """More people when the cast is too small; the same ones, with the same ids, at every start."""
    for number in count(1):
        user_id = snowflake_at(GENERATED_SINCE + timedelta(minutes=number), number % 4096)
        if user_id not in world.users:
            name = f"person{number:05d}"
            world.users[user_id] = User(user_id, name, name.title())
        yield world.users[user_id]
