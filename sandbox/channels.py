"""Channels change: who may enter, how slow they are."""

from sandbox import audit, payloads
from sandbox.audit import Action
from sandbox.core import Core
from sandbox.errors import missing_access, missing_permissions, unknown
from sandbox.events import Audience, Intent
from sandbox.permissions import Permission
from sandbox.rows import Channel, Guild, Json, Overwrite


def require(core: Core, channel: Channel, actor_id: int, permission: Permission) -> None:
    """50001 where the actor does not even see the channel, 50013 where only the permission is missing."""
    permissions = core.channel_permissions(channel, actor_id)
    if not permissions & Permission.VIEW_CHANNEL:
        raise missing_access()
    if permission & ~permissions:
        raise missing_permissions()


def updated(core: Core, channel: Channel) -> None:
    """A bot hears of every channel of its guilds, also of those that it cannot view."""
    audience = Audience(channel.guild_id, intent=Intent.GUILDS)
    core.events.emit("CHANNEL_UPDATE", payloads.channel(core.world, channel), audience)


def set_overwrite(
    core: Core,
    guild: Guild,
    channel: Channel,
    overwrite: Overwrite,
    *,
    actor_id: int,
    reason: str | None = None,
) -> None:
    """Nobody may allow or deny what they do not have themselves."""
    require(core, channel, actor_id, Permission.MANAGE_ROLES)
    if (overwrite.allow | overwrite.deny) & ~int(core.channel_permissions(channel, actor_id)):
        raise missing_permissions()
    before = channel.overwrites.get(overwrite.id)
    channel.overwrites[overwrite.id] = overwrite
    action = Action.OVERWRITE_UPDATE if before else Action.OVERWRITE_CREATE
    changes = [_change(key, getattr(before, key, None), getattr(overwrite, key)) for key in ("allow", "deny")]
    _told(core, guild, channel, overwrite, action=action, changes=changes, actor_id=actor_id, reason=reason)


def remove_overwrite(
    core: Core, guild: Guild, channel: Channel, overwrite_id: int, *, actor_id: int, reason: str | None = None
) -> None:
    require(core, channel, actor_id, Permission.MANAGE_ROLES)
    overwrite = channel.overwrites.pop(overwrite_id, None)
    if overwrite is None:
        raise unknown("permission overwrite")
    changes = [{"key": key, "old_value": str(int(getattr(overwrite, key)))} for key in ("allow", "deny")]
    _told(
        core,
        guild,
        channel,
        overwrite,
        action=Action.OVERWRITE_DELETE,
        changes=changes,
        actor_id=actor_id,
        reason=reason,
    )


def _change(key: str, before: int | None, after: int) -> Json:
    old = {} if before is None else {"old_value": str(int(before))}
    return {"key": key, **old, "new_value": str(int(after))}


def _told(
    core: Core,
    guild: Guild,
    channel: Channel,
    overwrite: Overwrite,
    *,
    action: Action,
    changes: list[Json],
    actor_id: int,
    reason: str | None,
) -> None:
    updated(core, channel)
    options = {"id": str(overwrite.id), "type": str(overwrite.type)}
    if overwrite.type == 0:
        options["role_name"] = guild.roles[overwrite.id].name
    audit.record(
        core,
        guild,
        action,
        actor_id=actor_id,
        target_id=channel.id,
        reason=reason,
        changes=changes,
        options=options,
    )


def edit(
    core: Core, guild: Guild, channel: Channel, wanted: Json, *, actor_id: int, reason: str | None = None
) -> None:
    """`wanted` holds fields of Channel with their new values."""
    require(core, channel, actor_id, Permission.MANAGE_CHANNELS)
    changes = [
        {"key": key, "old_value": getattr(channel, key), "new_value": value}
        for key, value in wanted.items()
        if getattr(channel, key) != value
    ]
    for key, value in wanted.items():
        setattr(channel, key, value)
    if changes:
        updated(core, channel)
        audit.record(
            core,
            guild,
            Action.CHANNEL_UPDATE,
            actor_id=actor_id,
            target_id=channel.id,
            reason=reason,
            changes=changes,
        )
