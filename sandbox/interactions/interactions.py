"""The life of an interaction: born with a token, acknowledged within 3 s, usable for 15 minutes."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sandbox.core import Core
from sandbox.errors import bad_webhook_token, unknown
from sandbox.events import Audience
from sandbox.rows import Json

ACKNOWLEDGE_WITHIN = timedelta(seconds=3)
TOKEN_LIVES = timedelta(minutes=15)
REMEMBERED = 10_000
PING, COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 1, 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 4, 5, 6, 7, 8, 9


@dataclass
class Interaction:
    id: int
    token: str
    type: int
    application_id: int
    user_id: int
    channel_id: int
    guild_id: int | None
    created_at: datetime
    name: str | None = None  # of the command, spelled out: "points give"
    command_type: int | None = None
    source_message_id: int | None = None  # of a component, or of the component that opened the modal
    metadata: Json = field(default_factory=dict)
    acknowledged_at: datetime | None = None
    callback_type: int | None = None
    original_id: int | None = None
    is_ephemeral: bool = False
    is_waiting: bool = False  # deferred, and nothing came after it yet
    gave_up: bool = False
    shown_message_ids: list[int] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    last_exchange: int = 0  # when it began: what came over the wire since may say why no answer came
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_answered(self) -> bool:
        return self.acknowledged_at is not None and not self.is_waiting

    def tell(self) -> None:
        self._changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self._changed.clear()
            await self._changed.wait()

    def shows(self, message_id: int) -> None:
        if message_id not in self.shown_message_ids:
            self.shown_message_ids.append(message_id)


class Bots(Protocol):
    """Who is there to answer, by application."""

    def is_connected(self, application_id: int) -> bool: ...

    def may_return(self, application_id: int) -> bool: ...


class Interactions:
    def __init__(self, core: Core, bots: Bots) -> None:
        self._core = core
        self.bots = bots
        self._by_token: dict[str, Interaction] = {}

    def begin(self, **facts: object) -> Interaction:
        interaction = Interaction(
            id=self._core.ids.next(),
            token=new_token(),
            created_at=self._core.now(),
            last_exchange=self._core.recorder.last_number,
            **facts,  # type: ignore[arg-type]  # the keywords are Interaction's own fields
        )
        self._by_token[interaction.token] = interaction
        if len(self._by_token) > REMEMBERED:
            del self._by_token[next(iter(self._by_token))]
        return interaction

    def send(self, interaction: Interaction, payload: Json) -> None:
        audience = Audience(interaction.guild_id, application_id=interaction.application_id)
        self._core.events.emit("INTERACTION_CREATE", payload, audience)

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """For the callback route: 10062 when unknown or later than 3 s."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.id != interaction_id:
            raise unknown("interaction")
        late = self._core.now() - interaction.created_at >= ACKNOWLEDGE_WITHIN
        if interaction.acknowledged_at is None and (late or interaction.gave_up):
            raise unknown("interaction")
        return interaction

    def by_webhook(self, application_id: int, token: str) -> Interaction:
        """For the webhook routes: 10015 before the acknowledgement, 50027 after 15 minutes."""
        interaction = self._by_token.get(token)
        if interaction is None or interaction.application_id != application_id:
            raise unknown("webhook")
        if self._core.now() - interaction.created_at >= TOKEN_LIVES:
            raise bad_webhook_token()
        if interaction.acknowledged_at is None:
            raise unknown("webhook")
        return interaction

    def opener(self, user_id: int, interaction_id: int | None) -> Interaction | None:
        """The interaction that showed this person a form: that one, or the last."""
        for each in reversed(self._by_token.values()):
            if each.modal and each.user_id == user_id and interaction_id in (None, each.id):
                return each
        return None


def new_token() -> str:
    return base64.urlsafe_b64encode(b"interaction:" + secrets.token_bytes(72)).decode().rstrip("=")
