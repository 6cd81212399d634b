"""Time moves on by order: `POST /sandbox/clock`. A bot that follows has moved with it before the answer comes."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

from aiohttp import WSMsgType, web

from sandbox.clock import LAST_MOMENT, timestamp
from sandbox.core import Core
from sandbox.fitting import Unfit, Within
from sandbox.rows import Json

A_CENTURY = 100 * 365 * 86_400
FARTHEST = LAST_MOMENT - timedelta(days=365)  # time goes on from there
FOLLOWED_WITHIN = 5.0  # real seconds; a follower that hangs must not hold up the person who moves the clock


class Follower:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self._socket = socket
        self._confirmed = asyncio.Event()

    async def tell(self, body: Json) -> None:
        self._confirmed.clear()
        try:
            await self._socket.send_json(body)
            await asyncio.wait_for(self._confirmed.wait(), FOLLOWED_WITHIN)
        except (ConnectionError, TimeoutError):
            await self._socket.close()

    async def listen(self) -> None:
        """Every frame that it sends says that it has moved."""
        async for frame in self._socket:
            if frame.type == WSMsgType.ERROR:
                break
            self._confirmed.set()
        self._confirmed.set()


class Timekeeping:
    def __init__(self, core: Core) -> None:
        self._core = core
        self._clock = core.clock
        self._followers: set[Follower] = set()

    def reading(self) -> Json:
        """`ahead_seconds` of real time."""
        now = self._clock.now()
        ahead = (now - datetime.now(UTC)).total_seconds()
        return {"now": timestamp(now), "ahead_seconds": ahead}

    async def advance(self, seconds: Annotated[float, Within(0, A_CENTURY)]) -> Json:
        """Raises Unfit."""
        if (FARTHEST - self._clock.now()).total_seconds() <= seconds:
            raise Unfit(
                f"The clock cannot go beyond {FARTHEST:%Y-%m-%d}: ids have no room for later moments."
            )
        self._clock.advance(seconds)
        self._core.world.ahead_seconds += seconds
        self._core.keep()  # a sandbox that is killed now must not go back in time, or its ids would
        reading = self.reading()
        await asyncio.gather(*(follower.tell(reading) for follower in tuple(self._followers)))
        return self.reading()

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket that tells the time's distance from real time, first and whenever it is moved."""
        socket = web.WebSocketResponse(timeout=0.1)
        await socket.prepare(request)
        follower = Follower(socket)
        self._followers.add(follower)
        try:
            await socket.send_json(self.reading())
            await follower.listen()
        finally:
            self._followers.discard(follower)
        return socket
