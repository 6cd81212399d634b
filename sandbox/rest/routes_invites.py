"""Invites over REST."""

from sandbox.channels import channels
from sandbox.guilds import invites, moderation
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Json

routes = Routes()
IN_CHANNEL = "/channels/{channel_id}/invites"
ONE = "/invites/{code}"


@routes.on("POST", IN_CHANNEL)
def create(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    one = invites.create(call.core, channel, call.json, actor_id=call.actor_id, reason=call.reason)
    return invites.payload(call.core, one, with_metadata=True)


@routes.on("GET", IN_CHANNEL)
def list_of_channel(call: Call) -> list[Json]:
    channel = call.core.world.channel(call.ids["channel_id"])
    guild = channels.guild_of(call.core, channel)
    channels.require(call.core, channel, call.actor_id, Permission.MANAGE_CHANNELS)
    found = invites.of_guild(call.core, guild, channel_id=channel.id)
    return [invites.payload(call.core, each, with_metadata=True) for each in found]


@routes.on("GET", "/guilds/{guild_id}/invites")
def list_of_guild(call: Call) -> list[Json]:
    """Who only reads the audit log sees them without their numbers."""
    guild = call.core.world.guild(call.ids["guild_id"])
    manages = bool(call.core.guild_permissions(guild, call.actor_id) & Permission.MANAGE_GUILD)
    if not manages:
        moderation.require(call.core, guild, call.actor_id, Permission.VIEW_AUDIT_LOG)
    found = invites.of_guild(call.core, guild)
    return [invites.payload(call.core, each, with_metadata=manages) for each in found]


@routes.on("GET", ONE, public=True)
def get(call: Call) -> Json:
    with_counts = call.query.get("with_counts", "").lower() in ("1", "true")
    return invites.payload(call.core, invites.find(call.core, call.parts["code"]), with_counts=with_counts)


@routes.on("DELETE", ONE)
def delete(call: Call) -> Json:
    one = invites.find(call.core, call.parts["code"])
    body = invites.payload(call.core, one)
    invites.delete(call.core, one, actor_id=call.actor_id, reason=call.reason)
    return body
