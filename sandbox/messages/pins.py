"""Messages are pinned and unpinned (reference, "Pin Message")."""

from sandbox.channels import channels
from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.errors import system_message, too_many
from sandbox.events import Audience, Intent
from sandbox.guilds import audit
from sandbox.guilds.audit import Action
from sandbox.message_rows import Message
from sandbox.messages import messages
from sandbox.permissions import Permission
from sandbox.rows import Channel, Json
from sandbox.threads import archiving

MOST = 250
PINNED_MESSAGE = 6


def pin(core: Core, channel: Channel, one: Message, *, actor_id: int, reason: str | None = None) -> None:
    """A second pin changes nothing, as a second unpin does."""
    _require(core, channel, actor_id)
    if one.pinned:
        return
    if one.type not in messages.WRITTEN:
        raise system_message()
    if len(pinned(core, channel)) >= MOST:
        raise too_many(30003, "pins", MOST)
    one.pinned, one.pinned_at = True, core.now()
    _told(core, channel, one, Action.MESSAGE_PIN, actor_id=actor_id, reason=reason)
    messages.announce(core, channel, actor_id, PINNED_MESSAGE, reference=messages.reference_to(one))


def unpin(core: Core, channel: Channel, one: Message, *, actor_id: int, reason: str | None = None) -> None:
    _require(core, channel, actor_id)
    if one.pinned:
        one.pinned, one.pinned_at = False, None
        _told(core, channel, one, Action.MESSAGE_UNPIN, actor_id=actor_id, reason=reason)


def _require(core: Core, channel: Channel, actor_id: int) -> None:
    channels.require(core, channel, actor_id, Permission.PIN_MESSAGES)
    archiving.require_open(core, channel, actor_id)


def pinned(core: Core, channel: Channel) -> list[Message]:
    """Pinned last, first."""
    found = [one for one in messages.public(core, channel) if one.pinned_at]
    return sorted(found, key=lambda one: (one.pinned_at, one.id), reverse=True)


def _told(
    core: Core, channel: Channel, one: Message, action: Action, *, actor_id: int, reason: str | None
) -> None:
    newest = next(iter(pinned(core, channel)), None)
    channel.last_pin_at = newest.pinned_at if newest else None
    messages.updated(core, one)
    _tell_channel(core, channel)
    guild = core.world.guild_of(channel)
    if guild:
        audit.record(
            core,
            guild,
            action,
            actor_id=actor_id,
            target_id=one.author_id,
            reason=reason,
            options={"channel_id": str(channel.id), "message_id": str(one.id)},
        )


def _tell_channel(core: Core, channel: Channel) -> None:
    moment = channel.last_pin_at
    body: Json = {"channel_id": str(channel.id), "last_pin_timestamp": timestamp(moment) if moment else None}
    intent = Intent.DIRECT_MESSAGES if channel.guild_id is None else Intent.GUILDS
    if channel.guild_id is not None:
        body["guild_id"] = str(channel.guild_id)
    core.events.emit("CHANNEL_PINS_UPDATE", body, Audience(channel.guild_id, channel.id, intent))
