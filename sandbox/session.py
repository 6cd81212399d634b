"""One bot's session on the gateway: what it hears, its numbers, and what it can be told again after a lost socket."""

import json
import secrets
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sandbox.core import Core
from sandbox.events import Event, Intent
from sandbox.rows import Application, Json

REPLAYED = 5_000  # events kept for a resume


class Line(Protocol):
    def send(self, text: str) -> None: ...


@dataclass
class Session:
    core: Core
    application: Application
    intents: Intent
    shard: tuple[int, int]
    large_threshold: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    line: Line | None = None
    lost_at: datetime | None = None
    kept: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAYED))

    @property
    def user_id(self) -> int:
        return self.application.bot_user_id

    def has_shard_of(self, guild_id: int | None) -> bool:
        number, count = self.shard
        return ((guild_id or 0) >> 22) % count == number

    def offer(self, event: Event) -> None:
        if self.hears(event):
            self.dispatch(event.name, self._text_for(event))

    def dispatch(self, name: str, text: str) -> None:
        """Numbers it and keeps it also while no socket is there: a resume brings it."""
        self.sequence += 1
        envelope = f'{{"t":"{name}","s":{self.sequence},"op":0,"d":{text}}}'
        self.kept.append((self.sequence, envelope))
        self.core.recorder.gateway("SEND", name, text, session=self.id, sequence=self.sequence)
        if self.line:
            self.line.send(envelope)

    def dispatch_payload(self, name: str, payload: Json) -> None:
        self.dispatch(name, json.dumps(payload, separators=(",", ":")))

    def missed_since(self, sequence: int) -> Iterator[str]:
        return (envelope for number, envelope in self.kept if number > sequence)

    def can_replay(self, sequence: int) -> bool:
        return not self.kept or self.kept[0][0] <= sequence + 1

    def hears(self, event: Event) -> bool:
        audience = event.audience
        if audience.person_id is not None or audience.application_id not in (None, self.application.id):
            return False
        if not self.has_shard_of(audience.guild_id):
            return False
        if audience.intent & ~self.intents and audience.about_user_id != self.user_id:
            return False
        return audience.application_id is not None or self._is_allowed(event)

    def _is_allowed(self, event: Event) -> bool:
        audience, core = event.audience, self.core
        if audience.channel_id is not None:
            channel = core.world.channels.get(audience.channel_id)
            return channel is not None and core.sees(channel, self.user_id)
        guild = core.world.guilds.get(audience.guild_id or 0)
        if guild is None or self.user_id not in guild.members:
            return False
        return not audience.any_of or bool(core.guild_permissions(guild, self.user_id) & audience.any_of)

    def _text_for(self, event: Event) -> str:
        if not event.name.startswith("MESSAGE_") or self.intents & Intent.MESSAGE_CONTENT:
            return event.text
        return json.dumps(without_content(event.payload, self.user_id))


def without_content(message: Json, reader_id: int) -> Json:
    """What is left without the MESSAGE_CONTENT intent; own, direct and mentioning messages stay whole."""
    mentioned = any(user["id"] == str(reader_id) for user in message.get("mentions", []))
    own = message.get("author", {}).get("id") == str(reader_id)
    if own or mentioned or "guild_id" not in message or "content" not in message:
        return message
    return {**message, "content": "", "embeds": [], "attachments": [], "components": []}
