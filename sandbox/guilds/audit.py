"""The audit log is written: who did what to whom, and why (reference, "Audit Logs Resource")."""

from datetime import timedelta
from enum import IntEnum

from sandbox.clock import moment_of
from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.permissions import Permission
from sandbox.rows import AuditEntry, Guild, Json

MOST_ENTRIES = 10_000
KEPT = timedelta(days=45)
COUNTED_TOGETHER = timedelta(minutes=5)


class Action(IntEnum):
    GUILD_UPDATE = 1
    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    OVERWRITE_CREATE = 13
    OVERWRITE_UPDATE = 14
    OVERWRITE_DELETE = 15
    MEMBER_KICK = 20
    MEMBER_PRUNE = 21
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    MEMBER_MOVE = 26
    MEMBER_DISCONNECT = 27
    BOT_ADD = 28
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    INVITE_CREATE = 40
    INVITE_UPDATE = 41
    INVITE_DELETE = 42
    WEBHOOK_CREATE = 50
    WEBHOOK_UPDATE = 51
    WEBHOOK_DELETE = 52
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73
    MESSAGE_PIN = 74
    MESSAGE_UNPIN = 75
    THREAD_CREATE = 110
    THREAD_UPDATE = 111
    THREAD_DELETE = 112
    COMMAND_PERMISSION_UPDATE = 121
    AUTO_MODERATION_RULE_CREATE = 140
    AUTO_MODERATION_RULE_UPDATE = 141
    AUTO_MODERATION_RULE_DELETE = 142
    AUTO_MODERATION_BLOCK_MESSAGE = 143
    AUTO_MODERATION_FLAG_TO_CHANNEL = 144
    AUTO_MODERATION_USER_COMMUNICATION_DISABLED = 145
    AUTO_MODERATION_QUARANTINE_USER = 146


def record(
    core: Core,
    guild: Guild,
    action: Action,
    *,
    actor_id: int,
    target_id: int | None,
    reason: str | None = None,
    changes: list[Json] | None = None,
    options: Json | None = None,
) -> AuditEntry:
    entry = AuditEntry(core.ids.next(), int(action), actor_id, target_id, changes or [], options, reason)
    guild.audit.append(entry)
    _forget(core, guild)
    audience = Audience(guild.id, intent=Intent.GUILD_MODERATION, any_of=Permission.VIEW_AUDIT_LOG)
    core.events.emit(
        "GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry_payload(entry), "guild_id": str(guild.id)}, audience
    )
    return entry


def _forget(core: Core, guild: Guild) -> None:
    del guild.audit[:-MOST_ENTRIES]
    while not is_kept(core, guild.audit[0]):
        del guild.audit[0]


def is_kept(core: Core, entry: AuditEntry) -> bool:
    return core.now() - moment_of(entry.id) < KEPT


def tally(
    core: Core,
    guild: Guild,
    action: Action,
    *,
    actor_id: int,
    target_id: int | None,
    reason: str | None = None,
    options: Json | None = None,
) -> None:
    """The same done again soon is counted in the entry that is there, and no event tells of that."""
    wanted = {"action_type": int(action), "user_id": actor_id, "target_id": target_id, "reason": reason}
    for entry in reversed(guild.audit):
        if core.now() - moment_of(entry.id) > COUNTED_TOGETHER:
            break
        counted = entry.options or {}
        where = {key: value for key, value in counted.items() if key != "count"}
        if all(getattr(entry, key) == value for key, value in wanted.items()) and where == (options or {}):
            entry.options = {**counted, "count": str(int(counted["count"]) + 1)}
            return
    counted = {**(options or {}), "count": "1"}
    record(core, guild, action, actor_id=actor_id, target_id=target_id, reason=reason, options=counted)


def entry_payload(entry: AuditEntry) -> Json:
    body: Json = {
        "id": str(entry.id),
        "action_type": entry.action_type,
        "user_id": str(entry.user_id),
        "target_id": None if entry.target_id is None else str(entry.target_id),
    }
    more = {"changes": entry.changes, "options": entry.options, "reason": entry.reason}
    return {**body, **{key: value for key, value in more.items() if value}}
