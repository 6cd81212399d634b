"""Threads and posts are changed and removed."""

from typing import Any

from sandbox.channels import channels
from sandbox.core import Core
from sandbox.errors import missing_permissions, too_many, wrong_channel_type
from sandbox.events import Audience, Intent
from sandbox.guilds import audit
from sandbox.guilds.audit import Action
from sandbox.messages import messages
from sandbox.permissions import Permission, to_speak_in
from sandbox.rows import POSTS_ONLY, Channel, Json
from sandbox.threads import archiving
from sandbox.threads.archiving import PINNED
from sandbox.threads.thread_payloads import details
from sandbox.threads.threads import audited, check_tags

RENAMED = 4
OF_ITS_OWNER = {"name", "archived", "auto_archive_duration", "applied_tags"}
OF_THE_CHANNEL = ("name", "rate_limit_per_user", "flags")


def edit(core: Core, thread: Channel, wanted: Json, *, actor_id: int, reason: str | None = None) -> None:
    """`wanted` holds fields of Channel and of its Thread with their new values."""
    channels.require(core, thread, actor_id, Permission.VIEW_CHANNEL)
    facts, before = details(thread), _fields(thread, wanted)
    if wanted.get("archived") is not False:
        archiving.refuse_archived(thread)
    archiving.refuse_locked(core, thread, actor_id)
    changed = {key: value for key, value in wanted.items() if before[key] != value}
    if not changed:
        return
    _require_right(core, thread, set(changed), actor_id)
    _check_change(core, thread, changed, actor_id)
    woken = changed.get("archived") is False
    if "archived" in changed:
        archiving.set_archived(core, thread, archived=changed["archived"])
    for key in changed.keys() - {"archived"}:
        setattr(thread if key in OF_THE_CHANNEL else facts, key, changed[key])
    if "auto_archive_duration" in changed:
        facts.archive_changed_at = core.now()
    archiving.updated(core, thread, woken=woken)
    if "name" in changed:
        messages.announce(core, thread, actor_id, RENAMED, changed["name"])
    _note(core, thread, Action.THREAD_UPDATE, before, changed, actor_id=actor_id, reason=reason)


def _fields(thread: Channel, keys: Json) -> dict[str, Any]:
    facts = details(thread)
    return {key: getattr(thread if key in OF_THE_CHANNEL else facts, key) for key in keys}


def _require_right(core: Core, thread: Channel, changed: set[str], actor_id: int) -> None:
    """A moderator may everything, its owner some, and who may speak there brings it back from the archive."""
    facts, permissions = details(thread), core.channel_permissions(thread, actor_id)
    if permissions & Permission.MANAGE_THREADS:
        return
    allowed = set(OF_ITS_OWNER) if facts.owner_id == actor_id else set()
    if facts.archived and permissions & to_speak_in(thread):
        allowed.add("archived")
    if changed - allowed:
        raise missing_permissions()


def _check_change(core: Core, thread: Channel, changed: Json, actor_id: int) -> None:
    parent = core.world.parent_of(thread)
    if "applied_tags" in changed:
        check_tags(core, parent, set(details(thread).applied_tags) ^ set(changed["applied_tags"]), actor_id)
    if changed.get("flags", 0) & PINNED:
        if parent.type not in POSTS_ONLY:
            raise wrong_channel_type()
        posts = archiving.active(core, core.world.guild(thread.guild_id or 0))
        if any(each.parent_id == parent.id and each.flags & PINNED for each in posts):
            raise too_many(30047, "pinned threads in a forum channel", 1)


def remove(core: Core, thread: Channel, *, actor_id: int, reason: str | None = None) -> None:
    channels.require(core, thread, actor_id, Permission.MANAGE_THREADS)
    before = audited(thread)
    gone = {
        "id": str(thread.id),
        "guild_id": str(thread.guild_id),
        "parent_id": str(thread.parent_id),
        "type": thread.type,
    }
    core.events.emit("THREAD_DELETE", gone, Audience(thread.guild_id, thread.id, Intent.GUILDS))
    core.world.forget_thread(core.world.guild(thread.guild_id or 0), thread.id)
    core.files.forget_all_of(thread.id)
    _note(core, thread, Action.THREAD_DELETE, before, {}, actor_id=actor_id, reason=reason)


def _note(
    core: Core,
    thread: Channel,
    action: Action,
    before: Json,
    after: Json,
    *,
    actor_id: int,
    reason: str | None,
) -> None:
    new = {key: {"new_value": value} for key, value in after.items()}
    changes = [{"key": key, "old_value": before[key], **new.get(key, {})} for key in after or before]
    guild = core.world.guild(thread.guild_id or 0)
    audit.record(core, guild, action, actor_id=actor_id, target_id=thread.id, reason=reason, changes=changes)
