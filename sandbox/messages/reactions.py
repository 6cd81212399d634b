"""People and bots react to messages, and take that back (reference, "Create Reaction" and those after it)."""

from sandbox.channels import channels
from sandbox.core import Core
from sandbox.errors import Refused, too_many, unknown
from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.message_rows import Message, Reaction
from sandbox.messages import emojis
from sandbox.messages.message_payloads import emoji
from sandbox.permissions import Permission
from sandbox.rows import Channel, Json
from sandbox.threads import archiving

MOST = 20  # different emoji
NORMAL = 0


def add(core: Core, channel: Channel, one: Message, wanted: str, *, actor_id: int) -> None:
    """Who joins a reaction needs less than who begins one."""
    channels.require(core, channel, actor_id, Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    asked = emojis.read(core, wanted, one.reactions)
    archiving.refuse_archived(channel)
    if _blocks(core, one, actor_id):
        raise Refused(403, 90001, "Reaction was blocked")
    found = _on(one, asked) or _begin(core, channel, one, asked, actor_id)
    if actor_id in found.user_ids:
        return
    found.user_ids.append(actor_id)
    body = {**_of_person(one, found, actor_id), "message_author_id": str(one.author_id), "burst_colors": []}
    guild = core.world.guild_of(channel)
    if guild and actor_id in guild.members:
        body["member"] = payloads.member(core.world, guild.members[actor_id])
    core.events.emit("MESSAGE_REACTION_ADD", body, _audience(one))


def _blocks(core: Core, one: Message, actor_id: int) -> bool:
    author = core.world.users.get(one.author_id)
    return author is not None and actor_id in author.blocked_ids


def _begin(core: Core, channel: Channel, one: Message, asked: Reaction, actor_id: int) -> Reaction:
    needed = Permission.ADD_REACTIONS
    if asked.emoji_id and emojis.of(core, asked.emoji_id)[0].id != channel.guild_id:
        needed |= Permission.USE_EXTERNAL_EMOJIS
    channels.require(core, channel, actor_id, needed)
    if len(one.reactions) >= MOST:
        raise too_many(30010, "reactions", MOST)
    one.reactions.append(asked)
    return asked


def remove(core: Core, channel: Channel, one: Message, wanted: str, *, user_id: int, actor_id: int) -> None:
    """One's own, or as a moderator another's."""
    needed = Permission.VIEW_CHANNEL if user_id == actor_id else Permission.MANAGE_MESSAGES
    channels.require(core, channel, actor_id, needed)
    found = require(core, one, wanted)
    archiving.refuse_archived(channel)
    if user_id not in found.user_ids:
        return
    found.user_ids.remove(user_id)
    if not found.user_ids:
        one.reactions.remove(found)
    core.events.emit("MESSAGE_REACTION_REMOVE", _of_person(one, found, user_id), _audience(one))


def clear(core: Core, channel: Channel, one: Message, *, actor_id: int) -> None:
    channels.require(core, channel, actor_id, Permission.MANAGE_MESSAGES)
    archiving.refuse_archived(channel)
    one.reactions.clear()
    core.events.emit("MESSAGE_REACTION_REMOVE_ALL", _place(one), _audience(one))


def clear_emoji(core: Core, channel: Channel, one: Message, wanted: str, *, actor_id: int) -> None:
    channels.require(core, channel, actor_id, Permission.MANAGE_MESSAGES)
    found = require(core, one, wanted)
    archiving.refuse_archived(channel)
    one.reactions.remove(found)
    body = {**_place(one), "emoji": emoji(found)}
    core.events.emit("MESSAGE_REACTION_REMOVE_EMOJI", body, _audience(one))


def require(core: Core, one: Message, wanted: str) -> Reaction:
    """What is not on the message is unknown there."""
    found = _on(one, emojis.read(core, wanted, one.reactions))
    if found is None:
        raise unknown("emoji")
    return found


def _on(one: Message, asked: Reaction) -> Reaction | None:
    return next((each for each in one.reactions if emojis.same(each, asked)), None)


def _place(one: Message) -> Json:
    place = {"channel_id": str(one.channel_id), "message_id": str(one.id)}
    return place if one.guild_id is None else {**place, "guild_id": str(one.guild_id)}


def _of_person(one: Message, found: Reaction, user_id: int) -> Json:
    return {
        **_place(one),
        "user_id": str(user_id),
        "emoji": emoji(found),
        "burst": False,
        "type": NORMAL,
    }


def _audience(one: Message) -> Audience:
    direct = one.guild_id is None
    intent = Intent.DIRECT_MESSAGE_REACTIONS if direct else Intent.GUILD_MESSAGE_REACTIONS
    return Audience(one.guild_id, one.channel_id, intent)
