"""How threads look on the wire."""

from sandbox.clock import timestamp
from sandbox.errors import wrong_channel_type
from sandbox.rows import PRIVATE_THREAD, Channel, Json, Thread, ThreadMember

MOST_COUNTED = 50  # members, beyond which Discord stops counting


def details(one: Channel) -> Thread:
    """Raises Refused for a channel that is no thread."""
    if one.thread is None:
        raise wrong_channel_type()
    return one.thread


def thread(one: Channel, reader_id: int | None = None) -> Json:
    """With the thread member of who reads it, if that one has joined."""
    facts = details(one)
    body: Json = {
        "id": str(one.id),
        "type": one.type,
        "guild_id": str(one.guild_id),
        "parent_id": str(one.parent_id),
        "owner_id": str(facts.owner_id),
        "name": one.name,
        "last_message_id": str(one.last_message_id) if one.last_message_id else None,
        "last_pin_timestamp": timestamp(one.last_pin_at) if one.last_pin_at else None,
        "flags": one.flags,
        "rate_limit_per_user": one.rate_limit_per_user,
        "bitrate": one.bitrate,
        "user_limit": one.user_limit,
        "rtc_region": one.rtc_region,
        "message_count": facts.message_count,
        "total_message_sent": facts.total_message_sent,
        "member_count": member_count(facts),
        "applied_tags": [str(tag_id) for tag_id in facts.applied_tags],
        "thread_metadata": _metadata(one, facts),
    }
    reader = facts.members.get(reader_id or 0)
    return {**body, "member": member(one, reader)} if reader else body


def _metadata(one: Channel, facts: Thread) -> Json:
    body: Json = {
        "archived": facts.archived,
        "archive_timestamp": timestamp(facts.archive_changed_at),
        "auto_archive_duration": facts.auto_archive_duration,
        "locked": facts.locked,
        "create_timestamp": timestamp(facts.created_at),
    }
    return {**body, "invitable": facts.invitable} if one.type == PRIVATE_THREAD else body


def member_count(facts: Thread) -> int:
    return min(len(facts.members), MOST_COUNTED)


def member(one: Channel, joined: ThreadMember) -> Json:
    return {"id": str(one.id), "user_id": str(joined.user_id), **own_member(joined)}


def own_member(joined: ThreadMember) -> Json:
    """Of the reader, within a thread of GUILD_CREATE: which thread and whose is clear there."""
    return {"join_timestamp": timestamp(joined.joined_at), "flags": joined.flags}
