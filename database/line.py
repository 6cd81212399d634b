"""The connection of one transaction, and what it means when something fails on it."""

from collections.abc import Awaitable
from typing import Any, TypeVar

import asyncpg
from loguru import logger

from database.outages import AWAY, unavailable

T = TypeVar("T")
Connection = Any  # asyncpg has no types


class Line:
    """Raises DatabaseUnavailable where PostgreSQL, or the way there, is the cause; else what asyncpg raises.

    Only what fails here is taken for an outage: an OSError of the caller's own stays what it is.
    """

    __slots__ = ("_connection", "_is_read_only")

    def __init__(self, connection: Connection, *, is_read_only: bool = False) -> None:
        self._connection, self._is_read_only = connection, is_read_only

    async def fetch(self, text: str, arguments: list[Any]) -> list[asyncpg.Record]:
        return await self._ask(self._connection.fetch(text, *arguments))

    async def execute(self, text: str, *, seconds: float | None = None) -> str:
        """`seconds`: how long to wait for the answer; else as long as for any statement."""
        return await self._ask(self._connection.execute(text, timeout=seconds))

    async def commit(self) -> str:
        return await self._ask(self._connection.execute("COMMIT"), is_commit=True)

    async def cursor(self, text: str, arguments: list[Any]) -> Any:
        # Without a name: behind a pooler a named one would stay with a server that somebody else gets next.
        prepared = await self._ask(self._connection.prepare(text, name=""))
        return await self._ask(prepared.cursor(*arguments))

    async def next_of(self, cursor: Any, rows: int) -> list[asyncpg.Record]:
        return await self._ask(cursor.fetch(rows))

    def give_up(self) -> None:
        """Close it: whatever its transaction has done is undone, and COMMIT fails."""
        self._connection.terminate()

    async def _ask(self, answer: Awaitable[T], *, is_commit: bool = False) -> T:
        try:
            return await answer
        except AWAY as error:
            if not self._is_outage(error):
                raise
            if isinstance(error, TimeoutError):
                self.give_up()  # nobody knows when it would speak again, and a ROLLBACK would wait for that
            logger.warning("The database did not answer: {}: {}", type(error).__name__, error)
            raise unavailable(error, has_begun=is_commit) from error

    def _is_outage(self, error: BaseException) -> bool:
        if isinstance(error, asyncpg.ReadOnlySQLTransactionError):
            if not self._is_read_only:
                self.give_up()  # the server became a standby: the next connection finds the new primary
            return not self._is_read_only
        # asyncpg says so, too, when it is called wrongly.
        return not isinstance(error, asyncpg.InterfaceError) or self._connection.is_closed()
