"""A member's nickname, roles, time-out and flags: the same rules for a bot's call and for a person's hand.

The reference, "Modify Guild Member", says which permission each of them needs.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.core import Core
from sandbox.errors import invalid_form, invalid_role, missing_permissions, unknown
from sandbox.guilds import audit, changes, membership, payloads
from sandbox.guilds.audit import Action
from sandbox.guilds.moderation import require, target_below
from sandbox.guilds.naming import tidy
from sandbox.permissions import Permission, in_guild, rank, standing, timed_out
from sandbox.rows import Guild, Json, Member
from sandbox.voice import voice

LONGEST_TIMEOUT = timedelta(days=28)
BYPASSES_VERIFICATION = 1 << 2  # the only flag that anybody else can set
NOTED = ("nick", "communication_disabled_until", "flags")


def edit(
    core: Core, guild: Guild, wanted: Json, *, actor_id: int, target_id: int, reason: str | None = None
) -> Member:
    """Any of nick, role_ids, communication_disabled_until and flags; all of it is allowed before anything changes."""
    check(core, guild, wanted, actor_id=actor_id, target_id=target_id)
    target = guild.members[target_id]
    before, held = _noted(target), target.role_ids
    for key, value in wanted.items():
        setattr(target, key, SETTERS[key](target, value) if key in SETTERS else value)
    found = changes.between(before, _noted(target))
    if found or held != target.role_ids:
        membership.updated(core, guild, target)
    who: Json = {"actor_id": actor_id, "target_id": target_id, "reason": reason}
    if found:
        audit.record(core, guild, Action.MEMBER_UPDATE, **who, changes=found)
    if held != target.role_ids:
        added, removed = _difference(target.role_ids, held), _difference(held, target.role_ids)
        found = [_roles(guild, key, ids) for key, ids in (("$add", added), ("$remove", removed)) if ids]
        audit.record(core, guild, Action.MEMBER_ROLE_UPDATE, **who, changes=found)
    if timed_out(target, core.now):
        voice.disconnect(core, guild, target_id)
    return target


def check(core: Core, guild: Guild, wanted: Json, *, actor_id: int, target_id: int) -> None:
    for key, value in wanted.items():
        CHECKS[key](core, guild, actor_id, target_id, value)
    core.world.member(guild, target_id)


def _check_nick(core: Core, guild: Guild, actor_id: int, target_id: int, _nick: str | None) -> None:
    if actor_id == target_id:
        require(core, guild, actor_id, Permission.CHANGE_NICKNAME)
    else:
        target_below(core, guild, require(core, guild, actor_id, Permission.MANAGE_NICKNAMES), target_id)


def _check_roles(core: Core, guild: Guild, actor_id: int, target_id: int, role_ids: list[int]) -> None:
    """Each role that changes must stand below the actor's own; the target's rank does not count."""
    actor = require(core, guild, actor_id, Permission.MANAGE_ROLES)
    held = core.world.member(guild, target_id).role_ids
    for role_id in (*_difference(role_ids, held), *_difference(held, role_ids)):
        role = guild.roles.get(role_id)
        if role is None or role.id == guild.id:
            raise unknown("role")
        if role.managed:
            raise invalid_role()
        if standing(role) >= rank(guild, actor):
            raise missing_permissions()


def _check_time_out(core: Core, guild: Guild, actor_id: int, target_id: int, until: datetime | None) -> None:
    """At most 28 days, with a minute's grace for clocks; administrators cannot be held by it."""
    actor = require(core, guild, actor_id, Permission.MODERATE_MEMBERS)
    target = target_below(core, guild, actor, target_id)
    if in_guild(guild, target, core.now) & Permission.ADMINISTRATOR:
        raise missing_permissions()
    if until is not None and until > core.now() + LONGEST_TIMEOUT + timedelta(minutes=1):
        problem = {
            "code": "MEMBER_TIMEOUT_TOO_LONG",
            "message": "Cannot timeout a member for more than 28 days",
        }
        raise invalid_form({"communication_disabled_until": {"_errors": [problem]}})


def _check_flags(core: Core, guild: Guild, actor_id: int, _target_id: int, _flags: int) -> None:
    """MANAGE_GUILD or MANAGE_ROLES, or all three of a moderator's."""
    all_three = Permission.MODERATE_MEMBERS | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS
    actor = require(core, guild, actor_id, Permission.MANAGE_GUILD | Permission.MANAGE_ROLES | all_three)
    held = in_guild(guild, actor, core.now)
    if not held & (Permission.MANAGE_GUILD | Permission.MANAGE_ROLES) and all_three & ~held:
        raise missing_permissions()


CHECKS: dict[str, Callable[[Core, Guild, int, int, Any], None]] = {
    "nick": _check_nick,
    "role_ids": _check_roles,
    "communication_disabled_until": _check_time_out,
    "flags": _check_flags,
}
SETTERS: dict[str, Callable[[Member, Any], Any]] = {
    "nick": lambda _, nick: tidy(nick or "") or None,
    "role_ids": lambda _, role_ids: tuple(dict.fromkeys(role_ids)),
    "flags": lambda member, flags: member.flags & ~BYPASSES_VERIFICATION | flags & BYPASSES_VERIFICATION,
}


def _noted(member: Member) -> Json:
    body = payloads.bare_member(member)
    return {key: body[key] for key in NOTED}


def _difference(some: list[int] | tuple[int, ...], others: list[int] | tuple[int, ...]) -> list[int]:
    return [each for each in dict.fromkeys(some) if each not in others]


def _roles(guild: Guild, key: str, role_ids: list[int]) -> Json:
    return {"key": key, "new_value": [{"id": str(each), "name": guild.roles[each].name} for each in role_ids]}


def change_own(core: Core, guild: Guild, member: Member, wanted: Json, *, reason: str | None = None) -> None:
    """One's nickname, and the picture, banner and text that one shows in this guild only."""
    shown = {key: value for key, value in wanted.items() if key != "nick"}
    if "nick" in wanted:
        _check_nick(core, guild, member.user_id, member.user_id, wanted["nick"])
    is_new = any(getattr(member, key) != value for key, value in shown.items())
    for key, value in shown.items():
        setattr(member, key, value)
    own: Json = {"actor_id": member.user_id, "target_id": member.user_id, "reason": reason}
    if "nick" in wanted and SETTERS["nick"](member, wanted["nick"]) != member.nick:
        edit(core, guild, {"nick": wanted["nick"]}, **own)
    elif is_new:
        membership.updated(core, guild, member)
