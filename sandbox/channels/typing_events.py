"""Somebody begins to type (reference, "Typing Start")."""

from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.rows import Channel, Json


def started_typing(core: Core, channel: Channel, user_id: int) -> None:
    body: Json = {
        "channel_id": str(channel.id),
        "user_id": str(user_id),
        "timestamp": int(core.now().timestamp()),
    }
    guild = core.world.guild_of(channel)
    if guild is not None:
        body |= {"guild_id": str(guild.id), "member": payloads.member(core.world, guild.members[user_id])}
    intent = Intent.DIRECT_MESSAGE_TYPING if guild is None else Intent.GUILD_MESSAGE_TYPING
    core.events.emit("TYPING_START", body, Audience(channel.guild_id, channel.id, intent))
