"""Members and bans: what a moderation bot calls."""

from typing import Any

from sandbox import moderation, payloads
from sandbox.errors import Refused, unknown
from sandbox.events import Intent
from sandbox.forms import Form
from sandbox.permissions import Permission
from sandbox.rest import Call, Routes
from sandbox.routes_guilds import guild_of
from sandbox.rows import Json, Member

routes = Routes()
MEMBER = "/guilds/{guild_id}/members/{user_id}"
BAN = "/guilds/{guild_id}/bans/{user_id}"
A_WEEK = 604_800


def _who(call: Call) -> Json:
    return {"actor_id": call.actor_id, "target_id": call.ids["user_id"], "reason": call.reason}


@routes.on("GET", "/guilds/{guild_id}/members")
def list_members(call: Call) -> list[Json]:
    guild = guild_of(call)
    if not call.application.intents & Intent.GUILD_MEMBERS:
        raise Refused(403, 50001, "Missing Access")
    after = call.number("after") or 0
    found = sorted(
        (each for each in guild.members.values() if each.user_id > after), key=lambda each: each.user_id
    )
    return [payloads.member(call.core.world, each) for each in found[: call.limit(1000, 1)]]


@routes.on("GET", MEMBER)
def get_member(call: Call) -> Json:
    world = call.core.world
    return payloads.member(world, world.member(guild_of(call), call.ids["user_id"]))


@routes.on("PATCH", MEMBER)
def edit_member(call: Call) -> Json:
    guild, core = guild_of(call), call.core
    member = core.world.member(guild, call.ids["user_id"])
    form = Form(call.json)
    nick, role_ids = form.text("nick", most=32), form.snowflakes("roles", most=350)
    until = form.moment("communication_disabled_until")
    form.finish()
    if {"mute", "deaf", "channel_id"} & set(form.body):
        raise Refused(400, 40032, "Target user is not connected to voice.")
    if "nick" in form:
        moderation.rename(core, guild, **_who(call), nick=nick)
    if "roles" in form:
        moderation.set_roles(core, guild, **_who(call), role_ids=role_ids or [])
    if "communication_disabled_until" in form:
        moderation.time_out(core, guild, **_who(call), until=until)
    return payloads.member(core.world, member)


@routes.on("PATCH", "/guilds/{guild_id}/members/@me")
def edit_own_member(call: Call) -> Json:
    guild = guild_of(call)
    form = Form(call.json)
    nick = form.text("nick", most=32)
    form.finish()
    own: Json = {"actor_id": call.actor_id, "target_id": call.actor_id, "reason": call.reason}
    if "nick" in form:
        moderation.rename(call.core, guild, **own, nick=nick)
    return payloads.member(call.core.world, guild.members[call.actor_id])


@routes.on("DELETE", MEMBER)
def kick(call: Call) -> None:
    moderation.kick(call.core, guild_of(call), **_who(call))


def _held(call: Call) -> tuple[Member, int]:
    guild = guild_of(call)
    return call.core.world.member(guild, call.ids["user_id"]), call.ids["role_id"]


@routes.on("PUT", MEMBER + "/roles/{role_id}")
def add_role(call: Call) -> None:
    member, role_id = _held(call)
    moderation.set_roles(call.core, guild_of(call), **_who(call), role_ids=[*member.role_ids, role_id])


@routes.on("DELETE", MEMBER + "/roles/{role_id}")
def remove_role(call: Call) -> None:
    member, role_id = _held(call)
    if role_id not in guild_of(call).roles:
        raise unknown("role")
    kept = [each for each in member.role_ids if each != role_id]
    moderation.set_roles(call.core, guild_of(call), **_who(call), role_ids=kept)


@routes.on("GET", "/guilds/{guild_id}/bans")
def list_bans(call: Call) -> list[Json]:
    guild = guild_of(call)
    moderation.require(guild, call.actor_id, Permission.BAN_MEMBERS)
    before, after, limit = call.number("before"), call.number("after") or 0, call.limit(1000, 1000)
    found = sorted(
        (each for each in guild.bans.values() if each.user_id > after), key=lambda each: each.user_id
    )
    if before is not None:
        found = [each for each in found if each.user_id < before][-limit:]
    return [payloads.ban(call.core.world, each) for each in found[:limit]]


@routes.on("GET", BAN)
def get_ban(call: Call) -> Json:
    guild = guild_of(call)
    moderation.require(guild, call.actor_id, Permission.BAN_MEMBERS)
    one = guild.bans.get(call.ids["user_id"])
    if one is None:
        raise unknown("ban")
    return payloads.ban(call.core.world, one)


@routes.on("PUT", BAN)
def ban(call: Call) -> None:
    """discord.py sends the seconds in the query, without a body; the reference wants them in the body."""
    form = Form({**call.query, **call.json})
    seconds = form.integer("delete_message_seconds", least=0, most=A_WEEK) or 0
    form.finish()
    moderation.ban(call.core, guild_of(call), **_who(call), delete_message_seconds=seconds)


@routes.on("DELETE", BAN)
def unban(call: Call) -> None:
    moderation.unban(call.core, guild_of(call), **_who(call))


@routes.on("POST", "/guilds/{guild_id}/bulk-ban")
def bulk_ban(call: Call) -> Any:
    guild = guild_of(call)
    both = Permission.BAN_MEMBERS, Permission.MANAGE_GUILD
    for permission in both:
        moderation.require(guild, call.actor_id, permission)
    form = Form(call.json)
    user_ids = form.snowflakes("user_ids", most=200) or []
    seconds = form.integer("delete_message_seconds", least=0, most=A_WEEK) or 0
    form.finish()
    banned, failed = [], []
    for user_id in user_ids:
        who: Json = {"actor_id": call.actor_id, "target_id": user_id, "reason": call.reason}
        try:
            moderation.ban(call.core, guild, **who, delete_message_seconds=seconds)
            banned.append(str(user_id))
        except Refused:
            failed.append(str(user_id))
    if not banned:
        raise Refused(400, 500000, "Failed to ban users")
    return {"banned_users": banned, "failed_users": failed}
