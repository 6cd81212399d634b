"""Whether the schema still fits this code while it runs: somebody may migrate it under us."""

import asyncio
from contextlib import suppress

import asyncpg
from loguru import logger

from database.clock import clock
from database.errors import DatabaseUnavailable, SchemaMismatch
from database.migrations.skew import require_schema

LOOK_SECONDS = 30.0
LOOK_AT_MOST_SECONDS = 2.0
"""A person waits for what a failed action says."""

MISSING = (asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError, asyncpg.UndefinedFunctionError)
"""What our statements meet on a schema of another age. On our own it is a bug."""


class SchemaWatch:
    """Says once in the log when the schema no longer fits, with the command that helps, and once when it does again."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watch: asyncio.Task[None] | None = None
        self._mismatch: str | None = None

    def open(self) -> None:
        self._watch = asyncio.create_task(self._keep_looking(), name="schema watch")

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])

    async def is_to_blame(self) -> bool:
        """Whether an action that met something MISSING met another schema: then it is no bug."""
        if self._mismatch is None:
            await self._look()
        return self._mismatch is not None

    async def _keep_looking(self) -> None:
        while True:
            await clock.sleep(LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        """Where the database is away nothing can be said: others say that."""
        found = None
        with suppress(DatabaseUnavailable, asyncpg.PostgresError, TimeoutError):
            try:
                async with asyncio.timeout(LOOK_AT_MOST_SECONDS):
                    await require_schema(self._dsn)
            except SchemaMismatch as error:
                found = str(error)
            self._tell(found)

    def _tell(self, found: str | None) -> None:
        before, self._mismatch = self._mismatch, found
        if found is not None and found != before:
            logger.warning(
                "{} Until then, what does not work on it is answered with a request for patience.", found
            )
        elif found is None and before is not None:
            logger.info("The database schema fits this Reeve again.")
