"""How messages look on the wire."""

from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.guilds import payloads
from sandbox.message_rows import HAS_THREAD, Attachment, Message, Reaction
from sandbox.messages.links import refreshed, signed
from sandbox.rows import Json, User
from sandbox.threads import thread_payloads

DEFAULT, FORWARD = 0, 1  # types of a reference
ANSWERS_ANOTHER = (19, 21, 23)  # reply, a thread's first message, answer to a message's menu
COMMAND_ANSWERS = (20, 23)


def attachment(core: Core, one: Attachment) -> Json:
    url = signed(core, one.path)
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
        "flags": one.flags,
    }
    return {key: value for key, value in body.items() if value is not None}


def author(core: Core, one: Message) -> Json:
    """A webhook's message tells name and picture as they were when it was sent."""
    if one.webhook_id is None:
        return payloads.user(core.world.user(one.author_id))
    name, picture = one.author_name or "", one.author_avatar
    return payloads.user(User(one.webhook_id, name, bot=True, avatar=picture))


def message(core: Core, one: Message, reader_id: int | None = None, *, with_the_replied: bool = True) -> Json:
    """`reader_id`: whose reactions are `me`, and whose membership of its thread is told."""
    world = core.world
    body: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel_id),
        "type": one.type,
        "author": author(core, one),
        "content": one.content,
        "timestamp": timestamp(one.created_at),
        "edited_timestamp": timestamp(one.edited_at) if one.edited_at else None,
        "tts": one.tts,
        "mention_everyone": one.mention_everyone,
        "mentions": [payloads.user(world.user(user_id)) for user_id in one.mention_ids],
        "mention_roles": [str(role_id) for role_id in one.mention_role_ids],
        "attachments": [attachment(core, each) for each in one.attachments],
        "embeds": refreshed(core, one.embeds),
        "components": refreshed(core, one.components),
        "pinned": one.pinned,
        "flags": one.flags,
    }
    if one.nonce is not None:
        body["nonce"] = one.nonce
    if one.position is not None:
        body["position"] = one.position
    if one.reactions:
        body["reactions"] = [reaction(each, reader_id) for each in one.reactions]
    if one.flags & HAS_THREAD and one.id in world.channels:
        body["thread"] = thread_payloads.thread(world.channels[one.id], reader_id)
    if one.reference is not None:
        body.update(_reference(core, one, one.reference))
        if with_the_replied and one.type in ANSWERS_ANOTHER:
            body["referenced_message"] = _replied(core, one.reference, reader_id)
    return {**body, **_interaction(one)}


def reaction(one: Reaction, reader_id: int | None) -> Json:
    """Nobody super-reacts here."""
    number = len(one.user_ids)
    return {
        "emoji": emoji(one),
        "count": number,
        "count_details": {"burst": 0, "normal": number},
        "burst_colors": [],
        "me": reader_id in one.user_ids,
        "me_burst": False,
    }


def emoji(one: Reaction) -> Json:
    if one.emoji_id is None:
        return {"id": None, "name": one.name}
    return {"id": str(one.emoji_id), "name": one.name, "animated": one.animated}


def _reference(core: Core, one: Message, reference: Json) -> Json:
    body: Json = {"message_reference": {"type": DEFAULT, **reference}}
    if one.snapshots:
        body["message_snapshots"] = refreshed(core, one.snapshots)
    return body


def _replied(core: Core, reference: Json, reader_id: int | None) -> Json | None:
    """Without what that one replies to in its turn."""
    kept = core.world.messages.get(int(reference["channel_id"]), {})
    replied = kept.get(int(reference["message_id"]))
    return None if replied is None else message(core, replied, reader_id, with_the_replied=False)


def _interaction(one: Message) -> Json:
    """What tells that an application sent it, by an interaction's webhook or by one of its own."""
    if one.application_id is None:
        return {}
    webhook_id = one.webhook_id or one.application_id
    body: Json = {"application_id": str(one.application_id), "webhook_id": str(webhook_id)}
    if one.interaction:
        body["interaction_metadata"] = one.interaction
        if one.type in COMMAND_ANSWERS:
            body["interaction"] = {
                key: one.interaction[key] for key in ("id", "type", "name", "user") if key in one.interaction
            }
    return body


def message_event(core: Core, one: Message, reader_id: int | None = None) -> Json:
    """With the guild's view of author and mentioned people, as MESSAGE_CREATE and MESSAGE_UPDATE carry it."""
    body = message(core, one, reader_id)
    body["channel_type"] = core.world.channel(one.channel_id).type
    if one.guild_id is None:
        return body
    guild = core.world.guild(one.guild_id)
    body["guild_id"] = str(guild.id)
    if author := guild.members.get(one.author_id):
        body["member"] = payloads.member_in_message(author)
    for mention in body["mentions"]:
        if mentioned := guild.members.get(int(mention["id"])):
            mention["member"] = payloads.member_in_message(mentioned)
    return body
