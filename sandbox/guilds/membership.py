"""People and bots come to a guild and leave it."""

from collections.abc import Iterable

from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.permissions import Permission
from sandbox.rows import Application, Ban, Guild, Json, Member
from sandbox.threads import archiving, thread_members
from sandbox.voice import voice


def join(core: Core, guild: Guild, user_id: int, *, role_ids: Iterable[int] = ()) -> Member:
    roles = tuple(each for each in role_ids if each in guild.roles)
    member = guild.members[user_id] = Member(user_id, core.now(), roles)
    body = {**payloads.member(core.world, member), "guild_id": str(guild.id)}
    core.events.emit("GUILD_MEMBER_ADD", body, Audience(guild.id, intent=Intent.GUILD_MEMBERS))
    return member


def leave(core: Core, guild: Guild, user_id: int) -> None:
    """A bot hears that its guild is gone, before anybody hears that it left."""
    application = core.world.application_of(user_id)
    if application:
        gone = {"id": str(guild.id)}  # without `unavailable`: it is no outage
        core.events.emit(
            "GUILD_DELETE", gone, Audience(guild.id, intent=Intent.GUILDS, application_id=application.id)
        )
    voice.disconnect(core, guild, user_id)
    thread_members.forget(core, guild, user_id)
    del guild.members[user_id]
    body = {"guild_id": str(guild.id), "user": payloads.user(core.world.user(user_id))}
    core.events.emit("GUILD_MEMBER_REMOVE", body, Audience(guild.id, intent=Intent.GUILD_MEMBERS))


def install(core: Core, guild: Guild, application: Application) -> None:
    """The bot hears of a guild that it was added to, whether it asked for presences or not: itself alone."""
    body = payloads.guild_create(core.world, guild, application.bot_user_id, with_presences=False)
    body["threads"] = archiving.shown_to(core, guild, application.bot_user_id)
    del body[
        "unavailable"
    ]  # it stands there for guilds that the bot was in before; clients tell the two apart by it
    core.events.emit(
        "GUILD_CREATE", body, Audience(guild.id, intent=Intent.GUILDS, application_id=application.id)
    )


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
