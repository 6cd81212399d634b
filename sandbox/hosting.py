"""A client of a bot library on the sandbox: pointed here, on the sandbox's time, started and ended."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from types import ModuleType
from typing import Any, Protocol, TypeVar

import yarl

from sandbox.addresses import Addresses

ASKS_TIME = ("abc", "app_commands.checks")  # purge's 14 days, and cooldowns: by time.time()
READY_WITHIN = 30.0  # real seconds


class NeverReady(Exception):
    pass


class Client(Protocol):
    async def login(self, token: str) -> None: ...

    async def connect(self) -> None: ...

    async def wait_until_ready(self) -> None: ...

    async def close(self) -> None: ...


AnyClient = TypeVar("AnyClient", bound=Client)


class _Time:
    """The module `time`, with another `time()`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def time(self) -> float:
        return self._now().timestamp()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@contextmanager
def redirected(library: ModuleType, to: Addresses, now: Callable[[], datetime]) -> Iterator[None]:
    """While it lasts, discord.py (which the caller has imported) asks there, and what it compares with now goes by
    that clock. What it waits for goes by the event loop's."""
    with ExitStack() as until_the_end:

        def put(where: object, name: str, what: object) -> None:
            until_the_end.callback(setattr, where, name, getattr(where, name))
            setattr(where, name, what)

        put(library.http.Route, "BASE", to.api)
        put(library.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(to.gateway))
        put(library.asset.Asset, "BASE", to.cdn)
        put(library.utils, "utcnow", now)
        for name in ASKS_TIME:
            put(sys.modules[f"{library.__name__}.{name}"], "time", _Time(now))
        yield


@asynccontextmanager
async def running(bot: AnyClient, token: str) -> AsyncIterator[AnyClient]:
    """Ready at the beginning and closed at the end. Raises NeverReady, and what ended the bot before its time."""
    await bot.login(token)
    connected = asyncio.create_task(bot.connect())
    ready = asyncio.create_task(bot.wait_until_ready())
    try:
        await asyncio.wait({connected, ready}, timeout=READY_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        if connected.done():
            connected.result()
        if not ready.done():
            raise NeverReady(f"The bot was not ready within {READY_WITHIN:.0f} s, or closed itself.")
        yield bot
    finally:
        ready.cancel()
        await bot.close()
        ended, _ = await asyncio.gather(connected, ready, return_exceptions=True)
    if isinstance(ended, Exception):
        raise ended
