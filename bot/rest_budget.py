"""Discord takes 50 requests a second from one bot, however many processes it has: each request is paid for here.

The limit counts what carries the bot's token (reference, "Global Rate Limit"). Answers to interactions, and webhooks,
carry none: they never wait.

Several processes have two budgets that know nothing of each other, because together they are never too much: each has
its share of OWN_PER_SECOND, for itself, and what it needs more it draws from one row of the database, which grants at
most 30 in any second. Who loses the database loses the second, whatever the others still have of it. 10 more are kept
for hand-overs, when shards are served twice and their shares with them.
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
from database.waiting import OrderedLock

MOST_PER_SECOND = 50
OWN_PER_SECOND = 10
"""Of all processes together. A process with less than a tenth of the shards has none: it waits for the database."""
SECOND = timedelta(seconds=1.05)
"""A little more: requests that leave evenly may arrive closer together."""
DRAW_SECONDS = 1.0
TRIES = 3
AWAY = timedelta(seconds=5)
"""For so long after a failed draw the process does not ask the database again."""


def own_share(shards: Shards | None) -> int:
    """Requests a second that this process may make without asking anybody. None are all shards."""
    if shards is None or shards.is_whole_bot:
        return MOST_PER_SECOND
    return OWN_PER_SECOND * len(shards.ids) // shards.count


class OwnWindow:
    """At most `most` in any second, kept by this process for itself."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._spent: deque[datetime] = deque()

    def take(self) -> timedelta:
        """Zero if one was taken, otherwise when to ask again."""
        now = clock.now()
        while self._spent and not now - SECOND < self._spent[0] <= now:
            self._spent.popleft()
        if len(self._spent) < self._most:
            self._spent.append(now)
            return timedelta()
        return self._spent[0] + SECOND - now if self._spent else SECOND


class RestBudget:
    """`shards` None: this process is the whole bot, and never asks the database."""

    def __init__(self, processes: ProcessController, shards: Shards | None) -> None:
        self._processes = processes
        self._is_shared = shards is not None and not shards.is_whole_bot
        self._own = OwnWindow(own_share(shards))
        self._line = OrderedLock()
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
        """Wait until one request may leave: what people wait for before what is overdue in a thousand servers."""
        async with self._line:
            while not self._has_left():
                wait = self._own.take()
                if not wait:
                    self.spent["own"] += 1
                    return
                if not await self._has_drawn():
                    await clock.sleep(wait.total_seconds())
            self._left -= 1
            self.spent["shared"] += 1

    async def _has_drawn(self) -> bool:
        """False when the database does not answer, or too slowly for what it grants, or the line is too long."""
        if not self._is_shared or clock.now() < self._away_until:
            return False
        for _ in range(TRIES):
            try:
                if not await self._draws():
                    return False
            except (DatabaseUnavailable, TimeoutError):
                break
            if self._has_left():
                return True
        self._away_until = clock.now() + AWAY
        logger.warning("requests to Discord are paid from this process's own share: the database is away")
        return False

    def _has_left(self) -> bool:
        return self._left > 0 and clock.now() < self._void_at

    async def _draws(self) -> bool:
        """False while the line is too long."""
        asked_at = clock.now()
        async with asyncio.timeout(DRAW_SECONDS):
            wait = await self._processes.draw_requests()
        if wait is None:
            return False
        await clock.sleep(wait.total_seconds())
        self._left, self._void_at = CHUNK, asked_at + max(wait, timedelta()) + CHUNK_LENGTH
        return True
