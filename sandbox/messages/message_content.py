"""What people wrote, and what of it a bot reads that was not granted it (gateway, "Message Content Intent")."""

import json

from sandbox.events import Event
from sandbox.rows import Json

EMPTY: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
AUTOMOD_ACTION = "AUTO_MODERATION_ACTION_EXECUTION"
WITH_CONTENT = ("MESSAGE_CREATE", "MESSAGE_UPDATE", AUTOMOD_ACTION)
Hidden = tuple[bool, bool]


def text_for(event: Event, reader_id: int) -> str:
    """The event without what this reader may not read; written down once for all who may read the same of it."""
    if event.name == AUTOMOD_ACTION:
        return json.dumps({**event.payload, "content": "", "matched_content": ""}, separators=(",", ":"))
    hidden = _hidden(event.payload, reader_id)
    if not any(hidden):
        return event.text
    if hidden not in event.variants:
        event.variants[hidden] = json.dumps(_without(event.payload, hidden), separators=(",", ":"))
    return event.variants[hidden]


def without_content(message: Json, reader_id: int) -> Json:
    """A message of a guild as it is read without the intent."""
    return _without(message, _hidden(message, reader_id))


def _hidden(message: Json, reader_id: int) -> Hidden:
    """Whether to hide its own content, and that of the message which it answers: those that are the reader's own,
    direct, or mention the reader stay whole."""
    if "guild_id" not in message:
        return False, False
    replied = message.get("referenced_message")
    return not _concerns(message, reader_id), replied is not None and not _concerns(replied, reader_id)


def _concerns(message: Json, reader_id: int) -> bool:
    wanted = str(reader_id)
    return message["author"]["id"] == wanted or any(user["id"] == wanted for user in message["mentions"])


def _without(message: Json, hidden: Hidden) -> Json:
    own, replied = hidden
    left = _emptied(message) if own else dict(message)
    if replied:
        left["referenced_message"] = _emptied(left["referenced_message"])
    return left


def _emptied(message: Json) -> Json:
    emptied: Json = {key: EMPTY.get(key, value) for key, value in message.items() if key != "poll"}
    if "message_snapshots" in emptied:
        emptied["message_snapshots"] = [
            {**each, "message": _emptied(each["message"])} for each in emptied["message_snapshots"]
        ]
    return emptied
