"""Reactions, the emoji for them, and pinned messages."""

from datetime import datetime

from sandbox.channels import channels
from sandbox.clock import timestamp
from sandbox.errors import unknown
from sandbox.forms import Form
from sandbox.guilds import payloads
from sandbox.message_rows import Message
from sandbox.messages import pins, reactions
from sandbox.permissions import Permission
from sandbox.rest.rest import Call, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rest.routes_messages import channel_of, message_of, shown
from sandbox.rows import Channel, Json

routes = Routes()
REACTIONS = "/channels/{channel_id}/messages/{message_id}/reactions"
EMOJI = REACTIONS + "/{emoji}"
PINS = "/channels/{channel_id}/messages/pins"
OLD_PINS = "/channels/{channel_id}/pins"
MOST_LISTED = 50


@routes.on("GET", "/guilds/{guild_id}/emojis")
def list_emojis(call: Call) -> list[Json]:
    return [payloads.emoji(each) for each in guild_of(call).emojis.values()]


@routes.on("GET", "/guilds/{guild_id}/emojis/{emoji_id}")
def get_emoji(call: Call) -> Json:
    one = guild_of(call).emojis.get(call.ids["emoji_id"])
    if one is None:
        raise unknown("emoji")
    return payloads.emoji(one)


def _message(call: Call) -> tuple[Channel, Message]:
    channel = channel_of(call)
    return channel, message_of(call, channel, call.ids["message_id"])


@routes.on("PUT", EMOJI + "/@me")
def add(call: Call) -> None:
    reactions.add(call.core, *_message(call), call.parts["emoji"], actor_id=call.actor_id)


@routes.on("DELETE", EMOJI + "/@me")
def remove_own(call: Call) -> None:
    _remove(call, call.actor_id)


@routes.on("DELETE", EMOJI + "/{user_id}")
def remove(call: Call) -> None:
    _remove(call, call.ids["user_id"])


def _remove(call: Call, user_id: int) -> None:
    wanted = call.parts["emoji"]
    reactions.remove(call.core, *_message(call), wanted, user_id=user_id, actor_id=call.actor_id)


@routes.on("GET", EMOJI)
def who_reacted(call: Call) -> list[Json]:
    """Nobody super-reacts here, so of that type there are none."""
    channel, one = _message(call)
    channels.require(call.core, channel, call.actor_id, Permission.READ_MESSAGE_HISTORY)
    form = Form(call.query)
    burst, after = form.choice("type", (0, 1)), form.snowflake("after") or 0
    form.finish()
    limit = call.limit(100, 25)
    user_ids = sorted(reactions.require(call.core, one, call.parts["emoji"]).user_ids)
    chosen = [] if burst else [each for each in user_ids if each > after][:limit]
    return [payloads.user(call.core.world.user(user_id)) for user_id in chosen]


@routes.on("DELETE", REACTIONS)
def clear(call: Call) -> None:
    reactions.clear(call.core, *_message(call), actor_id=call.actor_id)


@routes.on("DELETE", EMOJI)
def clear_emoji(call: Call) -> None:
    reactions.clear_emoji(call.core, *_message(call), call.parts["emoji"], actor_id=call.actor_id)


@routes.on("GET", PINS)
def list_pins(call: Call) -> Json:
    """Without READ_MESSAGE_HISTORY there are none."""
    form = Form(call.query)
    before = form.moment("before")
    form.finish()
    limit = call.limit(MOST_LISTED, MOST_LISTED)
    found = [(moment, one) for moment, one in _pinned(call) if before is None or moment < before]
    items = [{"pinned_at": timestamp(moment), "message": shown(call, one)} for moment, one in found[:limit]]
    return {"items": items, "has_more": len(found) > limit}


@routes.on("GET", OLD_PINS)
def list_pins_as_before(call: Call) -> list[Json]:
    return [shown(call, one) for _, one in _pinned(call)[:MOST_LISTED]]


def _pinned(call: Call) -> list[tuple[datetime, Message]]:
    channel = channel_of(call)
    if not call.core.channel_permissions(channel, call.actor_id) & Permission.READ_MESSAGE_HISTORY:
        return []
    return [(one.pinned_at, one) for one in pins.pinned(call.core, channel) if one.pinned_at]


@routes.on("PUT", PINS + "/{message_id}")
@routes.on("PUT", OLD_PINS + "/{message_id}")
def pin(call: Call) -> None:
    pins.pin(call.core, *_message(call), actor_id=call.actor_id, reason=call.reason)


@routes.on("DELETE", PINS + "/{message_id}")
@routes.on("DELETE", OLD_PINS + "/{message_id}")
def unpin(call: Call) -> None:
    pins.unpin(call.core, *_message(call), actor_id=call.actor_id, reason=call.reason)
