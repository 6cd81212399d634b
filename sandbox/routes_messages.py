"""Messages in channels."""

from sandbox import audit, channels, messages
from sandbox.audit import Action
from sandbox.core import Core
from sandbox.drafts import Draft, read_draft
from sandbox.errors import Refused, direct_messages_closed, unknown
from sandbox.events import PRIVILEGED, Intent
from sandbox.forms import Form
from sandbox.message_content import without_content
from sandbox.message_payloads import message
from sandbox.permissions import Permission
from sandbox.rest import Call, Routes
from sandbox.rows import DIRECT_MESSAGE, Channel, Json, Message
from sandbox.typing_events import started_typing

routes = Routes()
MESSAGES = "/channels/{channel_id}/messages"
ONE = MESSAGES + "/{message_id}"


def _channel(call: Call, needed: Permission = Permission.VIEW_CHANNEL) -> Channel:
    channel = call.core.world.channel(call.ids["channel_id"])
    channels.require(call.core, channel, call.actor_id, needed)
    return channel


def _message(call: Call, channel: Channel, message_id: int) -> Message:
    one = call.core.world.message(channel.id, message_id)
    if one.ephemeral_to is not None:
        raise unknown("message")
    return one


def _shown(call: Call, one: Message) -> Json:
    body = message(call.core, one)
    if one.guild_id is None or call.application.intents & PRIVILEGED & Intent.MESSAGE_CONTENT:
        return body
    kept = without_content({**body, "guild_id": str(one.guild_id)}, call.actor_id)
    kept.pop("guild_id")
    return kept


@routes.on("GET", MESSAGES)
def list_messages(call: Call) -> list[Json]:
    """Newest first. Without READ_MESSAGE_HISTORY there is no history (reference)."""
    channel = _channel(call)
    limit, around = call.limit(100, 50), call.number("around")
    before, after = call.number("before"), call.number("after")
    if not call.core.channel_permissions(channel, call.actor_id) & Permission.READ_MESSAGE_HISTORY:
        return []
    kept = messages.public(call.core, channel)
    if around is not None:
        older = [one for one in kept if one.id <= around][-(limit // 2 + 1) :]
        chosen = older + [one for one in kept if one.id > around][: limit - len(older)]
    elif after is not None:
        chosen = [one for one in kept if one.id > after][:limit]
    else:
        chosen = [one for one in kept if before is None or one.id < before][-limit:]
    return [_shown(call, one) for one in reversed(chosen)]


@routes.on("GET", ONE)
def get_message(call: Call) -> Json:
    channel = _channel(call, Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    return _shown(call, _message(call, channel, call.ids["message_id"]))


@routes.on("POST", MESSAGES)
def create_message(call: Call) -> Json:
    channel = _channel(call, Permission.SEND_MESSAGES)
    draft = read_draft(call.json, call.uploads)
    _refuse_unreachable(call.core, channel, call.actor_id)
    _refuse_what_is_not_permitted(call, channel, draft)
    return message(call.core, messages.create(call.core, channel, call.actor_id, draft))


def _refuse_unreachable(core: Core, channel: Channel, actor_id: int) -> None:
    if channel.type != DIRECT_MESSAGE:
        return
    for user_id in channel.recipient_ids:
        shared = [guild for guild in core.world.guilds_of(user_id) if actor_id in guild.members]
        if user_id != actor_id and (core.world.user(user_id).dms_closed or not shared):
            raise direct_messages_closed()


def _refuse_what_is_not_permitted(call: Call, channel: Channel, draft: Draft) -> None:
    needed = Permission(0)
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if draft.uploads:
        needed |= Permission.ATTACH_FILES
    channels.require(call.core, channel, call.actor_id, needed)
    history = call.core.channel_permissions(channel, call.actor_id) & Permission.READ_MESSAGE_HISTORY
    if draft.reply_to_id is not None and not history:
        raise Refused(400, 160002, "Cannot reply without permission to read message history")


@routes.on("PATCH", ONE)
def edit_message(call: Call) -> Json:
    """A stranger's message can only have its embeds suppressed, with MANAGE_MESSAGES."""
    channel = _channel(call)
    one = _message(call, channel, call.ids["message_id"])
    if set(call.json) != {"flags"}:
        messages.refuse_others(one, call.actor_id)
    elif one.author_id != call.actor_id:
        channels.require(call.core, channel, call.actor_id, Permission.MANAGE_MESSAGES)
    draft = read_draft(call.json, call.uploads, edits=one)
    return message(call.core, messages.edit(call.core, one, draft))


@routes.on("DELETE", ONE)
def delete_message(call: Call) -> None:
    """No audit entry: Discord writes none when a bot deletes a single message."""
    channel = _channel(call)
    one = _message(call, channel, call.ids["message_id"])
    if one.author_id != call.actor_id:
        channels.require(call.core, channel, call.actor_id, Permission.MANAGE_MESSAGES)
    messages.delete(call.core, one)


@routes.on("POST", MESSAGES + "/bulk-delete")
def bulk_delete(call: Call) -> None:
    channel = _channel(call, Permission.MANAGE_MESSAGES)
    form = Form(call.json)
    message_ids = form.snowflakes("messages") or []
    form.finish()
    found = messages.bulk_delete(call.core, channel, message_ids)
    guild = call.core.world.guild_of(channel)
    if guild and found:
        audit.record(
            call.core,
            guild,
            Action.MESSAGE_BULK_DELETE,
            actor_id=call.actor_id,
            target_id=channel.id,
            reason=call.reason,
            options={"count": str(len(found))},
        )


@routes.on("POST", "/channels/{channel_id}/typing")
def typing(call: Call) -> None:
    channel = _channel(call, Permission.SEND_MESSAGES)
    started_typing(call.core, channel, call.actor_id)
