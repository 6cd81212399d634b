"""The audit log: who did what to whom, and why (reference, "Audit Logs Resource")."""

from enum import IntEnum

from sandbox import commands, payloads
from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.permissions import Permission
from sandbox.rows import AuditEntry, Guild, Json

MOST_ENTRIES = 10_000


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
    del guild.audit[:-MOST_ENTRIES]
    audience = Audience(guild.id, intent=Intent.GUILD_MODERATION, any_of=Permission.VIEW_AUDIT_LOG)
    core.events.emit(
        "GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry_payload(entry), "guild_id": str(guild.id)}, audience
    )
    return entry


def entry_payload(entry: AuditEntry) -> Json:
    body: Json = {
        "id": str(entry.id),
        "action_type": entry.action_type,
        "user_id": str(entry.user_id),
        "target_id": None if entry.target_id is None else str(entry.target_id),
    }
    more = {"changes": entry.changes, "options": entry.options, "reason": entry.reason}
    return {**body, **{key: value for key, value in more.items() if value}}


def payload(
    core: Core,
    guild: Guild,
    *,
    limit: int = 50,
    before: int | None = None,
    after: int | None = None,
    action_type: int | None = None,
    user_id: int | None = None,
) -> Json:
    """Newest first; oldest first when asked from `after` on."""
    found = [
        entry
        for entry in guild.audit
        if (action_type is None or entry.action_type == action_type)
        and (user_id is None or entry.user_id == user_id)
        and (before is None or entry.id < before)
        and (after is None or entry.id > after)
    ]
    chosen = found[:limit] if after is not None else found[::-1][:limit]
    named = {number for entry in chosen for number in (entry.user_id, entry.target_id) if number is not None}
    return {
        "audit_log_entries": [entry_payload(entry) for entry in chosen],
        "users": [payloads.user(core.world.users[number]) for number in named if number in core.world.users],
        "integrations": [],
        "webhooks": [],
        "guild_scheduled_events": [],
        "threads": [],
        "application_commands": [
            commands.payload(core.world.commands[number]) for number in named if number in core.world.commands
        ],
        "auto_moderation_rules": [],
    }
