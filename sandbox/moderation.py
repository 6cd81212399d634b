"""Kick, ban, time-out, roles, nicknames: the same rules for a bot's call and for a person's hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sandbox import audit, membership, messages
from sandbox.audit import Action
from sandbox.clock import timestamp
from sandbox.core import Core
from sandbox.errors import Refused, invalid_form, missing_access, missing_permissions, unknown
from sandbox.permissions import Permission, in_guild, outranks, rank
from sandbox.rows import Ban, Guild, Json, Member, Role

Value = TypeVar("Value")
LONGEST_TIMEOUT = timedelta(days=28)


def require(guild: Guild, actor_id: int, permission: Permission) -> Member:
    actor = guild.members.get(actor_id)
    if actor is None:
        raise missing_access()
    if not in_guild(guild, actor) & permission:
        raise missing_permissions()
    return actor


def _target(core: Core, guild: Guild, actor: Member, target_id: int) -> Member:
    target = core.world.member(guild, target_id)
    if not outranks(guild, actor, target):
        raise missing_permissions()
    return target


def kick(core: Core, guild: Guild, *, actor_id: int, target_id: int, reason: str | None = None) -> None:
    actor = require(guild, actor_id, Permission.KICK_MEMBERS)
    _target(core, guild, actor, target_id)
    membership.leave(core, guild, target_id)
    audit.record(core, guild, Action.MEMBER_KICK, actor_id=actor_id, target_id=target_id, reason=reason)


def ban(
    core: Core,
    guild: Guild,
    *,
    actor_id: int,
    target_id: int,
    reason: str | None = None,
    delete_message_seconds: int = 0,
) -> None:
    """A second ban of the same person changes nothing, as on Discord."""
    actor = require(guild, actor_id, Permission.BAN_MEMBERS)
    core.world.user(target_id)
    if target_id in guild.members:
        _target(core, guild, actor, target_id)
    if target_id in guild.bans:
        return
    one = guild.bans[target_id] = Ban(target_id, reason)
    membership.banned(core, guild, one, lifted=False)
    if target_id in guild.members:
        membership.leave(core, guild, target_id)
    audit.record(core, guild, Action.MEMBER_BAN_ADD, actor_id=actor_id, target_id=target_id, reason=reason)
    _delete_recent(core, guild, target_id, timedelta(seconds=delete_message_seconds))


def _delete_recent(core: Core, guild: Guild, author_id: int, period: timedelta) -> None:
    since = core.now() - period
    for channel in core.world.guild_channels(guild):
        recent = [
            one
            for one in messages.public(core, channel)
            if one.author_id == author_id and one.created_at > since
        ]
        messages.delete_many(core, channel, recent)


def unban(core: Core, guild: Guild, *, actor_id: int, target_id: int, reason: str | None = None) -> None:
    require(guild, actor_id, Permission.BAN_MEMBERS)
    one = guild.bans.pop(target_id, None)
    if one is None:
        raise unknown("ban")
    membership.banned(core, guild, one, lifted=True)
    audit.record(core, guild, Action.MEMBER_BAN_REMOVE, actor_id=actor_id, target_id=target_id, reason=reason)


def time_out(
    core: Core,
    guild: Guild,
    *,
    actor_id: int,
    target_id: int,
    until: datetime | None,
    reason: str | None = None,
) -> Member:
    actor = require(guild, actor_id, Permission.MODERATE_MEMBERS)
    target = _target(core, guild, actor, target_id)
    if in_guild(guild, target) & Permission.ADMINISTRATOR:
        raise missing_permissions()
    if until is not None and until > core.now() + LONGEST_TIMEOUT + timedelta(minutes=1):
        problem = {
            "code": "MEMBER_TIMEOUT_TOO_LONG",
            "message": "Cannot timeout a member for more than 28 days",
        }
        raise invalid_form({"communication_disabled_until": {"_errors": [problem]}})
    before, target.communication_disabled_until = target.communication_disabled_until, until
    change = {"key": "communication_disabled_until", **_changed(before, until, timestamp)}
    _member_changed(core, guild, target, change, actor_id=actor_id, reason=reason)
    return target


def rename(
    core: Core, guild: Guild, *, actor_id: int, target_id: int, nick: str | None, reason: str | None = None
) -> Member:
    if actor_id == target_id:
        require(guild, actor_id, Permission.CHANGE_NICKNAME)
        target = guild.members[target_id]
    else:
        actor = require(guild, actor_id, Permission.MANAGE_NICKNAMES)
        target = _target(core, guild, actor, target_id)
    before, target.nick = target.nick, nick or None
    change = {"key": "nick", **_changed(before, target.nick, str)}
    _member_changed(core, guild, target, change, actor_id=actor_id, reason=reason)
    return target


def _changed(before: Value | None, after: Value | None, written: Callable[[Value], str]) -> Json:
    pair = (("old_value", before), ("new_value", after))
    return {key: written(value) for key, value in pair if value is not None}


def _member_changed(
    core: Core, guild: Guild, target: Member, change: Json, *, actor_id: int, reason: str | None
) -> None:
    membership.updated(core, guild, target)
    audit.record(
        core,
        guild,
        Action.MEMBER_UPDATE,
        actor_id=actor_id,
        target_id=target.user_id,
        reason=reason,
        changes=[change],
    )


def set_roles(
    core: Core, guild: Guild, *, actor_id: int, target_id: int, role_ids: list[int], reason: str | None = None
) -> Member:
    """Each role that changes must stand below the actor's own; the target's rank does not count."""
    actor = require(guild, actor_id, Permission.MANAGE_ROLES)
    target = core.world.member(guild, target_id)
    added = [
        _changeable(guild, actor, each) for each in dict.fromkeys(role_ids) if each not in target.role_ids
    ]
    removed = [_changeable(guild, actor, each) for each in target.role_ids if each not in role_ids]
    if not added and not removed:
        return target
    target.role_ids = tuple(dict.fromkeys(role_ids))
    membership.updated(core, guild, target)
    pairs = (("$add", added), ("$remove", removed))
    changes = [
        {"key": key, "new_value": [{"id": str(role.id), "name": role.name} for role in roles]}
        for key, roles in pairs
        if roles
    ]
    audit.record(
        core,
        guild,
        Action.MEMBER_ROLE_UPDATE,
        actor_id=actor_id,
        target_id=target_id,
        reason=reason,
        changes=changes,
    )
    return target


def _changeable(guild: Guild, actor: Member, role_id: int) -> Role:
    role = guild.roles.get(role_id)
    if role is None or role.id == guild.id:
        raise unknown("role")
    if role.managed:
        raise Refused(400, 50028, "Invalid Role")
    if rank(guild, actor) <= role.position:
        raise missing_permissions()
    return role
