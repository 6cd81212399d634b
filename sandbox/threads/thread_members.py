"""People and bots come to a thread and leave it."""

from sandbox.core import Core
from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.rows import Channel, Guild, Json, ThreadMember
from sandbox.threads import thread_payloads
from sandbox.threads.thread_payloads import details, member_count

MOST = 1000


def join(core: Core, channel: Channel, user_id: int) -> None:
    """A bot is told of the thread first: it may not have known a private or archived one."""
    facts = details(channel)
    if user_id in facts.members or is_full(channel):
        return
    joined = facts.members[user_id] = ThreadMember(user_id, core.now())
    if application := core.world.application_of(user_id):
        audience = Audience(channel.guild_id, intent=Intent.GUILDS, application_id=application.id)
        core.events.emit("THREAD_CREATE", thread_payloads.thread(channel, user_id), audience)
    came(core, channel, joined)


def is_full(channel: Channel) -> bool:
    return len(details(channel).members) >= MOST


def came(core: Core, channel: Channel, joined: ThreadMember) -> None:
    added = {**with_member(core, channel, joined), "presence": None}
    _told(core, channel, joined.user_id, {"added_members": [added]})


def leave(core: Core, channel: Channel, user_id: int) -> None:
    """Told while a private thread is still open to who leaves it."""
    facts = details(channel)
    if user_id not in facts.members:
        return
    left = {
        "removed_member_ids": [str(user_id)],
        "member_count": min(len(facts.members) - 1, member_count(facts)),
    }
    _told(core, channel, user_id, left)
    del facts.members[user_id]


def forget(core: Core, guild: Guild, user_id: int) -> None:
    """Who leaves the guild is in none of its threads any more; the guild's own event tells it."""
    for channel in core.world.threads_of(guild):
        details(channel).members.pop(user_id, None)


def _told(core: Core, channel: Channel, user_id: int, change: Json) -> None:
    """Without the intent for members a bot hears only of itself."""
    audience = Audience(channel.guild_id, channel.id, Intent.GUILD_MEMBERS, about_user_id=user_id)
    place = {"id": str(channel.id), "guild_id": str(channel.guild_id)}
    body = {**place, "member_count": member_count(details(channel)), **change}
    core.events.emit("THREAD_MEMBERS_UPDATE", body, audience)


def with_member(core: Core, channel: Channel, joined: ThreadMember) -> Json:
    guild = core.world.guild(channel.guild_id or 0)
    inside = payloads.member(core.world, guild.members[joined.user_id])
    return {**thread_payloads.member(channel, joined), "member": inside}
