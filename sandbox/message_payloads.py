"""How messages look on the wire."""

from sandbox import payloads
from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.rows import Attachment, Json, Message

NEW_REFERENCE = 0
REPLY = 19
COMMAND_ANSWERS = (20, 23)


def attachment(core: Core, one: Attachment) -> Json:
    url = core.url + one.path
    body: Json = {
        "id": str(one.id),
        "filename": one.filename,
        "size": one.size,
        "url": url,
        "proxy_url": url,
        "content_type": one.content_type,
        "description": one.description,
        "width": one.width,
        "height": one.height,
        "ephemeral": one.ephemeral or None,
    }
    return {key: value for key, value in body.items() if value is not None}


def message(core: Core, one: Message) -> Json:
    world = core.world
    body: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel_id),
        "type": one.type,
        "author": payloads.user(world.user(one.author_id)),
        "content": one.content,
        "timestamp": timestamp(one.created_at),
        "edited_timestamp": timestamp(one.edited_at) if one.edited_at else None,
        "tts": one.tts,
        "mention_everyone": one.mention_everyone,
        "mentions": [payloads.user(world.user(user_id)) for user_id in one.mention_ids],
        "mention_roles": [str(role_id) for role_id in one.mention_role_ids],
        "attachments": [attachment(core, each) for each in one.attachments],
        "embeds": one.embeds,
        "components": one.components,
        "pinned": one.pinned,
        "flags": one.flags,
    }
    if one.nonce is not None:
        body["nonce"] = one.nonce
    return {**body, **_reference(core, one), **_interaction(one)}


def _reference(core: Core, one: Message) -> Json:
    if one.reference is None:
        return {}
    body: Json = {"message_reference": {**one.reference, "type": NEW_REFERENCE}}
    if one.type == REPLY:
        kept = core.world.messages.get(int(one.reference["channel_id"]), {})
        replied = kept.get(int(one.reference["message_id"]))
        body["referenced_message"] = None
        if replied is not None:
            nested = {**message(core, replied)}
            nested.pop("referenced_message", None)
            body["referenced_message"] = nested
    return body


def _interaction(one: Message) -> Json:
    if one.application_id is None:
        return {}
    body: Json = {"application_id": str(one.application_id), "webhook_id": str(one.application_id)}
    if one.interaction:
        body["interaction_metadata"] = one.interaction
        if one.type in COMMAND_ANSWERS:
            body["interaction"] = {
                key: one.interaction[key] for key in ("id", "type", "name", "user") if key in one.interaction
            }
    return body


def message_event(core: Core, one: Message) -> Json:
    """With the guild's view of author and mentioned people, as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
    body = {**message(core, one), "channel_type": core.world.channel(one.channel_id).type}
    if one.guild_id is None:
        return body
    guild = core.world.guild(one.guild_id)
    body["guild_id"] = str(guild.id)
    if author := guild.members.get(one.author_id):
        body["member"] = payloads.bare_member(author)
    for mention in body["mentions"]:
        if mentioned := guild.members.get(int(mention["id"])):
            mention["member"] = payloads.bare_member(mentioned)
    return body
