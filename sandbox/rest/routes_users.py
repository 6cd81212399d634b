"""Users and direct channels."""

from sandbox.errors import Refused, unknown
from sandbox.events import Audience
from sandbox.forms import Form
from sandbox.guilds import membership, payloads
from sandbox.guilds.naming import read_username
from sandbox.messages.pictures import picture
from sandbox.people.people import People
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rows import Guild, Json

routes = Routes()


@routes.on("GET", "/users/@me")
def own_user(call: Call) -> Json:
    return payloads.own_user(call.core.world.user(call.actor_id))


@routes.on("GET", "/users/{user_id}")
def get_user(call: Call) -> Json:
    return payloads.user(call.core.world.user(call.ids["user_id"]))


@routes.on("PATCH", "/users/@me")
def edit_own_user(call: Call) -> Json:
    """It is told, also as one of the bot in each guild (gateway events, "User Update", "Guild Member Update")."""
    core, user, form = call.core, call.core.world.user(call.actor_id), Form(call.json)
    wanted = {
        "username": read_username(form, "username"),
        "avatar": picture(form, "avatar"),
        "banner": picture(form, "banner"),
    }
    form.finish()
    for key, value in wanted.items():
        if key in form and (value or key != "username"):
            setattr(user, key, value)
    body = payloads.own_user(user)
    core.events.emit("USER_UPDATE", body, Audience(application_id=call.application.id))
    for guild in core.world.guilds_of(user.id):
        membership.updated(core, guild, guild.members[user.id])
    return body


@routes.on("GET", "/users/@me/guilds")
def own_guilds(call: Call) -> list[Json]:
    """By their ids; the last ones before an id, the first ones after one."""
    before, after, limit = call.number("before"), call.number("after") or 0, call.limit(200, 200)
    found = sorted(call.core.world.guilds_of(call.actor_id), key=lambda guild: guild.id)
    found = [each for each in found if each.id > after and (before is None or each.id < before)]
    is_counted = call.query.get("with_counts", "").lower() in ("true", "1")
    return [
        _own_guild(call, each, is_counted=is_counted)
        for each in (found[:limit] if before is None else found[-limit:])
    ]


def _own_guild(call: Call, guild: Guild, *, is_counted: bool) -> Json:
    body: Json = {
        "id": str(guild.id),
        "name": guild.name,
        "icon": guild.icon,
        "banner": None,
        "owner": guild.owner_id == call.actor_id,
        "permissions": str(int(call.core.guild_permissions(guild, call.actor_id))),
        "features": list(guild.features),
    }
    return {**body, **payloads.counts(call.core.world, guild)} if is_counted else body


@routes.on("DELETE", "/users/@me/guilds/{guild_id}")
def leave_guild(call: Call) -> None:
    guild = guild_of(call)
    if guild.owner_id == call.actor_id:
        raise Refused(400, 50055, "Invalid Guild")
    membership.leave(call.core, guild, call.actor_id)


@routes.on("POST", "/users/@me/channels")
def open_direct_channel(call: Call) -> Json:
    """Opening always works, also with someone whose direct messages are closed: sending is what fails."""
    form = Form(call.json)
    recipient_id = form.snowflake("recipient_id", required=True) or 0
    form.finish()
    world = call.core.world
    recipient = world.user(recipient_id)
    if recipient.bot:
        raise unknown("user")
    channel = People(call.core, call.interactions).direct(recipient, world.user(call.actor_id))
    return payloads.channel(world, channel)
