"""Channels are made, changed and moved: the same rules for a bot's call and for a person's hand."""

from dataclasses import dataclass

from sandbox.channels import channel_payloads, channel_types, channels, overwrites
from sandbox.channels.channel_types import CATEGORY
from sandbox.core import Core
from sandbox.errors import Refused, invalid_form, missing_permissions, too_many
from sandbox.guilds import changes
from sandbox.guilds.audit import Action
from sandbox.permissions import Permission
from sandbox.rows import Channel, ForumTag, Guild, Json

MOST_CHANNELS = 500
MOST_IN_A_CATEGORY = 50


def create(core: Core, guild: Guild, wanted: Json, *, actor_id: int, reason: str | None = None) -> Channel:
    """`wanted` holds fields of Channel. Overwrites are by default those of the category, and the place is the last."""
    parent = _category(core, guild, wanted.get("parent_id"))
    _require_at(core, guild, parent, actor_id, Permission.MANAGE_CHANNELS)
    if wanted.get("overwrites"):
        _check_new_overwrites(core, guild, wanted, actor_id)
    if len(guild.channel_ids) >= MOST_CHANNELS:
        raise too_many(30013, "guild channels", MOST_CHANNELS)
    channel = Channel(id=core.ids.next(), guild_id=guild.id, **wanted)
    if parent and not channel.overwrites:
        channel.overwrites = dict(parent.overwrites)
    if "position" not in wanted:
        channel.position = _last_position(core, guild, channel.type) + 1
    channel.available_tags = _numbered(core, [], channel.available_tags)
    core.world.channels[channel.id] = channel
    guild.channel_ids.append(channel.id)
    channels.tell(core, "CHANNEL_CREATE", channel)
    made = changes.between({}, channel_payloads.noted(channel))
    channels.note(core, guild, Action.CHANNEL_CREATE, channel, made, actor_id=actor_id, reason=reason)
    return channel


def _check_new_overwrites(core: Core, guild: Guild, wanted: Json, actor_id: int) -> None:
    """Only what the actor has in the guild; MANAGE_ROLES only from an administrator."""
    given = wanted["overwrites"]
    overwrites.check_subjects(guild, given, list(given.values()))
    held = core.guild_permissions(guild, actor_id)
    grantable = int(held) if held & Permission.ADMINISTRATOR else int(held & ~Permission.MANAGE_ROLES)
    if any((each.allow | each.deny) & ~grantable for each in given.values()):
        raise missing_permissions()


def _require_at(
    core: Core, guild: Guild, parent: Channel | None, actor_id: int, permission: Permission
) -> None:
    """In the guild, or in the category that it is about."""
    held = core.guild_permissions(guild, actor_id)
    if parent:
        held |= core.channel_permissions(parent, actor_id)
    if not held & permission:
        raise missing_permissions()


def _category(
    core: Core, guild: Guild, parent_id: int | None, moved: Channel | None = None
) -> Channel | None:
    if parent_id is None:
        return None
    parent = core.world.channels.get(parent_id)
    if parent is None or parent.guild_id != guild.id:
        raise _bad_parent("CHANNEL_PARENT_INVALID", "Category does not exist")
    if parent.type != CATEGORY:
        raise _bad_parent("CHANNEL_PARENT_INVALID_TYPE", "Not a category")
    inside = [each for each in core.world.guild_channels(guild) if each.parent_id == parent_id]
    if moved not in inside and len(inside) >= MOST_IN_A_CATEGORY:
        full = f"Maximum number of channels in category reached ({MOST_IN_A_CATEGORY})"
        raise _bad_parent("CHANNEL_PARENT_MAX_CHANNELS", full)
    return parent


def _bad_parent(code: str, message: str) -> Refused:
    return invalid_form({"parent_id": {"_errors": [{"code": code, "message": message}]}})


def _last_position(core: Core, guild: Guild, kind: int) -> int:
    beside = channel_types.sorted_among(kind)
    found = [each.position for each in core.world.guild_channels(guild) if each.type in beside]
    return max(found, default=-1)


def _numbered(core: Core, kept: list[ForumTag], tags: list[ForumTag]) -> list[ForumTag]:
    """A tag keeps its id if the channel had it."""
    known = {each.id for each in kept}
    for each in tags:
        if each.id not in known:
            each.id = core.ids.next()
    return tags


def edit(
    core: Core, guild: Guild, channel: Channel, wanted: Json, *, actor_id: int, reason: str | None = None
) -> None:
    """`wanted` holds fields of Channel with their new values; all of it is allowed before anything changes."""
    others = {key: value for key, value in wanted.items() if key != "overwrites"}
    if others or "overwrites" not in wanted:
        channels.require(core, channel, actor_id, Permission.MANAGE_CHANNELS)
    parent = _category(core, guild, others.get("parent_id"), channel)
    if parent and parent.id != channel.parent_id:
        channels.require(core, parent, actor_id, Permission.MANAGE_CHANNELS)
    if "overwrites" in wanted:
        overwrites.check(core, guild, channel, wanted["overwrites"], actor_id=actor_id)
    _set(core, guild, channel, others, actor_id=actor_id, reason=reason)
    if wanted.get("overwrites", channel.overwrites) != channel.overwrites:
        overwrites.apply(core, guild, channel, wanted["overwrites"], actor_id=actor_id, reason=reason)


def _set(
    core: Core, guild: Guild, channel: Channel, wanted: Json, *, actor_id: int, reason: str | None
) -> None:
    before = channel_payloads.noted(channel)
    if "available_tags" in wanted:
        wanted["available_tags"] = _numbered(core, channel.available_tags, wanted["available_tags"])
    for key, value in wanted.items():
        setattr(channel, key, value)
    found = changes.between(before, channel_payloads.noted(channel))
    if found:
        channels.updated(core, channel)
        channels.note(core, guild, Action.CHANNEL_UPDATE, channel, found, actor_id=actor_id, reason=reason)


@dataclass(frozen=True)
class Move:
    channel: Channel
    position: int | None
    parent_id: int | None
    is_synced: bool  # takes over the overwrites of its category
    flags: int | None = None


def move(core: Core, guild: Guild, moves: list[Move], *, actor_id: int) -> None:
    """Only one may change its category (reference, "Modify Guild Channel Positions", also for who may do it)."""
    rehomed = [each for each in moves if each.parent_id != each.channel.parent_id]
    if len(rehomed) > 1:
        raise Refused(400, 40009, "Only one channel can have a parent_id modified at a time")
    for each in moves:
        if each in rehomed:
            parent = _category(core, guild, each.parent_id, each.channel)
            channels.require(core, each.channel, actor_id, Permission.MANAGE_CHANNELS)
            _require_at(core, guild, parent, actor_id, Permission.MANAGE_CHANNELS)
        elif each.position is not None:
            parent = core.world.channels.get(each.channel.parent_id or 0)
            _require_at(core, guild, parent, actor_id, Permission.MANAGE_CHANNELS)
        if each.is_synced:
            channels.require(core, each.channel, actor_id, Permission.MANAGE_ROLES)
        if each.flags is not None:
            channels.require(core, each.channel, actor_id, Permission.MANAGE_CHANNELS)
    for each in moves:
        position = each.channel.position if each.position is None else each.position
        flags = each.channel.flags if each.flags is None else each.flags
        wanted: Json = {"position": position, "parent_id": each.parent_id, "flags": flags}
        _set(core, guild, each.channel, wanted, actor_id=actor_id, reason=None)
        parent = core.world.channels.get(each.parent_id or 0)
        if each.is_synced and parent and parent.overwrites != each.channel.overwrites:
            overwrites.apply(core, guild, each.channel, parent.overwrites, actor_id=actor_id)
