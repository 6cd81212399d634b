"""What all that is done with a channel begins and ends with: the right to it, and word of it. And its end."""

from sandbox.channels import channel_payloads
from sandbox.core import Core
from sandbox.errors import Refused, missing_access, missing_permissions, not_in_direct_messages
from sandbox.events import Audience, Intent
from sandbox.guilds import audit, changes, guild_settings, payloads
from sandbox.guilds.audit import Action
from sandbox.permissions import Permission
from sandbox.rows import Channel, Guild, Json
from sandbox.voice import voice


def require(core: Core, channel: Channel, actor_id: int, permission: Permission) -> None:
    """50001 where the actor does not even see the channel, 50013 where only the permission is missing."""
    permissions = core.channel_permissions(channel, actor_id)
    if not permissions & Permission.VIEW_CHANNEL:
        raise missing_access()
    if int(permission) & ~int(permissions):  # plain: the enum's own takes ten times as long
        raise missing_permissions()


def guild_of(core: Core, channel: Channel) -> Guild:
    """For what can be done in a guild only."""
    guild = core.world.guild_of(channel)
    if guild is None:
        raise not_in_direct_messages()
    return guild


def tell(core: Core, name: str, channel: Channel) -> None:
    """A bot hears of every channel of its guilds, also of those that it cannot view."""
    audience = Audience(channel.guild_id, intent=Intent.GUILDS)
    core.events.emit(name, payloads.channel(core.world, channel), audience)


def updated(core: Core, channel: Channel) -> None:
    tell(core, "CHANNEL_UPDATE", channel)


def remove(core: Core, guild: Guild, channel: Channel, *, actor_id: int, reason: str | None = None) -> None:
    """All that is in it goes with it, its threads untold; the channels of a category stay, without one."""
    require(core, channel, actor_id, Permission.MANAGE_CHANNELS)
    if "COMMUNITY" in guild.features and channel.id in (
        guild.rules_channel_id,
        guild.public_updates_channel_id,
    ):
        raise Refused(400, 50074, "Cannot delete a channel required for Community guilds")
    voice.empty(core, guild, channel.id)
    for each in core.world.guild_channels(guild):
        if each.parent_id == channel.id:
            each.parent_id = None
            updated(core, each)
    for thread in core.world.threads_of(guild):
        if thread.parent_id == channel.id:
            core.world.forget_thread(guild, thread.id)
            core.files.forget_all_of(thread.id)
    guild.channel_ids.remove(channel.id)
    core.world.messages.pop(channel.id, None)
    core.files.forget_all_of(channel.id)
    tell(core, "CHANNEL_DELETE", core.world.channels.pop(channel.id))
    guild_settings.forget_channel(core, guild, channel.id)
    core.world.forget_channel(channel.id)
    lost = changes.between(channel_payloads.noted(channel), {})
    note(core, guild, Action.CHANNEL_DELETE, channel, lost, actor_id=actor_id, reason=reason)


def note(
    core: Core,
    guild: Guild,
    kind: Action,
    channel: Channel,
    found: list[Json],
    *,
    actor_id: int,
    reason: str | None,
) -> None:
    audit.record(core, guild, kind, actor_id=actor_id, target_id=channel.id, reason=reason, changes=found)
