"""What a person sees."""

from sandbox.errors import UnknownName
from sandbox.events import Event
from sandbox.message_rows import Message
from sandbox.messages import pins
from sandbox.people.places import Given, Places
from sandbox.rows import DIRECT_MESSAGE, Channel, Json, User
from sandbox.threads import archiving


class Seeing(Places):
    def sees(
        self, person: Given, channel_id: Given, *, guild_id: Given = None, limit: int = 100
    ) -> list[Json]:
        """Oldest first, ephemerals that are for this person included."""
        user = self._names.user(person)
        channel = self._seen_channel(user, guild_id, channel_id)
        return [self._seen(user, one) for one in self._visible(user, channel)[-limit:]]

    def pinned(self, person: Given, channel_id: Given, *, guild_id: Given = None) -> list[Json]:
        """Pinned last, first."""
        user = self._names.user(person)
        channel = self._seen_channel(user, guild_id, channel_id)
        return [self._seen(user, one) for one in pins.pinned(self._core, channel)]

    def _seen_channel(self, user: User, guild_id: Given, channel_id: Given) -> Channel:
        channel = self.channel(user, guild_id, channel_id)
        if not self._core.sees(channel, user.id):
            raise UnknownName(f"{user.username} does not see #{channel.name}.")
        return channel

    def direct_messages(self, person: Given, *, limit: int = 100) -> list[Json]:
        """Of all direct channels together, oldest first."""
        user = self._names.user(person)
        directs = [each for each in self._world.channels.values() if each.type == DIRECT_MESSAGE]
        found = [one for each in directs for one in self._visible(user, each)]
        return [self._seen(user, one) for one in sorted(found, key=lambda one: one.id)[-limit:]]

    def seen(self, person: Given, one: Message) -> Json:
        return self._seen(self._names.user(person), one)

    def visible_channels(self, person: Given, *, guild_id: Given = None) -> list[Channel]:
        user = self._names.user(person)
        guild = self._guild(guild_id, user)
        found = [*self._world.guild_channels(guild), *archiving.active(self._core, guild)] if guild else []
        return [each for each in found if self._core.sees(each, user.id)]

    def place(self, person: Given, *, guild_id: Given = None, channel_id: Given = None) -> Json:
        """Where an act would land; without a guild that is the world's first one that this person is in."""
        user = self._names.user(person)
        channel = None if channel_id is None else self.channel(user, guild_id, channel_id)
        guild = self._world.guild_of(channel) if channel else self._here(user, guild_id)
        return {
            "guild_id": str(guild.id) if guild else None,
            "guild": guild.name if guild else None,
            "channel_id": str(channel.id) if channel else None,
            "channel": channel.name if channel else None,
        }

    def notices(self, person: Given, event: Event) -> Json | None:
        """What the page of this person should look at again, or nothing."""
        user, audience = self._names.user(person), event.audience
        if audience.person_id not in (None, user.id) or event.name == "INTERACTION_CREATE":
            return None
        payload = event.payload
        about = (payload.get("user") or {}).get("id")
        if about != str(user.id) and not self._concerns(user.id, audience.guild_id, audience.channel_id):
            return None
        told = {
            "event": event.name,
            "guild_id": audience.guild_id,
            "channel_id": audience.channel_id,
            "message_id": _message_of(event),
            "user_id": about,
        }
        return {key: str(value) for key, value in told.items() if value is not None}

    def _concerns(self, user_id: int, guild_id: int | None, channel_id: int | None) -> bool:
        channel = self._world.channels.get(channel_id or 0)
        if channel is not None:
            return self._core.sees(channel, user_id)
        guild = self._world.guilds.get(guild_id or 0)
        return guild is not None and user_id in guild.members


def _message_of(event: Event) -> object:
    payload = event.payload
    return payload.get("message_id", payload.get("id")) if event.name.startswith("MESSAGE_") else None
