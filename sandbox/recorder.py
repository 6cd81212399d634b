"""Everything that passed over the wire, numbered: tests read it, the page shows it, out-of-process checks poll it."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import Any, Literal

from sandbox.clock import Clock, timestamp

KEPT = 50_000
KEPT_CHARACTERS = 64 * 2**20  # of bodies: a thousand members in one chunk are 700 KB
Kind = Literal["rest", "gateway"]


@dataclass(slots=True)
class Exchange:
    """Bodies are kept as the text that travelled, so that nothing that happens later can change them."""

    number: int
    moment: datetime
    kind: Kind
    method: str  # for the gateway: SEND (to the bot) or RECEIVE
    path: str
    route: str | None = None  # the route's pattern; for the gateway the event's name
    status: int | None = None
    query: dict[str, str] | None = None
    reason: str | None = None
    files: tuple[str, ...] = ()
    unknown: bool = False
    fault: str | None = None  # by this the answer is not Discord's own, or there was none
    session: str | None = None  # the gateway's, and the number there
    sequence: int | None = None
    application_id: str | None = None  # of REST: whose token it was
    request_text: str | None = None
    response_text: str | None = None

    @property
    def at(self) -> str:
        return timestamp(self.moment)

    @property
    def characters(self) -> int:
        return len(self.request_text or "") + len(self.response_text or "")

    @property
    def request(self) -> Any:
        return json.loads(self.request_text) if self.request_text else None

    @property
    def response(self) -> Any:
        """What Cloudflare answers in Discord's place is no JSON: that stays a text."""
        try:
            return json.loads(self.response_text) if self.response_text else None
        except ValueError:
            return self.response_text

    def facts(self) -> dict[str, Any]:
        """All but the bodies."""
        return {name: getattr(self, name) for name in FACTS}

    def as_json(self) -> dict[str, Any]:
        return {**self.facts(), "request": self.request, "response": self.response}


FACTS = ["number", "at", *(each.name for each in fields(Exchange)[2:] if not each.name.endswith("_text"))]


Listener = Callable[[Exchange], None]


class Recorder:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[Exchange] = deque()
        self._characters = 0
        self._listeners: list[Listener] = []
        self.last_number = 0

    def listen(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def rest(self, **facts: Any) -> Exchange:
        return self._keep("rest", **facts)

    def gateway(self, method: Literal["SEND", "RECEIVE"], route: str, text: str, **more: Any) -> Exchange:
        sent = method == "SEND"
        bodies = {"response_text": text} if sent else {"request_text": text}
        return self._keep("gateway", method=method, path="/gateway", route=route, **bodies, **more)

    def _keep(self, kind: Kind, **facts: Any) -> Exchange:
        self.last_number += 1
        exchange = Exchange(self.last_number, self._clock.now(), kind, **facts)
        self._kept.append(exchange)
        self._characters += exchange.characters
        while len(self._kept) > KEPT or (self._characters > KEPT_CHARACTERS and len(self._kept) > 1):
            self._characters -= self._kept.popleft().characters
        for listener in self._listeners:
            listener(exchange)
        return exchange

    def since(self, number: int = 0) -> Iterator[Exchange]:
        """The numbers have no gaps, so that the place of the first is known."""
        first = self._kept[0].number if self._kept else 0
        return islice(self._kept, max(0, number + 1 - first), None)

    @property
    def unknown(self) -> list[Exchange]:
        """Calls to routes that this sandbox does not have: a test should fail on them."""
        return [exchange for exchange in self._kept if exchange.unknown]

    def rest_calls(self, method: str, route: str) -> list[Exchange]:
        return [
            each
            for each in self._kept
            if each.kind == "rest" and (each.method, each.route) == (method, route)
        ]
