"""What each bot reads of a message: what people wrote as far as it was granted (gateway, "Message Content Intent"),
and which reactions are its own."""

import json
from collections.abc import Iterator

from sandbox.events import Event
from sandbox.rows import Json
from sandbox.world import World

EMPTY: Json = {"content": "", "embeds": [], "attachments": [], "components": []}
AUTOMOD_ACTION = "AUTO_MODERATION_ACTION_EXECUTION"
PERSONAL = ("MESSAGE_CREATE", "MESSAGE_UPDATE", AUTOMOD_ACTION)
REPLIED = "referenced_message"
Hidden = tuple[bool, bool]
Mine = tuple[
    tuple[str | None, int], ...
]  # whether of the message or of the one that it answers, and the place there


def text_for(world: World, event: Event, reader_id: int, *, with_content: bool) -> str:
    """The event as this reader gets it; written down once for all who get the same."""
    if event.name == AUTOMOD_ACTION:
        return (
            event.text if with_content else _written({**event.payload, "content": "", "matched_content": ""})
        )
    hidden = (False, False) if with_content else _hidden(event.payload, reader_id)
    mine = tuple(_mine(world, event, reader_id)) if event.tells_reactions else ()
    if not any(hidden) and not mine:
        return event.text
    if (hidden, mine) not in event.variants:
        event.variants[hidden, mine] = _written(_with_own(_without(event.payload, hidden), mine))
    return event.variants[hidden, mine]


def _written(payload: Json) -> str:
    return json.dumps(payload, separators=(",", ":"))


def _mine(world: World, event: Event, reader_id: int) -> Iterator[tuple[str | None, int]]:
    for key in (None, REPLIED):
        told = event.payload.get(key) if key else event.payload
        if told and "reactions" in told:
            one = world.message(int(told["channel_id"]), int(told["id"]))
            yield from ((key, at) for at, each in enumerate(one.reactions) if reader_id in each.user_ids)


def _with_own(payload: Json, mine: Mine) -> Json:
    for key in (None, REPLIED):
        own = {at for place, at in mine if place == key}
        if own:
            told = payload[key] if key else payload
            marked = [{**each, "me": at in own} for at, each in enumerate(told["reactions"])]
            payload = (
                {**payload, key: {**told, "reactions": marked}} if key else {**told, "reactions": marked}
            )
    return payload


def without_content(message: Json, reader_id: int) -> Json:
    """A message of a guild as it is read without the intent."""
    return _without(message, _hidden(message, reader_id))


def _hidden(message: Json, reader_id: int) -> Hidden:
    """Whether to hide its own content, and that of the message which it answers: those that are the reader's own,
    direct, or mention the reader stay whole."""
    if "guild_id" not in message:
        return False, False
    replied = message.get(REPLIED)
    return not _concerns(message, reader_id), replied is not None and not _concerns(replied, reader_id)


def _concerns(message: Json, reader_id: int) -> bool:
    wanted = str(reader_id)
    return message["author"]["id"] == wanted or any(user["id"] == wanted for user in message["mentions"])


def _without(message: Json, hidden: Hidden) -> Json:
    own, replied = hidden
    left = _emptied(message) if own else dict(message)
    if replied:
        left[REPLIED] = _emptied(left[REPLIED])
    return left


def _emptied(message: Json) -> Json:
    emptied: Json = {key: EMPTY.get(key, value) for key, value in message.items() if key != "poll"}
    if "message_snapshots" in emptied:
        emptied["message_snapshots"] = [
            {**each, "message": _emptied(each["message"])} for each in emptied["message_snapshots"]
        ]
    return emptied
