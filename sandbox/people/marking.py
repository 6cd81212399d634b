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
        """Change one's own message."""
        user, channel, one = self._marked(person, message_id)
        messages.refuse_others(one, user.id)
        archiving.require_open(self._core, channel, user.id)
        draft = read_draft({"content": content}, {}, edits=one)
        return screened(self._core, channel, user.id, content, lambda: messages.edit(self._core, one, draft))

    def react(self, person: Given, *, message_id: Given, emoji: str) -> Message:
        """React with an emoji itself, or one of the guild's own by its name or as `name:id`."""
        user, channel, one = self._marked(person, message_id)
        reactions.add(self._core, channel, one, self._spelled(one, emoji), actor_id=user.id)
        return one

    def unreact(self, person: Given, *, message_id: Given, emoji: str, user_id: Given = None) -> Message:
        """One's own reaction, or as a moderator that of the person who is named."""
        user, channel, one = self._marked(person, message_id)
        whose = user if user_id is None else self._names.user(user_id)
        wanted = self._spelled(one, emoji)
        reactions.remove(self._core, channel, one, wanted, user_id=whose.id, actor_id=user.id)
        return one

    def pin(self, person: Given, *, message_id: Given) -> Message:
        """A message stays at hand in its channel."""
        user, channel, one = self._marked(person, message_id)
        pins.pin(self._core, channel, one, actor_id=user.id)
        return one

    def unpin(self, person: Given, *, message_id: Given) -> Message:
        """A message is pinned no longer."""
        user, channel, one = self._marked(person, message_id)
        pins.unpin(self._core, channel, one, actor_id=user.id)
        return one

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
