"""One connection that hears what other processes tell. It is a hint: losing it costs a moment, and no truth."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import asyncpg
from loguru import logger

from database.pool import CONNECT_SECONDS, Connection
from database.settings import PoolSettings

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0
FAREWELL_SECONDS = 1.0


class Listener:
    """Listens on one channel until it is closed, and comes back by itself.

    `hear` gets each notice; `missed` is called whenever some may have been missed: when the connection is lost, and
    once a new one listens.
    """

    probe_seconds = 15.0
    """How often the connection is asked whether it lives: a firewall that forgot it tells nobody."""

    def __init__(
        self,
        dsn: str,
        settings: PoolSettings,
        channel: str,
        *,
        hear: Callable[[str], None],
        missed: Callable[[], None],
    ) -> None:
        self._dsn, self._channel, self._hear, self._missed = dsn, channel, hear, missed
        self._name = f"{settings.application_name[:54]} listener"
        self._task: asyncio.Task[None] | None = None
        self._pause = FIRST_PAUSE_SECONDS
        self.is_listening = False

    def open(self) -> None:
        """Begin; nobody waits for it."""
        self._task = asyncio.create_task(self._keep_listening())

    async def close(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _keep_listening(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # whatever it is, time may help, and the lifetime holds the truth
                if self._pause == FIRST_PAUSE_SECONDS:
                    logger.warning("Changes in other processes are heard of later: {}", type(error).__name__)
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        """Until the connection is lost, which raises."""
        connection: Connection = await asyncpg.connect(
            self._dsn,
            timeout=CONNECT_SECONDS,
            server_settings={"application_name": self._name},
            statement_cache_size=0,
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(self._channel, self._heard)
            self._missed()  # what was told before this moment
            if self._pause != FIRST_PAUSE_SECONDS:
                logger.info("Changes in other processes are heard of at once again")
            self._pause, self.is_listening = FIRST_PAUSE_SECONDS, True
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.probe_seconds):
                        await lost.wait()
                await connection.fetchval("SELECT 1", timeout=self.probe_seconds)
        finally:
            self.is_listening = False
            self._missed()
            with suppress(Exception):
                await connection.close(timeout=FAREWELL_SECONDS)

    def _heard(self, _connection: Any, _pid: int, _channel: str, notice: str) -> None:
        self._hear(notice)
