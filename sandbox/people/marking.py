"""A person marks what was written: reacts, pins; and mends what they wrote themselves."""

from sandbox.automod.automod_execution import screened
from sandbox.message_rows import Message
from sandbox.messages import messages, pins, reactions
from sandbox.messages.drafts import read_draft
from sandbox.people.places import Given, Places
from sandbox.rows import Channel, User
from sandbox.threads import archiving


class Marking(Places):
    def edit(self, person: Given, *, message_id: Given, content: str) -> Message:
        user, channel, one = self._marked(person, message_id)
        messages.refuse_others(one, user.id)
        archiving.require_open(self._core, channel, user.id)
        draft = read_draft({"content": content}, {}, edits=one)
        return screened(self._core, channel, user.id, content, lambda: messages.edit(self._core, one, draft))

    def react(self, person: Given, *, message_id: Given, emoji: str) -> None:
        """With an emoji itself, or one of the guild's own by its name or as `name:id`."""
        user, channel, one = self._marked(person, message_id)
        reactions.add(self._core, channel, one, self._spelled(one, emoji), actor_id=user.id)

    def unreact(self, person: Given, *, message_id: Given, emoji: str, user_id: Given = None) -> None:
        """One's own, or as a moderator that of the person who is named."""
        user, channel, one = self._marked(person, message_id)
        whose = user if user_id is None else self._names.user(user_id)
        wanted = self._spelled(one, emoji)
        reactions.remove(self._core, channel, one, wanted, user_id=whose.id, actor_id=user.id)

    def pin(self, person: Given, *, message_id: Given) -> None:
        user, channel, one = self._marked(person, message_id)
        pins.pin(self._core, channel, one, actor_id=user.id)

    def unpin(self, person: Given, *, message_id: Given) -> None:
        user, channel, one = self._marked(person, message_id)
        pins.unpin(self._core, channel, one, actor_id=user.id)

    def _marked(self, person: Given, message_id: Given) -> tuple[User, Channel, Message]:
        user = self._names.user(person)
        one = self._message(user, message_id)
        return user, self._world.channel(one.channel_id), one

    def _spelled(self, one: Message, emoji: str) -> str:
        guild = self._world.guilds.get(one.guild_id or 0)
        for own in guild.emojis.values() if guild else ():
            if own.name == emoji.strip(":"):
                return f"{own.name}:{own.id}"
        return emoji
