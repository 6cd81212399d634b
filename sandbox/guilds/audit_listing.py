"""The audit log is read, with everything that its entries name (reference, "Audit Log Object")."""

from sandbox.automod import automod_rules
from sandbox.bot_rows import Webhook
from sandbox.channels import webhooks
from sandbox.core import Core
from sandbox.guilds import payloads
from sandbox.guilds.audit import entry_payload, is_kept
from sandbox.interactions import commands
from sandbox.rows import AuditEntry, Guild, Json
from sandbox.threads import thread_payloads


def payload(
    core: Core,
    guild: Guild,
    *,
    limit: int = 50,
    before: int | None = None,
    after: int | None = None,
    action_type: int | None = None,
    user_id: int | None = None,
    target_id: int | None = None,
) -> Json:
    """Newest first; oldest first when asked from `after` on."""
    wanted = {"action_type": action_type, "user_id": user_id, "target_id": target_id}
    found = [
        entry
        for entry in guild.audit
        if all(value in (None, getattr(entry, key)) for key, value in wanted.items())
        and (before is None or entry.id < before)
        and (after is None or entry.id > after)
        and is_kept(core, entry)
    ]
    chosen = found[:limit] if after is not None else found[::-1][:limit]
    return {"audit_log_entries": [entry_payload(entry) for entry in chosen], **_named(core, guild, chosen)}


def _named(core: Core, guild: Guild, entries: list[AuditEntry]) -> Json:
    world = core.world
    ids = {number for entry in entries for number in (entry.user_id, entry.target_id) if number is not None}
    options = [entry.options for entry in entries if entry.options]
    applications = {int(each["application_id"]) for each in options if "application_id" in each}
    return {
        "users": [payloads.user(world.users[each]) for each in sorted(ids & world.users.keys())],
        "integrations": [
            _integration(core, each) for each in sorted(applications & world.applications.keys())
        ],
        "webhooks": [_webhook(core, world.webhooks[each]) for each in sorted(ids & world.webhooks.keys())],
        "guild_scheduled_events": [],
        "threads": [
            thread_payloads.thread(world.channels[each]) for each in sorted(ids & set(guild.thread_ids))
        ],
        "application_commands": [
            commands.payload(world.commands[each]) for each in sorted(ids & world.commands.keys())
        ],
        "auto_moderation_rules": [
            automod_rules.payload(guild.id, guild.automod_rules[each])
            for each in sorted(ids & guild.automod_rules.keys())
        ],
    }


def _webhook(core: Core, one: Webhook) -> Json:
    """Who reads the log may not yet write with the webhook."""
    return {key: value for key, value in webhooks.payload(core, one).items() if key not in ("token", "url")}


def _integration(core: Core, application_id: int) -> Json:
    application = core.world.applications[application_id]
    return {
        "id": str(application.id),
        "name": application.name,
        "type": "discord",
        "account": {"id": str(application.id), "name": application.name},
        "application_id": str(application.id),
    }
