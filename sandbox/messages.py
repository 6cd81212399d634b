"""Messages come, change and go; everybody who may see them hears of it."""

from datetime import timedelta

from sandbox import components, embeds
from sandbox.core import Core
from sandbox.drafts import Draft, mentions_in
from sandbox.errors import bad_bulk_count, empty_message, invalid_form, others_message, too_old_to_bulk_delete
from sandbox.events import Audience, Intent
from sandbox.message_payloads import attachment, message_event
from sandbox.permissions import Permission
from sandbox.rows import COMPONENTS_V2, LOADING, SUPPRESS_EMBEDS, Channel, Json, Message

NONCE_REMEMBERED = timedelta(minutes=5)
BULK_DELETABLE = timedelta(days=14)
REPLY = 19


def audience_of(one: Message) -> Audience:
    if one.ephemeral_to is not None:
        return Audience(one.guild_id, one.channel_id, person_id=one.ephemeral_to)
    intent = Intent.DIRECT_MESSAGES if one.guild_id is None else Intent.GUILD_MESSAGES
    return Audience(one.guild_id, one.channel_id, intent)


def create(
    core: Core, channel: Channel, author_id: int, draft: Draft, *, answer_to: Json | None = None
) -> Message:
    """`answer_to` holds what an interaction's answer adds: application_id, interaction, type, ephemeral_to."""
    if draft.is_empty and not (answer_to and answer_to.get("flags", 0) & LOADING):
        raise empty_message()
    if draft.enforce_nonce and (earlier := _sent_before(core, channel, author_id, draft)):
        return earlier
    one = Message(
        id=core.ids.next(),
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
    core.world.messages.setdefault(channel.id, {})[one.id] = one
    if one.ephemeral_to is None:
        channel.last_message_id = one.id
    core.events.emit("MESSAGE_CREATE", message_event(core, one), audience_of(one))
    return one


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
    replied = core.world.messages.get(channel.id, {}).get(draft.reply_to_id)
    if replied is None:
        if draft.needs_the_replied:
            problem = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise invalid_form({"message_reference": {"_errors": [problem]}})
        return
    refer_to(one, replied)
    if (draft.allowed_mentions or {}).get("replied_user", draft.allowed_mentions is None):
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
        _mention(core, one, draft)
    _attach(core, one, draft)
    urls = {each.filename: attachment(core, each) for each in one.attachments}
    if "embeds" in draft.given:
        one.embeds = draft.embeds
        embeds.use_attachments(one.embeds, urls)
    if "components" in draft.given:
        one.components = draft.components
        components.use_attachments(one.components, urls)
    kept = one.flags & ~SUPPRESS_EMBEDS if "flags" in draft.given else one.flags
    one.flags = kept | draft.flags


def _mention(core: Core, one: Message, draft: Draft) -> None:
    mentions = mentions_in(draft)
    known = [user_id for user_id in mentions.user_ids if user_id in core.world.users]
    one.mention_ids = list(dict.fromkeys([*one.mention_ids, *known]))
    channel = core.world.channel(one.channel_id)
    may_all = bool(core.channel_permissions(channel, one.author_id) & Permission.MENTION_EVERYONE)
    one.mention_everyone = mentions.everyone and may_all
    guild = core.world.guild_of(channel)
    roles = guild.roles if guild else {}
    one.mention_role_ids = [role_id for role_id in mentions.role_ids if role_id in roles]


def _attach(core: Core, one: Message, draft: Draft) -> None:
    if "attachments" in draft.given:
        one.attachments = [each for each in one.attachments if each.id in draft.kept_attachment_ids]
    for upload in draft.uploads:
        new = core.files.keep(upload, attachment_id=core.ids.next(), owner_id=one.channel_id)
        one.attachments.append(new)


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
    core.events.emit("MESSAGE_UPDATE", message_event(core, one), audience_of(one))


def refuse_others(one: Message, editor_id: int) -> None:
    if one.author_id != editor_id:
        raise others_message()


def delete(core: Core, one: Message) -> None:
    core.world.messages[one.channel_id].pop(one.id, None)
    core.events.emit("MESSAGE_DELETE", _deleted(one, {"id": str(one.id)}), audience_of(one))


def delete_many(core: Core, channel: Channel, found: list[Message]) -> None:
    if not found:
        return
    for one in found:
        core.world.messages[channel.id].pop(one.id, None)
    gone = _deleted(found[0], {"ids": [str(one.id) for one in found]})
    core.events.emit("MESSAGE_DELETE_BULK", gone, audience_of(found[0]))


def bulk_delete(core: Core, channel: Channel, message_ids: list[int]) -> list[Message]:
    if not 2 <= len(message_ids) <= 100:
        raise bad_bulk_count()
    kept = core.world.messages.get(channel.id, {})
    found = [
        kept[each] for each in dict.fromkeys(message_ids) if each in kept and kept[each].ephemeral_to is None
    ]
    if any(core.now() - one.created_at > BULK_DELETABLE for one in found):
        raise too_old_to_bulk_delete()
    delete_many(core, channel, found)
    return found


def _deleted(one: Message, ids: Json) -> Json:
    guild = {} if one.guild_id is None else {"guild_id": str(one.guild_id)}
    return {**ids, "channel_id": str(one.channel_id), **guild}


def public(core: Core, channel: Channel) -> list[Message]:
    """Oldest first, without what only one person sees."""
    return [one for one in core.world.messages.get(channel.id, {}).values() if one.ephemeral_to is None]


def is_v2(one: Message) -> bool:
    return bool(one.flags & COMPONENTS_V2)
