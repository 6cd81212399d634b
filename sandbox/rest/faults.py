"""Faults that a test asks for: an act that is done or not, and an answer that is lost, late or another one."""

import asyncio
import contextlib
import re
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Annotated, Any

from aiohttp import web

from sandbox.clock import Clock, within
from sandbox.fitting import Unfit, Within
from sandbox.nearest import there_is
from sandbox.rest.ratelimits import SENTENCES, Limit, RateLimits
from sandbox.rest.route_patterns import RoutePattern

RESET, TIMEOUT = "reset", "timeout"
TOO_MANY = 429
USUAL_RETRY_AFTER = 1.0
LOOKS_EVERY_SECONDS = 0.05
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: the peer gets RST, not FIN
Times = Annotated[int, Within(1, 1_000_000)]
Seconds = Annotated[float, Within(0, 100_000)]


@dataclass
class Fault:
    route: RoutePattern
    status: int | str | None  # None: Discord's own answer, but late
    applied: bool
    times: int
    retry_after: float | None
    scope: str | None
    code: int | None
    message: str | None
    after_seconds: float
    hits: int = 0

    def __post_init__(self) -> None:
        """Raises Unfit."""
        is_answer = isinstance(self.status, int) and 400 <= self.status <= 599
        if not is_answer and self.status not in (RESET, TIMEOUT, None):
            bad = f'The field \'status\' must be from 400 to 599, "reset" or "timeout", not {self.status!r}.'
            raise Unfit(bad)
        if self.status is None and (self.applied or not self.after_seconds):
            raise Unfit("The body needs 'status', or 'after_seconds' alone for an answer that is only late.")
        if self.scope is not None and self.scope not in SENTENCES:
            raise Unfit(f"The field 'scope' must be one of {', '.join(SENTENCES)}.")
        if self.status != TOO_MANY and (self.retry_after, self.scope) != (None, None):
            raise Unfit("The fields 'retry_after' and 'scope' go with the status 429 only.")
        if not is_answer and (self.code, self.message) != (None, None):
            raise Unfit("The fields 'code' and 'message' go with a status from 400 to 599 only.")

    @property
    def is_done(self) -> bool:
        """Whether the act is done, whatever is answered."""
        return self.applied or self.status is None

    @property
    def name(self) -> str | None:
        """What the recorder calls the answer that was put in; a late one is Discord's own."""
        if self.status is None:
            return None
        return f"{self.status}, applied" if self.applied else str(self.status)

    def as_json(self) -> dict[str, Any]:
        plain = {**vars(self), "route": self.route.written}
        return {key: value for key, value in plain.items() if value is not None}


class Faults:
    def __init__(self, clock: Clock, limits: RateLimits, routes: Iterable[tuple[str, str]]) -> None:
        self._clock = clock
        self._limits = limits
        self._routes = tuple(routes)
        self._released = asyncio.Event()
        self.all: list[Fault] = []

    def add(
        self,
        route: str,
        status: int | str | None = None,
        *,
        applied: bool = False,
        times: Times = 1,
        retry_after: Seconds | None = None,
        scope: str | None = None,
        code: int | None = None,
        message: str | None = None,
        after_seconds: Seconds = 0,
    ) -> Fault:
        """For the next requests to that route, after the faults that it already has. Raises Unfit.

        applied: the act is done all the same. after_seconds: the answer comes so late; alone, it is Discord's own.
        """
        pattern = RoutePattern(route)
        if not any(pattern.could_match(*each) for each in self._routes):
            routes = (f"{method} {re.sub(r'{[^/]+}', '*', path)}" for method, path in self._routes)
            raise Unfit(f"No route of this sandbox is {pattern.written}{there_is(pattern.written, routes)}")
        fault = Fault(
            route=pattern,
            status=status,
            applied=applied,
            times=times,
            retry_after=retry_after,
            scope=scope,
            code=code,
            message=message,
            after_seconds=after_seconds,
        )
        self.all.append(fault)
        return fault

    def clear(self) -> None:
        """Whoever waits for an answer loses the connection, or has the late answer now."""
        self.all.clear()
        self._released.set()
        self._released = asyncio.Event()

    def hit(self, method: str, path: str) -> Fault | None:
        for fault in self.all:
            if fault.hits < fault.times and fault.route.matches(method, path):
                fault.hits += 1
                return fault
        return None

    def answer(self, fault: Fault, limit: Limit) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers: a 429 tells of its bucket, anything else comes from before Discord's limits."""
        assert isinstance(fault.status, int)
        if fault.status == TOO_MANY:
            scope: Any = fault.scope or "user"
            told = replace(limit, scope=scope, code=fault.code or 0, sentence=fault.message)
            retry_after = USUAL_RETRY_AFTER if fault.retry_after is None else fault.retry_after
            limited, headers = self._limits.refusal(told, retry_after)
            return fault.status, limited.body(), headers
        message = fault.message or f"{fault.status}: {_phrase(fault.status)}"
        return fault.status, {"message": message, "code": fault.code or 0}, {}

    async def delay(self, fault: Fault) -> None:
        if fault.after_seconds:
            await within(self._clock, fault.after_seconds, self._released.wait)

    async def hang(self, request: web.Request) -> None:
        """Until the client gives up (of which aiohttp tells a handler nothing: it looks) or all faults are cleared."""
        released = self._released
        while not released.is_set() and request.transport and not request.transport.is_closing():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(released.wait(), LOOKS_EVERY_SECONDS)


def reset(request: web.Request) -> None:
    """Cuts the connection as a crashed peer does."""
    if request.transport:
        line = request.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        request.transport.abort()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"
