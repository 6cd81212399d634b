"""A person branches a conversation off, into a thread or a forum's post, and looks after it."""

from collections.abc import Callable
from typing import Annotated

from sandbox.automod.automod_execution import Done, screened
from sandbox.errors import UnknownName
from sandbox.fitting import Within
from sandbox.guilds import payloads
from sandbox.message_rows import Message
from sandbox.messages.drafts import read_draft
from sandbox.people.places import Given, Places
from sandbox.rows import (
    ANNOUNCEMENT_CHANNEL,
    ANNOUNCEMENT_THREAD,
    POSTS_ONLY,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    Channel,
    Json,
    User,
)
from sandbox.threads import thread_edits, thread_guests, threads
from sandbox.threads.threads import Plan

CHANGES: dict[str, Json] = {
    "archive": {"archived": True},
    "unarchive": {"archived": False},
    "lock": {"locked": True},
    "unlock": {"locked": False},
}


class Branching(Places):
    def thread(
        self,
        person: Given,
        action: str,
        *,
        name: Annotated[str, Within(1, 100)] | None = None,
        guild_id: Given = None,
        channel_id: Given = None,
        message_id: Given = None,
        private: bool = False,
        content: str = "",
        tags: list[str] | None = None,
        user_id: Given = None,
    ) -> Json:
        """Make or change a thread: it is the channel; only to create one that is the parent, or the message says where.

        create, join, leave, archive, unarchive, lock, unlock, rename, delete, add and remove (a person). A forum's
        post needs content, and takes the names of tags.
        """
        user = self._names.user(person)
        if action == "create":
            thread = self._branch_off(
                user,
                (guild_id, channel_id, message_id),
                self._plan(name, private=private),
                content,
                tags or [],
            )
            return payloads.channel(self._world, thread, user.id)
        thread = self.channel(user, guild_id, channel_id)
        self._acts(user, thread, action, name, user_id)()
        return payloads.channel(self._world, thread, user.id)

    def _plan(self, name: str | None, *, private: bool) -> Plan:
        if name is None:
            raise UnknownName("A new thread needs a name.")
        return Plan(name, PRIVATE_THREAD if private else PUBLIC_THREAD)

    def _branch_off(
        self, user: User, where: tuple[Given, Given, Given], plan: Plan, content: str, tags: list[str]
    ) -> Channel:
        guild_id, channel_id, message_id = where
        if message_id is not None:
            one = self._message(user, message_id)
            parent = self._world.channel(one.channel_id)
            return self._titled(
                user,
                parent,
                plan.name,
                lambda: threads.start_from(self._core, parent, one, plan, actor_id=user.id),
            )
        parent = self.channel(user, guild_id, channel_id)
        if parent.type in POSTS_ONLY:
            posted = Plan(plan.name, applied_tags=[_tag(parent, each) for each in tags])
            draft = read_draft({"content": content}, {})

            def post() -> Message:
                return threads.post(self._core, parent, posted, draft, actor_id=user.id)[1]

            first = self._titled(
                user, parent, plan.name, lambda: screened(self._core, parent, user.id, content, post)
            )
            return self._world.channel(first.channel_id)
        if parent.type == ANNOUNCEMENT_CHANNEL and plan.type == PUBLIC_THREAD:
            plan = Plan(plan.name, ANNOUNCEMENT_THREAD)
        return self._titled(
            user, parent, plan.name, lambda: threads.start(self._core, parent, plan, actor_id=user.id)
        )

    def _titled(self, user: User, channel: Channel, name: str, act: Callable[[], Done]) -> Done:
        return screened(self._core, channel, user.id, name, act, title=True)

    def _acts(
        self, user: User, thread: Channel, action: str, name: str | None, user_id: Given
    ) -> Callable[[], None]:
        core, changes = self._core, CHANGES.get(action)
        if changes:
            return lambda: thread_edits.edit(core, thread, changes, actor_id=user.id)
        acts: dict[str, Callable[[], None]] = {
            "join": lambda: thread_guests.join(core, thread, user.id),
            "leave": lambda: thread_guests.leave(core, thread, user.id),
            "rename": lambda: self._titled(
                user,
                thread,
                name or "",
                lambda: thread_edits.edit(core, thread, {"name": name}, actor_id=user.id),
            ),
            "delete": lambda: thread_edits.remove(core, thread, actor_id=user.id),
            "add": lambda: thread_guests.add_member(core, thread, self._other(user_id), actor_id=user.id),
            "remove": lambda: thread_guests.remove_member(
                core, thread, self._other(user_id), actor_id=user.id
            ),
        }
        if action not in acts:
            raise UnknownName(
                f"There is no action {action!r}; there is {', '.join(['create', *CHANGES, *acts])}."
            )
        if action == "rename" and name is None:
            raise UnknownName("Say the new name.")
        return acts[action]

    def _other(self, user_id: Given) -> int:
        if user_id is None:
            raise UnknownName("Say who.")
        return self._names.user(user_id).id


def _tag(parent: Channel, name: str) -> int:
    for tag in parent.available_tags:
        if name in (tag.name, str(tag.id)):
            return tag.id
    raise UnknownName(f"#{parent.name} has no tag {name!r}.")
