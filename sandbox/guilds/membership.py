"""People and bots come to a guild and leave it."""

from collections.abc import Iterable

from sandbox.bot_rows import Application
from sandbox.channels import channels
from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.guilds import audit, payloads, role_events
from sandbox.guilds.audit import Action
from sandbox.messages import messages
from sandbox.permissions import Permission
from sandbox.rows import Ban, Guild, Json, Member, Role
from sandbox.threads import thread_members
from sandbox.voice import voice

DID_REJOIN = 1 << 0
SUPPRESS_JOIN_NOTIFICATIONS = 1 << 0
USER_JOIN = 7  # a type of message


def join(
    core: Core, guild: Guild, user_id: int, *, role_ids: Iterable[int] = (), temporary: bool = False
) -> Member:
    roles = tuple(each for each in role_ids if each in guild.roles)
    member = guild.members[user_id] = _new(core, guild, user_id, roles)
    member.temporary = temporary
    _came(core, guild, member)
    _welcome(core, guild, user_id)
    return member


def _new(core: Core, guild: Guild, user_id: int, role_ids: tuple[int, ...]) -> Member:
    """Leaving ends no time-out."""
    flags = DID_REJOIN if user_id in guild.former else 0
    held_until = guild.former.get(user_id)
    return Member(user_id, core.now(), role_ids, communication_disabled_until=held_until, flags=flags)


def _welcome(core: Core, guild: Guild, user_id: int) -> None:
    """In the newcomer's name, where the guild wants it (reference, "System Channel Flags")."""
    if guild.system_channel_id and not guild.system_channel_flags & SUPPRESS_JOIN_NOTIFICATIONS:
        messages.announce(core, core.world.channel(guild.system_channel_id), user_id, USER_JOIN)


def _came(core: Core, guild: Guild, member: Member) -> None:
    body = {**payloads.member(core.world, member), "guild_id": str(guild.id)}
    core.events.emit("GUILD_MEMBER_ADD", body, Audience(guild.id, intent=Intent.GUILD_MEMBERS))


def add_bot(
    core: Core, guild: Guild, application: Application, *, permissions: Permission, actor_id: int
) -> Member:
    """With a role of its own at the bottom. The others hear of it first: the bot hears of the guild, not of itself."""
    bot_id = application.bot_user_id
    role = Role(core.ids.next(), application.name, int(permissions), 1, managed=True, bot_id=bot_id)
    guild.roles[role.id] = role
    role_events.tell(core, guild, "GUILD_ROLE_CREATE", {"role": payloads.role(role)})
    member = _new(core, guild, bot_id, (role.id,))
    _came(core, guild, member)
    guild.members[bot_id] = member
    install(core, guild, application)
    _welcome(core, guild, bot_id)
    audit.record(core, guild, Action.BOT_ADD, actor_id=actor_id, target_id=bot_id)
    return member


def leave(core: Core, guild: Guild, user_id: int) -> None:
    """A bot hears that its guild is gone, before anybody hears that it left; its role goes with it."""
    application = core.world.application_of(user_id)
    if application:
        gone = {"id": str(guild.id)}  # without `unavailable`: it is no outage
        core.events.emit(
            "GUILD_DELETE", gone, Audience(guild.id, intent=Intent.GUILDS, application_id=application.id)
        )
    voice.disconnect(core, guild, user_id)
    thread_members.forget(core, guild, user_id)
    guild.former[user_id] = guild.members.pop(user_id).communication_disabled_until
    body = {"guild_id": str(guild.id), "user": payloads.user(core.world.user(user_id))}
    core.events.emit("GUILD_MEMBER_REMOVE", body, Audience(guild.id, intent=Intent.GUILD_MEMBERS))
    for role in [each for each in guild.roles.values() if each.bot_id == user_id]:
        end_role(core, guild, role)


def went_offline(core: Core, user_id: int) -> None:
    """Who came by a temporary invite and has no role is no longer there (gateway events, "Invite Create")."""
    for guild in core.world.guilds_of(user_id):
        member = guild.members[user_id]
        if member.temporary and not member.role_ids:
            leave(core, guild, user_id)


def end_role(core: Core, guild: Guild, role: Role) -> None:
    holders = [member for member in guild.members.values() if role.id in member.role_ids]
    for member in holders:
        member.role_ids = tuple(each for each in member.role_ids if each != role.id)
    del guild.roles[role.id]
    role_events.tell(core, guild, "GUILD_ROLE_DELETE", {"role_id": str(role.id)})
    for member in holders:
        updated(core, guild, member)
    for channel in core.world.guild_channels(guild):
        if channel.overwrites.pop(role.id, None):
            channels.updated(core, channel)


def install(core: Core, guild: Guild, application: Application) -> None:
    """The bot hears of a guild that it was added to: each of its sessions is shown it by what that asked for."""
    audience = Audience(guild.id, intent=Intent.GUILDS, application_id=application.id)
    core.events.emit("GUILD_CREATE", {"id": str(guild.id)}, audience)


def updated(core: Core, guild: Guild, member: Member) -> None:
    body: Json = {**payloads.member(core.world, member), "guild_id": str(guild.id)}
    audience = Audience(guild.id, intent=Intent.GUILD_MEMBERS, about_user_id=member.user_id)
    core.events.emit("GUILD_MEMBER_UPDATE", body, audience)


def banned(core: Core, guild: Guild, ban: Ban, *, lifted: bool) -> None:
    audience = Audience(
        guild.id, intent=Intent.GUILD_MODERATION, any_of=Permission.BAN_MEMBERS | Permission.VIEW_AUDIT_LOG
    )
    body = {"guild_id": str(guild.id), "user": payloads.user(core.world.user(ban.user_id))}
    core.events.emit("GUILD_BAN_REMOVE" if lifted else "GUILD_BAN_ADD", body, audience)
