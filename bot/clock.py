"""Time comes from here, and on a sandbox it goes as the sandbox's does: months may pass there in a second."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import aiohttp
import discord
import yarl
from loguru import logger

from database.clock import clock

__all__ = ["clock", "following"]

ASK_AGAIN_SECONDS = 1.0


@asynccontextmanager
async def following(origin: yarl.URL) -> AsyncIterator[None]:
    """Keep time with the sandbox at that address for as long as the context lasts."""
    discord.utils.utcnow = clock.now  # discord.py compares ids and time-outs with its own look at the time
    agreed = asyncio.Event()
    task = asyncio.create_task(_follow(origin / "sandbox/clock/stream", agreed), name="clock")
    try:
        await agreed.wait()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _follow(url: yarl.URL, agreed: asyncio.Event) -> None:
    """A sandbox that went away comes back; what has no clock to follow (a proxy) has real time."""
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.ws_connect(url, heartbeat=30) as socket:
                    async for frame in socket:
                        _move(timedelta(seconds=frame.json()["ahead_seconds"]))
                        await socket.send_str("moved")
                        agreed.set()
            except aiohttp.WSServerHandshakeError:
                return
            except (aiohttp.ClientError, OSError, ValueError, LookupError, TypeError) as error:
                logger.debug("the sandbox's clock cannot be followed: {!r}", error)
            finally:
                agreed.set()
            await asyncio.sleep(ASK_AGAIN_SECONDS)


def _move(ahead: timedelta) -> None:
    has_jumped = abs(ahead - clock.ahead) > timedelta(seconds=1)
    clock.move_to(ahead)
    if has_jumped:
        logger.info("time has moved: now it is {:%Y-%m-%d %H:%M} UTC", clock.now())
