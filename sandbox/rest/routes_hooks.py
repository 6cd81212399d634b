"""Webhooks of channels: made, read, changed and removed, by a bot with the permission or by whoever has the token."""

from sandbox.bot_rows import Webhook
from sandbox.channels import channels, webhooks
from sandbox.errors import bad_webhook_token, unknown
from sandbox.guilds import moderation
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Channel, Json

routes = Routes()
IN_CHANNEL = "/channels/{channel_id}/webhooks"
ONE = "/webhooks/{webhook_id}"
BY_TOKEN = ONE + "/{token}"


def _channel(call: Call) -> Channel:
    channel = call.core.world.channel(call.ids["channel_id"])
    channels.guild_of(call.core, channel)
    channels.require(call.core, channel, call.actor_id, Permission.MANAGE_WEBHOOKS)
    return channel


@routes.on("POST", IN_CHANNEL)
def create(call: Call) -> Json:
    channel = call.core.world.channel(call.ids["channel_id"])
    who = {"actor_id": call.actor_id, "application_id": call.application.id}
    return webhooks.payload(
        call.core, webhooks.create(call.core, channel, call.json, **who, reason=call.reason)
    )


@routes.on("GET", IN_CHANNEL)
def list_of_channel(call: Call) -> list[Json]:
    channel = _channel(call)
    return [webhooks.payload(call.core, each) for each in webhooks.in_channel(call.core, channel)]


@routes.on("GET", "/guilds/{guild_id}/webhooks")
def list_of_guild(call: Call) -> list[Json]:
    guild = call.core.world.guild(call.ids["guild_id"])
    moderation.require(call.core, guild, call.actor_id, Permission.MANAGE_WEBHOOKS)
    found = [each for each in call.core.world.webhooks.values() if each.guild_id == guild.id]
    return [webhooks.payload(call.core, each) for each in found]


def _managed(call: Call, *, own_too: bool = False) -> Webhook:
    one = call.core.world.webhook(call.ids["webhook_id"])
    if not (own_too and one.application_id == call.application.id):
        webhooks.require(call.core, one, call.actor_id)
    return one


@routes.on("GET", ONE)
def get(call: Call) -> Json:
    return webhooks.payload(call.core, _managed(call, own_too=True))


@routes.on("PATCH", ONE)
def edit(call: Call) -> Json:
    one = _managed(call)
    return webhooks.payload(
        call.core, webhooks.edit(call.core, one, call.json, actor_id=call.actor_id, reason=call.reason)
    )


@routes.on("DELETE", ONE)
def delete(call: Call) -> None:
    webhooks.delete(call.core, _managed(call), actor_id=call.actor_id, reason=call.reason)


def _by_token(call: Call) -> Webhook:
    one = webhooks.with_token(call.core, call.ids["webhook_id"], call.parts["token"])
    if one is not None:
        return one
    is_interaction = call.ids["webhook_id"] in call.core.world.applications
    raise bad_webhook_token() if is_interaction else unknown("webhook")


@routes.on("GET", BY_TOKEN, public=True)
def get_by_token(call: Call) -> Json:
    return webhooks.payload(call.core, _by_token(call), with_user=False)


@routes.on("PATCH", BY_TOKEN, public=True)
def edit_by_token(call: Call) -> Json:
    """Who holds the token acts in the name of who made the webhook."""
    one = _by_token(call)
    edited = webhooks.edit(
        call.core, one, call.json, actor_id=one.user_id, may_move=False, reason=call.reason
    )
    return webhooks.payload(call.core, edited, with_user=False)


@routes.on("DELETE", BY_TOKEN, public=True)
def delete_by_token(call: Call) -> None:
    one = _by_token(call)
    webhooks.delete(call.core, one, actor_id=one.user_id, reason=call.reason)
