"""Discord takes 50 requests a second from one bot, however many processes it has: each request is paid for here.

The limit counts what carries the bot's token (reference, "Global Rate Limit"). Answers to interactions, and webhooks,
carry none: they never wait.
"""

import asyncio
from collections import Counter, deque
from datetime import datetime, timedelta
from types import SimpleNamespace

import aiohttp
from loguru import logger

from bot.clock import clock
from database.controllers.processes import CHUNK, CHUNK_LENGTH, ProcessController
from database.errors import DatabaseUnavailable
from database.models import Shards

MOST_PER_SECOND = 50
SECOND = timedelta(seconds=1.05)
"""A little more: requests that leave evenly may arrive closer together."""
DRAW_SECONDS = 1.0
TRIES = 3
AWAY = timedelta(seconds=5)
"""For so long after a failed draw the process lives on its own share."""


class OwnWindow:
    """At most `most` in any second, kept by this process for itself."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._spent: deque[datetime] = deque()

    async def spend(self) -> None:
        while True:
            now = clock.now()
            while self._spent and not now - SECOND < self._spent[0] <= now:
                self._spent.popleft()
            if len(self._spent) < self._most:
                self._spent.append(now)
                return
            await clock.sleep((self._spent[0] + SECOND - now).total_seconds())


class RestBudget:
    """`shards` None: this process is the whole bot, and never asks the database.

    Otherwise all processes draw from one row, CHUNK requests at a time; while the database is away, each lives on the
    share that its shards are of all.
    """

    def __init__(self, processes: ProcessController, shards: Shards | None) -> None:
        self._processes = processes
        self._is_shared = shards is not None and not shards.is_whole_bot
        share = len(shards.ids) / shards.count if shards is not None else 1
        self._own = OwnWindow(max(1, int(MOST_PER_SECOND * share)))
        self._line = asyncio.Lock()
        self._left = 0
        self._void_at = self._away_until = clock.now()
        self.spent: Counter[str] = Counter()
        """Requests by what they were paid from: shared, own."""

    def trace(self) -> aiohttp.TraceConfig:
        """What aiohttp calls before each request on the wire, those that discord.py repeats included."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(self._on_request_start)
        return config

    async def _on_request_start(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        request: aiohttp.TraceRequestStartParams,
    ) -> None:
        if "Authorization" in request.headers:
            await self.spend()

    async def spend(self) -> None:
        """Wait until one request may leave."""
        async with self._line:
            if self._is_shared and clock.now() >= self._away_until and await self._spend_shared():
                self.spent["shared"] += 1
                return
            await self._own.spend()
            self.spent["own"] += 1

    async def _spend_shared(self) -> bool:
        """False when the database does not answer, or too slowly for what it grants."""
        for _ in range(TRIES):
            if self._has_left():
                break
            try:
                await self._draw()
            except (DatabaseUnavailable, TimeoutError):
                break
        if self._has_left():
            self._left -= 1
            return True
        self._away_until = clock.now() + AWAY
        logger.warning("requests to Discord are paid from this process's own share: the database is away")
        return False

    def _has_left(self) -> bool:
        return self._left > 0 and clock.now() < self._void_at

    async def _draw(self) -> None:
        asked_at = clock.now()
        async with asyncio.timeout(DRAW_SECONDS):
            wait = await self._processes.draw_requests()
        await clock.sleep(wait.total_seconds())
        self._left, self._void_at = CHUNK, asked_at + max(wait, timedelta()) + CHUNK_LENGTH
