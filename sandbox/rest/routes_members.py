"""Members and bans: what a moderation bot calls."""

from itertools import islice

from sandbox.errors import Refused, unknown
from sandbox.events import Intent
from sandbox.forms import Form
from sandbox.gateway import chunks
from sandbox.guilds import members, moderation, payloads, roles
from sandbox.messages.pictures import picture
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import Json
from sandbox.voice import voice_moderation

routes = Routes()
MEMBER = "/guilds/{guild_id}/members/{user_id}"
BAN = "/guilds/{guild_id}/bans/{user_id}"
A_DAY = 86_400  # seconds
A_WEEK = 7 * A_DAY


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


@routes.on("GET", "/guilds/{guild_id}/members/search")
def search_members(call: Call) -> list[Json]:
    guild, form = guild_of(call), Form({**call.query})
    query = form.text("query", least=1, most=100, required=True) or ""
    form.finish()
    found = (each for each in guild.members.values() if chunks.is_named(call.core, each, query.lower()))
    return [payloads.member(call.core.world, each) for each in islice(found, call.limit(1000, 1))]


@routes.on("PATCH", MEMBER)
def edit_member(call: Call) -> Json:
    """Whatever is refused, nothing changes."""
    guild, core, form = guild_of(call), call.core, Form(call.json)
    read = {
        "nick": form.text("nick", most=32),
        "roles": form.snowflakes("roles", most=350) or [],
        "communication_disabled_until": form.moment("communication_disabled_until"),
        "flags": form.integer("flags", least=0) or 0,
    }
    in_voice = voice_moderation.read(form)
    form.finish()
    wanted = {"role_ids" if key == "roles" else key: value for key, value in read.items() if key in form}
    members.check(core, guild, wanted, actor_id=call.actor_id, target_id=call.ids["user_id"])
    voice_moderation.change(core, guild, in_voice, **_who(call))
    return payloads.member(core.world, members.edit(core, guild, wanted, **_who(call)))


@routes.on("PATCH", "/guilds/{guild_id}/members/@me")
def edit_own_member(call: Call) -> Json:
    guild, form = guild_of(call), Form(call.json)
    member = guild.members[call.actor_id]
    read = {
        "nick": form.text("nick", most=32),
        "avatar": picture(form, "avatar"),
        "banner": picture(form, "banner"),
        "bio": form.text("bio", most=190),
    }
    form.finish()
    wanted = {key: value for key, value in read.items() if key in form}
    members.change_own(call.core, guild, member, wanted, reason=call.reason)
    return payloads.member(call.core.world, member)


@routes.on("PATCH", "/guilds/{guild_id}/members/@me/nick")
def edit_own_nick(call: Call) -> Json:
    """The older way, which tells the nickname alone."""
    return {"nick": edit_own_member(call)["nick"]}


@routes.on("DELETE", MEMBER)
def kick(call: Call) -> None:
    moderation.kick(call.core, guild_of(call), **_who(call))


@routes.on("PUT", MEMBER + "/roles/{role_id}")
def add_role(call: Call) -> None:
    guild = guild_of(call)
    held = call.core.world.member(guild, call.ids["user_id"]).role_ids
    members.edit(call.core, guild, {"role_ids": [*held, call.ids["role_id"]]}, **_who(call))


@routes.on("DELETE", MEMBER + "/roles/{role_id}")
def remove_role(call: Call) -> None:
    guild = guild_of(call)
    held = call.core.world.member(guild, call.ids["user_id"]).role_ids
    role = roles.find(guild, call.ids["role_id"])
    kept = [each for each in held if each != role.id]
    members.edit(call.core, guild, {"role_ids": kept}, **_who(call))


@routes.on("GET", "/guilds/{guild_id}/bans")
def list_bans(call: Call) -> list[Json]:
    guild = guild_of(call)
    moderation.require(call.core, guild, call.actor_id, Permission.BAN_MEMBERS)
    before, after, limit = call.number("before"), call.number("after") or 0, call.limit(1000, 1000)
    found = sorted(guild.bans.values(), key=lambda each: each.user_id)
    if before is not None:
        found = [each for each in found if each.user_id < before][-limit:]
    else:
        found = [each for each in found if each.user_id > after][:limit]
    return [payloads.ban(call.core.world, each) for each in found]


@routes.on("GET", BAN)
def get_ban(call: Call) -> Json:
    guild = guild_of(call)
    moderation.require(call.core, guild, call.actor_id, Permission.BAN_MEMBERS)
    one = guild.bans.get(call.ids["user_id"])
    if one is None:
        raise unknown("ban")
    return payloads.ban(call.core.world, one)


@routes.on("PUT", BAN)
def ban(call: Call) -> None:
    """discord.py sends the seconds in the query, without a body; the reference wants them in the body."""
    form = Form({**call.query, **call.json})
    days = form.integer("delete_message_days", least=0, most=7) or 0  # the older name of it
    seconds = form.integer("delete_message_seconds", least=0, most=A_WEEK) or days * A_DAY
    form.finish()
    moderation.ban(call.core, guild_of(call), **_who(call), delete_message_seconds=seconds)


@routes.on("DELETE", BAN)
def unban(call: Call) -> None:
    moderation.unban(call.core, guild_of(call), **_who(call))


@routes.on("POST", "/guilds/{guild_id}/bulk-ban")
def bulk_ban(call: Call) -> Json:
    form = Form(call.json)
    user_ids = form.snowflakes("user_ids", most=200)
    if user_ids is None:
        form.wrong("user_ids", "BASE_TYPE_REQUIRED", "This field is required")
    seconds = form.integer("delete_message_seconds", least=0, most=A_WEEK) or 0
    form.finish()
    banned, failed = moderation.ban_many(
        call.core,
        guild_of(call),
        actor_id=call.actor_id,
        target_ids=user_ids or [],
        reason=call.reason,
        delete_message_seconds=seconds,
    )
    return {"banned_users": [str(each) for each in banned], "failed_users": [str(each) for each in failed]}
