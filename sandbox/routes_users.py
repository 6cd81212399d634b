"""Users and direct channels."""

from sandbox import payloads
from sandbox.errors import unknown
from sandbox.forms import Form
from sandbox.people import People
from sandbox.rest import Call, Routes
from sandbox.rows import Json

routes = Routes()


@routes.on("GET", "/users/@me")
def own_user(call: Call) -> Json:
    return payloads.own_user(call.core.world.user(call.actor_id))


@routes.on("GET", "/users/{user_id}")
def get_user(call: Call) -> Json:
    return payloads.user(call.core.world.user(call.ids["user_id"]))


@routes.on("GET", "/users/@me/guilds")
def own_guilds(call: Call) -> list[Json]:
    world = call.core.world
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == call.actor_id,
            "permissions": str(int(call.core.guild_permissions(guild, call.actor_id))),
            "features": [],
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": 1,
        }
        for guild in world.guilds_of(call.actor_id)
    ]


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
