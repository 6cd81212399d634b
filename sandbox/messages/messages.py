"""Messages come, change and go; everybody who may see them hears of it."""

from datetime import timedelta

from sandbox.core import Core
from sandbox.errors import (
    Refused,
    bad_bulk_count,
    empty_message,
    others_message,
    system_message,
    too_old_to_bulk_delete,
    wrong_field,
)
from sandbox.message_rows import LOADING, SUPPRESS_EMBEDS, Attachment, Message
from sandbox.messages import components, embeds, forwards
from sandbox.messages.drafts import Draft
from sandbox.messages.mentions import mention
from sandbox.messages.message_events import audience_of, deleted, told
from sandbox.rows import POSTS_ONLY, PRIVATE_THREAD, Channel, Json
from sandbox.threads import archiving, thread_members

NONCE_REMEMBERED = timedelta(minutes=5)
BULK_DELETABLE = timedelta(days=14)
REPLY, THREAD_STARTER = 19, 21
WRITTEN = (0, REPLY, 20, 23)  # by a person or a bot; every other type is the system's
LASTING = (1, 2, 3, 4, 5, THREAD_STARTER)  # cannot be deleted (reference, "Message Types")


def create(
    core: Core,
    channel: Channel,
    author_id: int,
    draft: Draft,
    *,
    answer_to: Json | None = None,
    message_id: int | None = None,
) -> Message:
    """`answer_to` holds what an interaction's answer adds: application_id, interaction, type, ephemeral_to."""
    if channel.type in POSTS_ONLY:
        raise Refused(400, 40058, "Cannot send a message in a forum channel")
    if draft.is_empty and not (answer_to and answer_to.get("flags", 0) & LOADING):
        raise empty_message()
    if draft.enforce_nonce and (earlier := _sent_before(core, channel, author_id, draft)):
        return earlier
    if answer_to is None:
        archiving.refuse_locked(core, channel, author_id)
    one = Message(
        id=message_id or core.ids.next(),
        channel_id=channel.id,
        guild_id=channel.guild_id,
        author_id=author_id,
        created_at=core.now(),
        tts=draft.tts,
        nonce=draft.nonce,
        **(answer_to or {}),
    )
    _refer(core, channel, one, draft)
    fill(core, one, draft)
    archiving.wake(core, channel)
    _publish(core, channel, one)
    if answer_to is None and channel.thread:
        _bring_in(core, channel, one)
    return one


def announce(
    core: Core,
    channel: Channel,
    author_id: int,
    type_: int,
    content: str = "",
    *,
    reference: Json | None = None,
    mention_ids: list[int] | None = None,
) -> Message:
    """What the system writes in somebody's name."""
    one = Message(
        core.ids.next(),
        channel.id,
        author_id,
        core.now(),
        channel.guild_id,
        type_,
        content,
        mention_ids=mention_ids or [],
        reference=reference,
    )
    _publish(core, channel, one)
    return one


def _publish(core: Core, channel: Channel, one: Message) -> None:
    core.world.messages.setdefault(channel.id, {})[one.id] = one
    if one.ephemeral_to is None:
        channel.last_message_id = one.id
        _count(channel, one)
    core.events.emit("MESSAGE_CREATE", told(core, one), audience_of(one))


def _count(channel: Channel, one: Message) -> None:
    """The message that a thread began with is not counted (reference, "Thread Fields")."""
    if channel.thread is None:
        return
    if one.type != THREAD_STARTER and one.id != channel.id:
        channel.thread.message_count += 1
        channel.thread.total_message_sent += 1
    one.position = channel.thread.total_message_sent


def _bring_in(core: Core, channel: Channel, one: Message) -> None:
    """Who writes in a thread is in it, and so is who is mentioned there, if the author may bring others."""
    guild, parent = core.world.guild(channel.guild_id or 0), core.world.parent_of(channel)
    shut = channel.type == PRIVATE_THREAD and channel.thread and not channel.thread.invitable
    mentioned = [] if shut and not archiving.moderates(core, channel, one.author_id) else one.mention_ids
    for user_id in (one.author_id, *mentioned):
        if user_id in guild.members and core.sees(parent, user_id):
            thread_members.join(core, channel, user_id)


def _sent_before(core: Core, channel: Channel, author_id: int, draft: Draft) -> Message | None:
    since = core.now() - NONCE_REMEMBERED
    for earlier in reversed(core.world.messages.get(channel.id, {}).values()):
        if earlier.created_at < since:
            return None
        if (
            earlier.author_id == author_id
            and earlier.nonce is not None
            and str(earlier.nonce) == str(draft.nonce)
        ):
            return earlier
    return None


def _refer(core: Core, channel: Channel, one: Message, draft: Draft) -> None:
    if draft.reply_to_id is None:
        return
    if draft.forwards:
        source = forwards.source_of(core, draft, one.author_id)
        if source.type not in WRITTEN:
            raise system_message()
        forwards.carry(core, one, source, reference_to(source))
        return
    replied = core.world.messages.get(channel.id, {}).get(draft.reply_to_id)
    if replied is None:
        if draft.needs_the_replied:
            raise wrong_field("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        return
    if replied.type not in WRITTEN:
        code = "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
        raise wrong_field("message_reference", code, "Cannot reply to a system message")
    refer_to(one, replied)
    allowed = draft.allowed_mentions
    if replied.webhook_id is None and (allowed is None or allowed["replied_user"]):
        one.pings_replied = True
        one.mention_ids.append(replied.author_id)


def refer_to(one: Message, replied: Message) -> None:
    one.type = REPLY
    one.reference = reference_to(replied)


def reference_to(replied: Message) -> Json:
    place = {"channel_id": str(replied.channel_id), "message_id": str(replied.id)}
    return place if replied.guild_id is None else {**place, "guild_id": str(replied.guild_id)}


def fill(core: Core, one: Message, draft: Draft) -> None:
    """Takes over what the draft gives, and leaves the rest."""
    if "content" in draft.given:
        one.content = draft.content
    if "content" in draft.given or draft.texts:
        mention(core, one, draft)
    before = one.attachments
    _attach(core, one, draft)
    files = {each.filename: each for each in one.attachments}
    if "embeds" in draft.given:
        one.embeds = draft.embeds
        embeds.use_attachments(core, one.embeds, files)
    if "components" in draft.given:
        one.components = draft.components
        components.use_attachments(core, one.components, files)
    core.files.forget(each for each in before if each not in one.attachments and not _shows(one, each))
    kept = one.flags & ~SUPPRESS_EMBEDS if "flags" in draft.given else one.flags
    one.flags = kept | draft.flags


def _shows(one: Message, file: Attachment) -> bool:
    """An embed or a component keeps what it shows."""
    return file.path in f"{one.embeds}{one.components}"


def _attach(core: Core, one: Message, draft: Draft) -> None:
    if "attachments" in draft.given:
        one.attachments = [each for each in one.attachments if each.id in draft.kept]
        for each in one.attachments:
            draft.kept[each.id].describe(each)
    for upload in draft.uploads:
        new = core.files.keep(upload, attachment_id=core.ids.next(), owner_id=one.channel_id)
        one.attachments = [*one.attachments, new]


def complete(core: Core, one: Message, draft: Draft) -> None:
    """Turns "is thinking" into the answer that it stood for: nobody read anything before, so it is not edited."""
    one.flags &= ~LOADING
    fill(core, one, draft)
    updated(core, one)


def edit(core: Core, one: Message, draft: Draft) -> Message:
    fill(core, one, draft)
    one.edited_at = core.now()
    updated(core, one)
    return one


def updated(core: Core, one: Message) -> None:
    """An update is never spoken, whatever the message was (reference, "Message Update")."""
    core.events.emit("MESSAGE_UPDATE", {**told(core, one), "tts": False}, audience_of(one))


def refuse_others(one: Message, editor_id: int) -> None:
    if one.author_id != editor_id:
        raise others_message()


def delete(core: Core, one: Message) -> None:
    if one.type in LASTING:
        raise system_message()
    _take_out(core, one)
    core.events.emit("MESSAGE_DELETE", deleted(one, {"id": str(one.id)}), audience_of(one))


def delete_many(core: Core, found: list[Message]) -> None:
    if not found:
        return
    for one in found:
        _take_out(core, one)
    gone = deleted(found[0], {"ids": [str(one.id) for one in found]})
    core.events.emit("MESSAGE_DELETE_BULK", gone, audience_of(found[0]))


def bulk_delete(core: Core, channel: Channel, message_ids: list[int]) -> list[Message]:
    if not 2 <= len(message_ids) <= 100:
        raise bad_bulk_count()
    if len(set(message_ids)) < len(message_ids):
        raise wrong_field(
            "messages", "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value"
        )
    kept = core.world.messages.get(channel.id, {})
    found = [
        one
        for one in (kept[each] for each in message_ids if each in kept)
        if one.ephemeral_to is None and one.type not in LASTING
    ]
    if any(core.now() - one.created_at > BULK_DELETABLE for one in found):
        raise too_old_to_bulk_delete()
    delete_many(core, found)
    return found


def _take_out(core: Core, one: Message) -> None:
    core.world.messages[one.channel_id].pop(one.id, None)
    core.files.forget(one.attachments)
    thread = core.world.channel(one.channel_id).thread
    if thread and one.position is not None and one.id != one.channel_id:
        thread.message_count = max(0, thread.message_count - 1)


def public(core: Core, channel: Channel) -> list[Message]:
    """Oldest first, without what only one person sees."""
    return [one for one in core.world.messages.get(channel.id, {}).values() if one.ephemeral_to is None]
