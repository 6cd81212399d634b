"""Threads go to the archive and come back (reference, "Active & Archived Threads")."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from sandbox.clock import moment_of, within
from sandbox.core import Core
from sandbox.errors import thread_archived, thread_locked, too_many
from sandbox.events import Audience, Event, Intent
from sandbox.permissions import Permission
from sandbox.rows import Channel, Guild, Json, ThreadMember
from sandbox.threads import thread_payloads
from sandbox.threads.thread_payloads import details

MOST_ACTIVE = 1000
PINNED = 1 << 1


def active(core: Core, guild: Guild) -> list[Channel]:
    return [each for each in core.world.threads_of(guild) if not details(each).archived]


def shown_to(core: Core, guild: Guild, user_id: int) -> list[Json]:
    """In GUILD_CREATE: the active ones that this bot sees."""
    found = [each for each in active(core, guild) if core.sees(each, user_id)]
    return [_shown(each, details(each).members.get(user_id)) for each in found]


def _shown(channel: Channel, own: ThreadMember | None) -> Json:
    body = thread_payloads.thread(channel)
    return {**body, "member": thread_payloads.own_member(own)} if own else body


def require_room(core: Core, guild: Guild) -> None:
    if len(active(core, guild)) >= MOST_ACTIVE:
        raise too_many(160006, "active threads", MOST_ACTIVE)


def require_open(core: Core, channel: Channel, actor_id: int) -> None:
    """For what needs an active thread, and in a locked one a moderator. Any other channel is always open."""
    refuse_archived(channel)
    refuse_locked(core, channel, actor_id)


def refuse_archived(channel: Channel) -> None:
    if channel.thread and channel.thread.archived:
        raise thread_archived()


def refuse_locked(core: Core, channel: Channel, actor_id: int) -> None:
    if channel.thread and channel.thread.locked and not moderates(core, channel, actor_id):
        raise thread_locked()


def refuse_deleting(core: Core, channel: Channel, actor_id: int) -> None:
    """Messages are deleted from the archive, too, unless the thread was locked."""
    if channel.thread and channel.thread.locked and not moderates(core, channel, actor_id):
        refuse_archived(channel)


def moderates(core: Core, channel: Channel, actor_id: int) -> bool:
    return bool(core.channel_permissions(channel, actor_id) & Permission.MANAGE_THREADS)


def wake(core: Core, channel: Channel) -> None:
    """Who writes into an archived thread brings it back."""
    if channel.thread and channel.thread.archived:
        set_archived(core, channel, archived=False)
        updated(core, channel, woken=True)


def set_archived(core: Core, channel: Channel, *, archived: bool) -> None:
    """A post that goes to the archive is no longer pinned."""
    facts = details(channel)
    if not archived:
        require_room(core, core.world.guild(channel.guild_id or 0))
    facts.archived, facts.archive_changed_at = archived, core.now()
    if archived:
        channel.flags &= ~PINNED


def updated(core: Core, channel: Channel, *, woken: bool = False) -> None:
    """Of a thread that comes back each member hears also that it is one: nobody had to remember it."""
    audience = Audience(channel.guild_id, channel.id, Intent.GUILDS)
    core.events.emit("THREAD_UPDATE", thread_payloads.thread(channel), audience)
    for joined in details(channel).members.values() if woken else ():
        if application := core.world.application_of(joined.user_id):
            body = {**thread_payloads.member(channel, joined), "guild_id": str(channel.guild_id)}
            own = Audience(channel.guild_id, intent=Intent.GUILDS, application_id=application.id)
            core.events.emit("THREAD_MEMBER_UPDATE", body, own)


class Archiver:
    """Sends threads to the archive in which nothing happened for long enough: one task for all of them."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._changed = asyncio.Event()
        core.events.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if event.name in ("THREAD_CREATE", "THREAD_UPDATE"):
            self._changed.set()

    async def run(self) -> None:
        while True:
            self._archive_the_quiet()
            self._changed.clear()
            moments = [moment for _, moment in self._deadlines()]
            if moments:
                seconds = (min(moments) - self._core.now()).total_seconds()
                await within(self._core.clock, seconds, self._changed.wait)
            else:
                await self._changed.wait()

    def _archive_the_quiet(self) -> None:
        now = self._core.now()
        for channel in [channel for channel, moment in self._deadlines() if moment <= now]:
            set_archived(self._core, channel, archived=True)
            updated(self._core, channel)

    def _deadlines(self) -> Iterator[tuple[Channel, datetime]]:
        for guild in self._core.world.guilds.values():
            for channel in active(self._core, guild):
                if not channel.flags & PINNED:
                    yield channel, _quiet_since(channel) + _patience(channel)


def _quiet_since(channel: Channel) -> datetime:
    written = moment_of(channel.last_message_id) if channel.last_message_id else details(channel).created_at
    return max(written, details(channel).archive_changed_at)


def _patience(channel: Channel) -> timedelta:
    return timedelta(minutes=details(channel).auto_archive_duration)
