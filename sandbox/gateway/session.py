"""One bot's session on the gateway: what it hears, its numbers, and what it can be told again after a lost socket."""

import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from sandbox.bot_rows import Application
from sandbox.core import Core
from sandbox.events import Event, Intent
from sandbox.gateway.identify import Shard, belongs
from sandbox.messages.message_content import PERSONAL, text_for
from sandbox.outgoing import json_text
from sandbox.permissions import Permission
from sandbox.rows import Json

VIEW_CHANNEL = int(Permission.VIEW_CHANNEL)
REPLAYED = 5_000  # events kept for a resume
REPLAYED_SIZE = 32 * 1024 * 1024  # characters of them


class Line(Protocol):
    def send(self, text: str) -> None: ...


class Replay:
    """The last events, the oldest forgotten first when they are too many or too large."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque()
        self._size = 0

    def keep(self, envelope: str) -> None:
        self._kept.append(envelope)
        self._size += len(envelope)
        while len(self._kept) > REPLAYED or self._size > REPLAYED_SIZE:
            self._size -= len(self._kept.popleft())

    def __len__(self) -> int:
        return len(self._kept)

    def last(self, number: int) -> Iterator[str]:
        return islice(self._kept, len(self._kept) - number, None)


@dataclass
class Session:
    core: Core
    application: Application
    intents: Intent
    shard: Shard | None
    large_threshold: int
    compress: bool
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    line: Line | None = None
    lost_at: datetime | None = None
    replay: Replay = field(default_factory=Replay)

    def __post_init__(self) -> None:
        self._deaf_to = ~int(self.intents)
        self._reads_content = bool(self.intents & Intent.MESSAGE_CONTENT)

    @property
    def user_id(self) -> int:
        return self.application.bot_user_id

    def has_shard_of(self, guild_id: int | None) -> bool:
        return self.shard is None or belongs(guild_id, *self.shard)

    def offer(self, event: Event) -> None:
        if not self.hears(event):
            return
        self.dispatch(event.name, self._read(event) if event.name in PERSONAL else event.text)

    def _read(self, event: Event) -> str:
        return text_for(self.core.world, event, self.user_id, with_content=self._reads_content)

    def dispatch(self, name: str, text: str) -> None:
        """Numbers it and keeps it also while no socket is there: a resume brings it."""
        self.sequence += 1
        envelope = f'{{"t":"{name}","s":{self.sequence},"op":0,"d":{text}}}'
        self.replay.keep(envelope)
        self.core.recorder.gateway("SEND", name, text, session=self.id, sequence=self.sequence)
        if self.line:
            self.line.send(envelope)

    def dispatch_payload(self, name: str, payload: Json) -> None:
        self.dispatch(name, json_text(payload))

    def missed_since(self, sequence: int) -> Iterator[str] | None:
        """None when some of it is forgotten."""
        missed = self.sequence - sequence
        return None if missed > len(self.replay) else self.replay.last(missed)

    def hears(self, event: Event) -> bool:
        audience = event.audience
        if audience.application_id not in (None, self.application.id):
            return False
        if audience.person_id is not None and audience.application_id is None:
            return False
        if not self.has_shard_of(audience.guild_id):
            return False
        if int(audience.intent) & self._deaf_to and audience.about_user_id != self.user_id:
            return False
        return audience.application_id is not None or self._is_allowed(event)

    def _is_allowed(self, event: Event) -> bool:
        """In plain integers: this is asked for every event, and an enum's arithmetic takes longer than all the rest."""
        audience, core = event.audience, self.core
        any_of = int(audience.any_of)
        if audience.channel_id is not None:
            channel = core.world.channels.get(audience.channel_id)
            granted = int(core.channel_permissions(channel, self.user_id)) if channel else 0
            return bool(granted & VIEW_CHANNEL) and (not any_of or bool(granted & any_of))
        guild = core.world.guilds.get(audience.guild_id or 0)
        if guild is None or self.user_id not in guild.members:
            return False
        return not any_of or bool(int(core.guild_permissions(guild, self.user_id)) & any_of)
