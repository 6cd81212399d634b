"""Who holds the lock that a migration waits for."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg

from database.clock import clock

LOOK_EVERY_SECONDS = 0.05
"""Half of the time for which a step waits: each wait is seen."""
REPEAT_AFTER_SECONDS = 10

BLOCKERS = """
    SELECT pid, coalesce(nullif(application_name, ''), 'unnamed') AS name, coalesce(state, 'not shown to us') AS state,
        extract(epoch FROM now() - xact_start)::float AS seconds
    FROM unnest(pg_blocking_pids($1)) AS blocking (pid) JOIN pg_stat_activity USING (pid)
"""
"""No text of a query: it may hold what people wrote."""


class Blockers:
    """`last` names who was in the way most recently, in words."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report
        self._told: dict[int, float] = {}
        self.last: str | None = None

    async def watch(self, dsn: str, pid: int) -> None:
        """Until cancelled. Losing the sight of them must not end a migration."""
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await asyncpg.connect(
                dsn, server_settings={"application_name": "reeve migrations: watch"}
            )
            try:
                while True:
                    for row in await connection.fetch(BLOCKERS, pid):
                        self._saw(row)
                    await clock.sleep(LOOK_EVERY_SECONDS)
            finally:
                connection.terminate()

    def _saw(self, row: Any) -> None:
        since = "" if row["seconds"] is None else f", in a transaction for {row['seconds']:.0f} s"
        self.last = f"session {row['pid']} ({row['name']}, {row['state']}{since})"
        now = time.monotonic()
        if now - self._told.get(row["pid"], -REPEAT_AFTER_SECONDS) >= REPEAT_AFTER_SECONDS:
            self._told[row["pid"]] = now
            self._report(f"waiting for {self.last}, and trying again")


@asynccontextmanager
async def watched(dsn: str, pid: int, report: Callable[[str], None]) -> AsyncIterator[Blockers]:
    """Report who stands in the way of the session with this pid, for as long as the block runs."""
    blockers = Blockers(report)
    watching = asyncio.create_task(blockers.watch(dsn, pid))
    try:
        yield blockers
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
