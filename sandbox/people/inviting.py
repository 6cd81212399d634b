"""A person makes an invite by hand."""

from typing import Any

from sandbox.guilds import invites
from sandbox.people.places import Given, Places
from sandbox.rows import Json


class Inviting(Places):
    def invite(
        self,
        person: Given,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        max_age: int | None = None,
        max_uses: int | None = None,
        temporary: bool = False,
        unique: bool = False,
    ) -> Json:
        """Make an invite, without a channel for `general`; `max_age` in seconds, 0 for ever."""
        user = self._names.user(person)
        channel = self.channel(user, guild_id, channel_id)
        wanted: dict[str, Any] = {"max_age": max_age, "max_uses": max_uses}
        body: Json = {key: value for key, value in wanted.items() if value is not None}
        body.update(temporary=temporary, unique=unique)
        one = invites.create(self._core, channel, body, actor_id=user.id)
        return invites.payload(self._core, one, with_metadata=True)
