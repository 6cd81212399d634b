"""Threads and posts are started, by a bot's call or by a person's hand."""

from dataclasses import dataclass, field

from sandbox.channels import channels
from sandbox.core import Core
from sandbox.errors import (
    Refused,
    empty_message,
    missing_permissions,
    system_message,
    unknown,
    wrong_channel_type,
)
from sandbox.events import Audience, Intent
from sandbox.guilds import audit
from sandbox.guilds.audit import Action
from sandbox.message_rows import HAS_THREAD, Message
from sandbox.messages import messages
from sandbox.messages.drafts import Draft
from sandbox.permissions import Permission
from sandbox.rows import (
    ANNOUNCEMENT_CHANNEL,
    ANNOUNCEMENT_THREAD,
    POSTS_ONLY,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    TEXT_CHANNEL,
    Channel,
    Json,
    Thread,
    ThreadMember,
)
from sandbox.threads import archiving, thread_members, thread_payloads
from sandbox.threads.thread_payloads import details

REQUIRE_TAG = 1 << 4
THREAD_CREATED, THREAD_STARTER = 18, 21
DURATIONS = (60, 1440, 4320, 10080)  # minutes
A_DAY = 1440
MOST_TAGS = 5  # a post
PUBLIC = {TEXT_CHANNEL: PUBLIC_THREAD, ANNOUNCEMENT_CHANNEL: ANNOUNCEMENT_THREAD}


@dataclass(frozen=True)
class Plan:
    name: str
    type: int = PUBLIC_THREAD
    auto_archive_duration: int | None = None
    rate_limit_per_user: int | None = None
    invitable: bool = True
    applied_tags: list[int] = field(default_factory=list)


def start_from(
    core: Core, parent: Channel, source: Message, plan: Plan, *, actor_id: int, reason: str | None = None
) -> Channel:
    """The thread has its message's id, so a message can have one only."""
    if parent.type not in PUBLIC:
        raise wrong_channel_type()
    channels.require(core, parent, actor_id, Permission.CREATE_PUBLIC_THREADS)
    if source.type not in messages.WRITTEN:
        raise system_message()
    if source.id in core.world.channels:
        raise Refused(400, 160004, "A thread has already been created for this message")
    is_newest = source.id == parent.last_message_id
    thread = _open(core, parent, source.id, plan, PUBLIC[parent.type], actor_id=actor_id, reason=reason)
    source.flags |= HAS_THREAD
    messages.updated(core, source)
    reference = messages.reference_to(source)
    messages.announce(core, thread, actor_id, THREAD_STARTER, reference=reference)
    if not is_newest:
        _announce_in(core, parent, thread, actor_id)
    return thread


def start(core: Core, parent: Channel, plan: Plan, *, actor_id: int, reason: str | None = None) -> Channel:
    possible = (PUBLIC.get(parent.type), PRIVATE_THREAD if parent.type == TEXT_CHANNEL else None)
    if plan.type not in possible:
        raise wrong_channel_type()
    private = plan.type == PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    channels.require(core, parent, actor_id, needed)
    thread = _open(core, parent, core.ids.next(), plan, plan.type, actor_id=actor_id, reason=reason)
    if not private:
        _announce_in(core, parent, thread, actor_id)
    return thread


def post(
    core: Core, parent: Channel, plan: Plan, draft: Draft, *, actor_id: int, reason: str | None = None
) -> tuple[Channel, Message]:
    """In a forum: a thread and its first message, under one id."""
    if parent.type not in POSTS_ONLY:
        raise wrong_channel_type()
    channels.require(core, parent, actor_id, Permission.SEND_MESSAGES)
    return publish(core, parent, plan, draft, author_id=actor_id, reason=reason)


def publish(
    core: Core,
    parent: Channel,
    plan: Plan,
    draft: Draft,
    *,
    author_id: int,
    reason: str | None = None,
    answer_to: Json | None = None,
) -> tuple[Channel, Message]:
    """`author_id` may be a webhook, which needs no right; `answer_to` then says what it adds to its messages."""
    if draft.is_empty:
        raise empty_message()
    if parent.flags & REQUIRE_TAG and not plan.applied_tags:
        raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
    check_tags(core, parent, set(plan.applied_tags), author_id)
    new_id = core.ids.next()
    thread = _open(core, parent, new_id, plan, PUBLIC_THREAD, actor_id=author_id, reason=reason)
    parent.last_message_id = thread.id
    return thread, messages.create(core, thread, author_id, draft, message_id=new_id, answer_to=answer_to)


def _open(
    core: Core, parent: Channel, thread_id: int, plan: Plan, kind: int, *, actor_id: int, reason: str | None
) -> Channel:
    guild, now = core.world.guild(parent.guild_id or 0), core.now()
    archiving.require_room(core, guild)
    duration = plan.auto_archive_duration or parent.default_auto_archive_duration or A_DAY
    slow = plan.rate_limit_per_user
    joined = ThreadMember(actor_id, now) if actor_id in guild.members else None  # a webhook is in no thread
    thread = Channel(
        thread_id,
        kind,
        guild.id,
        plan.name,
        parent_id=parent.id,
        rate_limit_per_user=parent.default_thread_rate_limit_per_user if slow is None else slow,
        thread=Thread(
            actor_id,
            now,
            now,
            duration,
            invitable=plan.invitable,
            applied_tags=plan.applied_tags,
            members={actor_id: joined} if joined else {},
        ),
    )
    core.world.channels[thread_id] = thread
    guild.thread_ids.append(thread_id)
    body = {**thread_payloads.thread(thread), "newly_created": True}
    core.events.emit("THREAD_CREATE", body, Audience(guild.id, thread_id, Intent.GUILDS))
    if joined:
        thread_members.came(core, thread, joined)
    audit.record(
        core,
        guild,
        Action.THREAD_CREATE,
        actor_id=actor_id,
        target_id=thread_id,
        reason=reason,
        changes=[{"key": key, "new_value": value} for key, value in audited(thread).items()],
    )
    return thread


def _announce_in(core: Core, parent: Channel, thread: Channel, actor_id: int) -> None:
    reference = {"channel_id": str(thread.id), "guild_id": str(thread.guild_id)}
    messages.announce(core, parent, actor_id, THREAD_CREATED, thread.name or "", reference=reference)


def audited(thread: Channel) -> Json:
    facts = details(thread)
    body: Json = {
        "name": thread.name,
        "type": thread.type,
        "archived": facts.archived,
        "locked": facts.locked,
        "auto_archive_duration": facts.auto_archive_duration,
        "rate_limit_per_user": thread.rate_limit_per_user,
        "flags": thread.flags,
    }
    return {**body, "invitable": facts.invitable} if thread.type == PRIVATE_THREAD else body


def check_tags(core: Core, parent: Channel, changed: set[int], actor_id: int) -> None:
    """Moderated tags are given and taken by moderators only."""
    tags = {tag.id: tag for tag in parent.available_tags}
    if changed - set(tags):
        raise unknown("tag")
    if any(tags[tag_id].moderated for tag_id in changed) and not archiving.moderates(core, parent, actor_id):
        raise missing_permissions()
