"""Messages in channels."""

from sandbox.channels import channels, directs
from sandbox.channels.typing_events import started_typing
from sandbox.errors import Refused, invalid_form, unknown
from sandbox.events import PRIVILEGED, Intent
from sandbox.forms import Form
from sandbox.guilds import audit
from sandbox.guilds.audit import Action
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.messages.drafts import Draft, read_draft
from sandbox.messages.message_content import without_content
from sandbox.messages.message_payloads import message
from sandbox.permissions import Permission, to_read_in, to_speak_in
from sandbox.rest.rest import Call, Routes
from sandbox.rows import Channel, Json
from sandbox.threads import archiving

routes = Routes()
MESSAGES = "/channels/{channel_id}/messages"
ONE = MESSAGES + "/{message_id}"


def channel_of(call: Call, needed: Permission = Permission.VIEW_CHANNEL) -> Channel:
    channel = call.core.world.channel(call.ids["channel_id"])
    channels.require(call.core, channel, call.actor_id, needed)
    return channel


def message_of(call: Call, channel: Channel, message_id: int) -> Message:
    one = call.core.world.message(channel.id, message_id)
    if one.ephemeral_to is not None:
        raise unknown("message")
    return one


def shown(call: Call, one: Message) -> Json:
    body = message(call.core, one, call.actor_id)
    if one.guild_id is None or call.application.intents & PRIVILEGED & Intent.MESSAGE_CONTENT:
        return body
    kept = without_content({**body, "guild_id": str(one.guild_id)}, call.actor_id)
    kept.pop("guild_id")
    return kept


@routes.on("GET", MESSAGES)
def list_messages(call: Call) -> list[Json]:
    """Newest first. Without READ_MESSAGE_HISTORY there is no history (reference)."""
    channel = channel_of(call)
    channels.require(call.core, channel, call.actor_id, to_read_in(channel))
    limit, around = call.limit(100, 50), call.number("around")
    before, after = call.number("before"), call.number("after")
    if sum(each is not None for each in (around, before, after)) > 1:
        problem = {
            "code": "QUERY_MUTUALLY_EXCLUSIVE",
            "message": "Only one of around, before and after may be passed",
        }
        raise invalid_form({"_errors": [problem]})
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
    return [shown(call, one) for one in reversed(chosen)]


@routes.on("GET", ONE)
def get_message(call: Call) -> Json:
    channel = channel_of(call)
    channels.require(call.core, channel, call.actor_id, to_read_in(channel) | Permission.READ_MESSAGE_HISTORY)
    return shown(call, message_of(call, channel, call.ids["message_id"]))


@routes.on("POST", MESSAGES)
def create_message(call: Call) -> Json:
    channel = channel_of(call)
    channels.require(call.core, channel, call.actor_id, to_speak_in(channel))
    draft = read_draft(call.json, call.uploads)
    directs.refuse_unreachable(call.core, channel, call.actor_id)
    _refuse_what_is_not_permitted(call, channel, draft)
    return message(call.core, messages.create(call.core, channel, call.actor_id, draft))


def _refuse_what_is_not_permitted(call: Call, channel: Channel, draft: Draft) -> None:
    needed = Permission.SEND_TTS_MESSAGES if draft.tts else Permission(0)
    if draft.embeds:
        needed |= Permission.EMBED_LINKS
    if draft.uploads:
        needed |= Permission.ATTACH_FILES
    channels.require(call.core, channel, call.actor_id, needed)
    history = call.core.channel_permissions(channel, call.actor_id) & Permission.READ_MESSAGE_HISTORY
    if draft.reply_to_id is not None and not draft.forwards and not history:
        raise Refused(400, 160002, "Cannot reply without permission to read message history")


@routes.on("PATCH", ONE)
def edit_message(call: Call) -> Json:
    """A stranger's message can only have its embeds suppressed, with MANAGE_MESSAGES."""
    channel = channel_of(call)
    one = message_of(call, channel, call.ids["message_id"])
    if set(call.json) != {"flags"}:
        messages.refuse_others(one, call.actor_id)
    elif one.author_id != call.actor_id:
        channels.require(call.core, channel, call.actor_id, Permission.MANAGE_MESSAGES)
    archiving.require_open(call.core, channel, call.actor_id)
    draft = read_draft(call.json, call.uploads, edits=one)
    return message(call.core, messages.edit(call.core, one, draft), call.actor_id)


@routes.on("DELETE", ONE)
def delete_message(call: Call) -> None:
    """No audit entry: Discord writes none when a bot deletes a single message."""
    channel = channel_of(call)
    one = message_of(call, channel, call.ids["message_id"])
    if one.author_id != call.actor_id:
        channels.guild_of(call.core, channel)
        channels.require(call.core, channel, call.actor_id, Permission.MANAGE_MESSAGES)
    archiving.refuse_deleting(call.core, channel, call.actor_id)
    messages.delete(call.core, one)


@routes.on("POST", MESSAGES + "/bulk-delete")
def bulk_delete(call: Call) -> None:
    channel = channel_of(call)
    guild = channels.guild_of(call.core, channel)
    channels.require(call.core, channel, call.actor_id, Permission.MANAGE_MESSAGES)
    archiving.refuse_deleting(call.core, channel, call.actor_id)
    form = Form(call.json)
    message_ids = form.snowflakes("messages") or []
    form.finish()
    found = messages.bulk_delete(call.core, channel, message_ids)
    if found:
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
    channel = channel_of(call)
    channels.require(call.core, channel, call.actor_id, to_speak_in(channel))
    started_typing(call.core, channel, call.actor_id)
