"""The one way by which anybody hears of anything: an event is written down once, then offered to every listener."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property

from sandbox.outgoing import json_text
from sandbox.permissions import NONE, Permission
from sandbox.rows import Json


class Intent(IntFlag):
    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_MODERATION = 1 << 2
    GUILD_EXPRESSIONS = 1 << 3
    GUILD_INTEGRATIONS = 1 << 4
    GUILD_WEBHOOKS = 1 << 5
    GUILD_INVITES = 1 << 6
    GUILD_VOICE_STATES = 1 << 7
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_MESSAGE_REACTIONS = 1 << 10
    GUILD_MESSAGE_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_MESSAGE_REACTIONS = 1 << 13
    DIRECT_MESSAGE_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15
    GUILD_SCHEDULED_EVENTS = 1 << 16
    AUTO_MODERATION_CONFIGURATION = 1 << 20
    AUTO_MODERATION_EXECUTION = 1 << 21
    GUILD_MESSAGE_POLLS = 1 << 24
    DIRECT_MESSAGE_POLLS = 1 << 25


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
KNOWN_INTENTS = sum(Intent)


NO_INTENT = Intent(0)


@dataclass(slots=True)
class Audience:
    """Who may hear of it. Everything given must hold, of a bot; `person_id` is the only person, and without an
    application no bot at all is meant."""

    guild_id: int | None = None
    channel_id: int | None = None
    intent: Intent = NO_INTENT
    any_of: Permission = NONE
    application_id: int | None = None
    person_id: int | None = None
    about_user_id: int | None = None  # hears it without the intent: it is about itself


@dataclass(eq=False)
class Event:
    name: str
    text: str  # the payload, already serialised
    audience: Audience
    variants: dict[object, str] = field(default_factory=dict)  # for those who may not read all

    @cached_property
    def payload(self) -> Json:
        """Read once for all who look into it; nobody may change it."""
        payload: Json = json.loads(self.text)
        return payload

    @cached_property
    def tells_reactions(self) -> bool:
        """In what somebody wrote, the quotation marks would be escaped."""
        return '"reactions":' in self.text


Listener = Callable[[Event], None]


class Events:
    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def emit(self, name: str, payload: Json, audience: Audience) -> None:
        event = Event(name, json_text(payload), audience)
        for listener in tuple(self._listeners):
            listener(event)
