"""Threads and posts of forums."""

from collections.abc import Iterable

from sandbox.channels import channels
from sandbox.errors import missing_access, unknown
from sandbox.events import Intent
from sandbox.forms import Form
from sandbox.guilds import payloads
from sandbox.messages.drafts import read_draft
from sandbox.messages.message_payloads import message
from sandbox.permissions import NONE, Permission
from sandbox.rest.rest import Call, Reply, Routes
from sandbox.rest.routes_guilds import guild_of
from sandbox.rest.routes_messages import channel_of, message_of
from sandbox.rows import POSTS_ONLY, PRIVATE_THREAD, PUBLIC_THREAD, Channel, Json, ThreadMember
from sandbox.threads import archiving, thread_edits, thread_guests, thread_members, thread_payloads, threads
from sandbox.threads.thread_payloads import details
from sandbox.threads.threads import DURATIONS, MOST_TAGS, Plan

routes = Routes()
MEMBERS = "/channels/{channel_id}/thread-members"
ARCHIVED = "/channels/{channel_id}/threads/archived"
LONGEST_SLOWNESS = 21_600  # seconds
MOST_LISTED = 100


def _plan(form: Form, kind: int) -> Plan:
    return Plan(
        form.text("name", least=1, most=100, required=True) or "",
        kind,
        form.choice("auto_archive_duration", DURATIONS),
        form.integer("rate_limit_per_user", least=0, most=LONGEST_SLOWNESS),
        form.boolean("invitable") or form.body.get("invitable") is None,
        form.snowflakes("applied_tags", most=MOST_TAGS) or [],
    )


@routes.on("POST", "/channels/{channel_id}/messages/{message_id}/threads")
def start_from_message(call: Call) -> Reply:
    parent = channel_of(call, Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
    source = message_of(call, parent, call.ids["message_id"])
    form = Form(call.json)
    plan = _plan(form, PUBLIC_THREAD)
    form.finish()
    thread = threads.start_from(call.core, parent, source, plan, actor_id=call.actor_id, reason=call.reason)
    return Reply(201, _own(call, thread))


@routes.on("POST", "/channels/{channel_id}/threads")
def start(call: Call) -> Reply:
    parent = channel_of(call)
    if parent.type in POSTS_ONLY:
        return _post(call, parent)
    form = Form(call.json)
    kind = form.choice("type", (10, 11, 12))
    plan = _plan(form, PRIVATE_THREAD if kind is None else kind)
    form.finish()
    thread = threads.start(call.core, parent, plan, actor_id=call.actor_id, reason=call.reason)
    return Reply(201, _own(call, thread))


def _post(call: Call, parent: Channel) -> Reply:
    form = Form(call.json)
    plan = _plan(form, PUBLIC_THREAD)
    if form.inner("message") is None:
        form.wrong("message", "BASE_TYPE_REQUIRED", "This field is required")
    form.finish()
    draft = read_draft(form.body["message"], call.uploads)
    thread, first = threads.post(call.core, parent, plan, draft, actor_id=call.actor_id, reason=call.reason)
    return Reply(201, {**_own(call, thread), "message": message(call.core, first, call.actor_id)})


def _own(call: Call, thread: Channel) -> Json:
    return payloads.channel(call.core.world, thread, call.actor_id)


def edit(call: Call, thread: Channel) -> Json:
    """What PATCH /channels does for a thread."""
    form = Form(call.json)
    read = {
        "name": form.text("name", least=1, most=100),
        "archived": form.boolean("archived"),
        "locked": form.boolean("locked"),
        "invitable": form.boolean("invitable"),
        "auto_archive_duration": form.choice("auto_archive_duration", DURATIONS),
        "rate_limit_per_user": form.integer("rate_limit_per_user", least=0, most=LONGEST_SLOWNESS) or 0,
        "flags": form.choice("flags", (0, archiving.PINNED)),
        "applied_tags": form.snowflakes("applied_tags", most=MOST_TAGS),
    }
    form.finish()
    nullable = ("rate_limit_per_user",)
    given = [key for key in read if key in form and (form.body[key] is not None or key in nullable)]
    wanted = {key: read[key] for key in given}
    thread_edits.edit(call.core, thread, wanted, actor_id=call.actor_id, reason=call.reason)
    return _own(call, thread)


def remove(call: Call, thread: Channel) -> Json:
    """What DELETE /channels does for a thread."""
    body = _own(call, thread)
    thread_edits.remove(call.core, thread, actor_id=call.actor_id, reason=call.reason)
    return body


@routes.on("PUT", MEMBERS + "/@me")
def join(call: Call) -> None:
    thread_guests.join(call.core, channel_of(call), call.actor_id)


@routes.on("DELETE", MEMBERS + "/@me")
def leave(call: Call) -> None:
    thread_guests.leave(call.core, channel_of(call), call.actor_id)


@routes.on("PUT", MEMBERS + "/{user_id}")
def add_member(call: Call) -> None:
    thread_guests.add_member(call.core, channel_of(call), call.ids["user_id"], actor_id=call.actor_id)


@routes.on("DELETE", MEMBERS + "/{user_id}")
def remove_member(call: Call) -> None:
    thread_guests.remove_member(call.core, channel_of(call), call.ids["user_id"], actor_id=call.actor_id)


def _member(call: Call, thread: Channel, joined: ThreadMember) -> Json:
    if call.query.get("with_member", "").lower() not in ("true", "1"):
        return thread_payloads.member(thread, joined)
    return thread_members.with_member(call.core, thread, joined)


@routes.on("GET", MEMBERS + "/{user_id}")
def get_member(call: Call) -> Json:
    thread = channel_of(call)
    joined = details(thread).members.get(call.ids["user_id"])
    if joined is None:
        raise unknown("member")
    return _member(call, thread, joined)


@routes.on("GET", MEMBERS)
def list_members(call: Call) -> list[Json]:
    """In pages only when asked for the guild's members, too (reference)."""
    thread = channel_of(call)
    if not call.application.intents & Intent.GUILD_MEMBERS:
        raise missing_access()
    after, limit = call.number("after") or 0, call.limit(MOST_LISTED, MOST_LISTED)
    found = sorted(details(thread).members.values(), key=lambda each: each.user_id)
    if "with_member" in call.query:
        found = [each for each in found if each.user_id > after][:limit]
    return [_member(call, thread, each) for each in found]


@routes.on("GET", "/guilds/{guild_id}/threads/active")
def list_active(call: Call) -> Json:
    guild = guild_of(call)
    found = [each for each in archiving.active(call.core, guild) if call.core.sees(each, call.actor_id)]
    return _listed(call, sorted(found, key=lambda each: each.id, reverse=True))


def _listed(call: Call, found: Iterable[Channel], *, has_more: bool = False) -> Json:
    shown = list(found)
    joined = [(each, details(each).members.get(call.actor_id)) for each in shown]
    return {
        "threads": [_own(call, each) for each in shown],
        "members": [thread_payloads.member(each, own) for each, own in joined if own],
        "has_more": has_more,
    }


def _archived(call: Call, *, private: bool, needed: Permission = NONE) -> list[Channel]:
    parent = channel_of(call, Permission.READ_MESSAGE_HISTORY | needed)
    guild = channels.guild_of(call.core, parent)
    return [
        each
        for each in call.core.world.threads_of(guild)
        if each.parent_id == parent.id and details(each).archived and (each.type == PRIVATE_THREAD) == private
    ]


def _newest(call: Call, found: list[Channel]) -> Json:
    """By when they were archived."""
    form = Form(call.query)
    before = form.moment("before")
    form.finish()
    ordered = sorted(found, key=lambda each: details(each).archive_changed_at, reverse=True)
    left = [each for each in ordered if before is None or details(each).archive_changed_at < before]
    return _first(call, left)


def _first(call: Call, left: list[Channel]) -> Json:
    limit = call.limit(MOST_LISTED, 50)
    return _listed(call, left[:limit], has_more=len(left) > limit)


@routes.on("GET", ARCHIVED + "/public")
def list_archived(call: Call) -> Json:
    return _newest(call, _archived(call, private=False))


@routes.on("GET", ARCHIVED + "/private")
def list_private_archived(call: Call) -> Json:
    return _newest(call, _archived(call, private=True, needed=Permission.MANAGE_THREADS))


@routes.on("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
def list_joined_archived(call: Call) -> Json:
    found = [each for each in _archived(call, private=True) if call.actor_id in details(each).members]
    before = call.number("before")
    left = [each for each in found if before is None or each.id < before]
    return _first(call, sorted(left, key=lambda each: each.id, reverse=True))
