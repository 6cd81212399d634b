"""A message is passed on as it is at that moment (reference, "Forwards")."""

from sandbox.core import Core
from sandbox.errors import Refused, missing_access, unknown
from sandbox.events import Intent
from sandbox.message_rows import Message
from sandbox.messages.drafts import Draft
from sandbox.messages.message_payloads import FORWARD, attachment, message
from sandbox.permissions import Permission
from sandbox.rows import Json

HAS_SNAPSHOT = 1 << 14
CARRIED = ("type", "content", "timestamp", "edited_timestamp", "flags", "mentions", "mention_roles")


def source_of(core: Core, draft: Draft, actor_id: int) -> Message:
    """Raises Refused for what this actor cannot read."""
    channel = core.world.channel(draft.reply_channel_id or 0)
    if not core.channel_permissions(channel, actor_id) & Permission.READ_MESSAGE_HISTORY:
        raise missing_access()
    one = core.world.message(channel.id, draft.reply_to_id or 0)
    if one.ephemeral_to is not None:
        raise unknown("message")
    application = core.world.application_of(actor_id)
    concerned = one.guild_id is None or actor_id in (one.author_id, *one.mention_ids)
    if application and not concerned and not application.intents & Intent.MESSAGE_CONTENT:
        raise Refused(400, 160014, "You cannot forward a message whose content you cannot read.")
    return one


def carry(core: Core, one: Message, source: Message, reference: Json) -> None:
    """What is carried of a forward is what that one carries."""
    one.flags |= HAS_SNAPSHOT
    one.reference = {**reference, "type": FORWARD}
    one.snapshots = source.snapshots or [{"message": _snapshot(core, source)}]


def _snapshot(core: Core, source: Message) -> Json:
    """Files stand there by their paths: links are signed for each reader anew."""
    body = message(core, source)
    files = [
        {**attachment(core, each), "url": each.path, "proxy_url": each.path} for each in source.attachments
    ]
    kept = {"attachments": files, "embeds": source.embeds, "components": source.components}
    return {**{key: body[key] for key in CARRIED}, **kept}
