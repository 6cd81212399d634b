"""Who hears of a message, and what they are told of it."""

from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.message_rows import Message
from sandbox.messages.message_payloads import message, message_event
from sandbox.rows import Json


def audience_of(one: Message) -> Audience:
    """An ephemeral message goes straight to a person and the bot that sent it, like a direct one (gateway events,
    "Message Create")."""
    if one.ephemeral_to is not None:
        two: Json = {"person_id": one.ephemeral_to, "application_id": one.application_id}
        return Audience(None, one.channel_id, Intent.DIRECT_MESSAGES, **two)
    intent = Intent.DIRECT_MESSAGES if one.guild_id is None else Intent.GUILD_MESSAGES
    return Audience(one.guild_id, one.channel_id, intent)


def told(core: Core, one: Message) -> Json:
    """Of an ephemeral one without the guild and its members."""
    if one.ephemeral_to is None:
        return message_event(core, one)
    return {**message(core, one), "channel_type": core.world.channel(one.channel_id).type}


def deleted(one: Message, ids: Json) -> Json:
    is_direct = one.guild_id is None or one.ephemeral_to is not None
    guild = {} if is_direct else {"guild_id": str(one.guild_id)}
    return {**ids, "channel_id": str(one.channel_id), **guild}
