"""All that exists, by id, and how to find it. What is not there is Discord's own refusal."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.bot_rows import Application, Command, Webhook
from sandbox.errors import unknown
from sandbox.message_rows import Message
from sandbox.rows import DIRECT_MESSAGE, Channel, Guild, Invite, Member, User


@dataclass
class World:
    users: dict[int, User] = field(default_factory=dict)
    applications: dict[int, Application] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, dict[int, Message]] = field(default_factory=dict)
    commands: dict[int, Command] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    invites: dict[str, Invite] = field(default_factory=dict)
    ahead_seconds: float = 0.0  # of real time, by what people moved the clock
    link_key: str = field(default_factory=lambda: secrets.token_hex(16))  # signs links to attachments

    def __post_init__(self) -> None:
        self._by_name: dict[str, User] = {}

    def user_named(self, name: str) -> User | None:
        """Remembered, for there may be 100,000; looked for anew when nobody is known by it, or not any more."""
        wanted = name.casefold()
        found = self._by_name.get(wanted)
        if found is None or found.username.casefold() != wanted:
            self._by_name = {}
            for user in self.users.values():
                self._by_name.setdefault(user.username.casefold(), user)
            found = self._by_name.get(wanted)
        return found

    def user(self, user_id: int) -> User:
        return self.users.get(user_id) or _raise("user")

    def guild(self, guild_id: int) -> Guild:
        return self.guilds.get(guild_id) or _raise("guild")

    def channel(self, channel_id: int) -> Channel:
        return self.channels.get(channel_id) or _raise("channel")

    def member(self, guild: Guild, user_id: int) -> Member:
        return guild.members.get(user_id) or _raise("member")

    def message(self, channel_id: int, message_id: int) -> Message:
        return self.messages.get(channel_id, {}).get(message_id) or _raise("message")

    def webhook(self, webhook_id: int) -> Webhook:
        return self.webhooks.get(webhook_id) or _raise("webhook")

    def forget_channel(self, channel_id: int) -> None:
        """What belongs to a channel goes with it."""
        self.webhooks = {key: one for key, one in self.webhooks.items() if one.channel_id != channel_id}
        self.invites = {key: one for key, one in self.invites.items() if one.channel_id != channel_id}

    def guild_channels(self, guild: Guild) -> list[Channel]:
        return [self.channels[channel_id] for channel_id in guild.channel_ids]

    def threads_of(self, guild: Guild) -> list[Channel]:
        return [self.channels[thread_id] for thread_id in guild.thread_ids]

    def forget_thread(self, guild: Guild, thread_id: int) -> None:
        guild.thread_ids.remove(thread_id)
        del self.channels[thread_id]
        self.messages.pop(thread_id, None)

    def parent_of(self, thread: Channel) -> Channel:
        return self.channel(thread.parent_id or 0)

    def guild_of(self, channel: Channel) -> Guild | None:
        return None if channel.guild_id is None else self.guilds[channel.guild_id]

    def application_of(self, bot_user_id: int) -> Application | None:
        """A bot has its application's id."""
        return self.applications.get(bot_user_id)

    def application_with(self, token: str) -> Application | None:
        return next((one for one in self.applications.values() if one.token == token), None)

    def direct_channel(self, one_id: int, other_id: int) -> Channel | None:
        wanted = {one_id, other_id}
        directs = (channel for channel in self.channels.values() if channel.type == DIRECT_MESSAGE)
        return next((channel for channel in directs if set(channel.recipient_ids) == wanted), None)

    def guilds_of(self, user_id: int) -> list[Guild]:
        return [guild for guild in self.guilds.values() if user_id in guild.members]


def _raise(what: str) -> Any:
    raise unknown(what)
