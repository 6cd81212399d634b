"""What every rule works on: the world, the clock, ids, and the one way to tell what happened."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.clock import Clock, Snowflakes
from sandbox.events import Events
from sandbox.files import Files
from sandbox.permissions import IN_DIRECT_MESSAGES, Permission, in_channel, in_guild, in_thread
from sandbox.recorder import Recorder
from sandbox.rows import Channel, Guild
from sandbox.world import World


@dataclass
class Core:
    clock: Clock
    ids: Snowflakes
    world: World
    recorder: Recorder
    files: Files
    events: Events = field(default_factory=Events)
    url: str = "http://127.0.0.1"
    touch: Callable[[], None] = lambda: None  # something changed that no event tells
    keep: Callable[[], None] = lambda: None  # write down now what changed

    def now(self) -> datetime:
        return self.clock.now()

    def guild_permissions(self, guild: Guild, user_id: int) -> Permission:
        member = guild.members.get(user_id)
        return in_guild(guild, member, self.now) if member else Permission(0)

    def channel_permissions(self, channel: Channel, user_id: int) -> Permission:
        """What this user may do there; nothing for who is not there at all."""
        guild = self.world.guild_of(channel)
        if guild is None:
            return IN_DIRECT_MESSAGES if user_id in channel.recipient_ids else Permission(0)
        member = guild.members.get(user_id)
        if member is None:
            return Permission(0)
        if channel.thread is None:
            return in_channel(guild, member, channel, self.now)
        return in_thread(guild, member, channel, self.world.parent_of(channel), self.now)

    def sees(self, channel: Channel, user_id: int) -> bool:
        return bool(self.channel_permissions(channel, user_id) & Permission.VIEW_CHANNEL)
