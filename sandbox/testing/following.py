"""The sandbox's time in another process: a thread of its own hears how far it is ahead of real time."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import aiohttp

AGREED_WITHIN = 5.0
ASK_AGAIN_SECONDS = 1.0


class FollowedClock:
    def __init__(self, url: str) -> None:
        """Of the sandbox at that address. Once this returns, it goes as the sandbox's, if there is one."""
        self._url = f"{url}/sandbox/clock/stream"
        self._ahead = timedelta()
        self._agreed = threading.Event()
        threading.Thread(
            target=lambda: asyncio.run(self._follow()), name="sandbox clock", daemon=True
        ).start()
        self._agreed.wait(AGREED_WITHIN)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    async def _follow(self) -> None:
        """A sandbox that went away may come back."""
        async with aiohttp.ClientSession() as http:
            while True:
                try:
                    await self._listen(http)
                except (aiohttp.ClientError, OSError):
                    await asyncio.sleep(ASK_AGAIN_SECONDS)

    async def _listen(self, http: aiohttp.ClientSession) -> None:
        async with http.ws_connect(self._url) as socket:
            async for frame in socket:
                self._ahead = timedelta(seconds=frame.json()["ahead_seconds"])
                self._agreed.set()
                await socket.send_str("moved")
