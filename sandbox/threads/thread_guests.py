"""Who comes to a thread and who leaves it, by themselves or by another's hand."""

from sandbox.channels import channels
from sandbox.core import Core
from sandbox.errors import missing_permissions, too_many, unknown
from sandbox.messages import messages
from sandbox.permissions import Permission, to_speak_in
from sandbox.rows import PRIVATE_THREAD, Channel
from sandbox.threads import archiving, thread_members
from sandbox.threads.thread_payloads import details

RECIPIENT_ADD, RECIPIENT_REMOVE = 1, 2


def add_member(core: Core, thread: Channel, user_id: int, *, actor_id: int) -> None:
    """Whoever may write there may bring others, into a private thread only if it is open to that."""
    channels.require(core, thread, actor_id, to_speak_in(thread))
    archiving.refuse_archived(thread)
    facts, guild = details(thread), core.world.guild(thread.guild_id or 0)
    core.world.member(guild, user_id)
    closed = thread.type == PRIVATE_THREAD and not facts.invitable
    if closed and not archiving.moderates(core, thread, actor_id):
        raise missing_permissions()
    if not core.sees(core.world.parent_of(thread), user_id):
        raise missing_permissions()
    if user_id not in facts.members:
        _bring(core, thread, user_id)
        messages.announce(core, thread, actor_id, RECIPIENT_ADD, mention_ids=[user_id])


def remove_member(core: Core, thread: Channel, user_id: int, *, actor_id: int) -> None:
    """A private thread's owner may do it, else a moderator."""
    facts = details(thread)
    own = thread.type == PRIVATE_THREAD and facts.owner_id == actor_id
    channels.require(core, thread, actor_id, Permission.VIEW_CHANNEL if own else Permission.MANAGE_THREADS)
    archiving.refuse_archived(thread)
    if user_id not in facts.members:
        raise unknown("member")
    messages.announce(core, thread, actor_id, RECIPIENT_REMOVE, mention_ids=[user_id])
    thread_members.leave(core, thread, user_id)


def join(core: Core, thread: Channel, user_id: int) -> None:
    channels.require(core, thread, user_id, Permission.VIEW_CHANNEL)
    archiving.refuse_archived(thread)
    _bring(core, thread, user_id)


def _bring(core: Core, thread: Channel, user_id: int) -> None:
    if user_id not in details(thread).members and thread_members.is_full(thread):
        raise too_many(30033, "thread participants", thread_members.MOST)
    thread_members.join(core, thread, user_id)


def leave(core: Core, thread: Channel, user_id: int) -> None:
    channels.require(core, thread, user_id, Permission.VIEW_CHANNEL)
    archiving.refuse_archived(thread)
    thread_members.leave(core, thread, user_id)
