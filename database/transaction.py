"""One transaction: begun, lent to an action as something that runs statements, committed or rolled back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from types import TracebackType
from typing import Any, Protocol, TypeVar

import asyncpg
from loguru import logger
from sqlalchemy.sql.base import Executable

from database.errors import DatabaseUnavailable
from database.figures import Figures, Run, running
from database.outages import AWAY, unavailable
from database.pool import Connection, Pool
from database.settings import PoolSettings
from database.statements import Result, Statement, composed

T = TypeVar("T")

ROWS_OF_A_PIECE = 500
"""What a stream keeps in memory."""


class Transaction:
    """Open from BEGIN to COMMIT. It cannot commit or roll back: only its scope does."""

    __slots__ = ("_connection", "_run", "_slow")

    def __init__(self, connection: Connection, run: Run, slow: "SlowStatements") -> None:
        self._connection, self._run, self._slow = connection, run, slow

    async def exec(self, statement: Statement[T], /, **values: Any) -> Result[T]:
        """Run a fixed statement with the named values."""
        return await self._fetch(statement, statement.arguments(values))

    async def query(self, query: Executable, into: type[T]) -> Result[T]:
        """Run a query that was put together from a person's filters."""
        return await self._fetch(*composed(query, into))

    async def _fetch(self, statement: Statement[T], arguments: list[Any]) -> Result[T]:
        self._run.statements += 1
        started = time.perf_counter()
        rows = await self._connection.fetch(statement.text, *arguments)
        seconds = time.perf_counter() - started
        if seconds > self._slow.seconds:
            await self._slow.report(self._connection, self._run.name, statement.text, arguments, seconds)
        return Result(rows, statement.build)

    async def stream(self, statement: Statement[T], /, **values: Any) -> AsyncIterator[T]:
        """The rows of a fixed statement one after another: the server keeps the rest, this process a piece."""
        self._run.statements += 1
        arguments = statement.arguments(values)
        # Without a name: behind a pooler a named one would stay with a server that somebody else gets next.
        prepared = await self._connection.prepare(statement.text, name="")
        cursor = await prepared.cursor(*arguments)
        while rows := await cursor.fetch(ROWS_OF_A_PIECE):
            for row in rows:
                yield statement.build(row)

    def savepoint(self) -> "Savepoint":
        """A part that may fail alone: `async with tx.savepoint():` undoes that part only, and raises its error."""
        return Savepoint(self._connection)


class Savepoint:
    """Names may repeat: the innermost one of a name counts, and each is released or rolled back in its turn."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def __aenter__(self) -> None:
        await self._connection.execute("SAVEPOINT part")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            await self._connection.execute("RELEASE SAVEPOINT part")
        elif isinstance(error, Exception) and not isinstance(error, AWAY):
            await self._connection.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
        # Otherwise the whole transaction is about to be rolled back, or is lost.


class Scope:
    """`async with` around one transaction: commit when the block ends, roll back when it raises.

    BEGIN and for whom it runs travel in one message; SET LOCAL ends with the transaction.
    """

    __slots__ = ("_begin", "_connection", "_pool", "_run", "_slow")

    def __init__(
        self, pool: Pool, slow: "SlowStatements", *, guild_id: int | None, read_only: bool = False
    ) -> None:
        """`guild_id` None: the system's own transaction."""
        context = "reeve.system = 'on'" if guild_id is None else f"reeve.guild_id = '{guild_id:d}'"
        self._begin = f"BEGIN{' READ ONLY' if read_only else ''}; SET LOCAL {context}{pool.limits_at_begin}"
        self._pool, self._slow = pool, slow
        self._run = running.get() or Run("a transaction outside of actions")

    async def __aenter__(self) -> Transaction:
        self._connection = connection = await self._pool.acquire(self._run.name)
        try:
            await connection.execute(self._begin, timeout=self._pool.begin_timeout)
        except BaseException as error:
            await self._abandon(connection)
            if isinstance(error, AWAY):
                raise _said(error, has_begun=False) from error
            raise
        return Transaction(connection, self._run, self._slow)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        connection = self._connection
        if error is not None:
            await self._abandon(connection)
            if isinstance(error, AWAY):
                raise _said(error, has_begun=False) from error
            return
        try:
            answer = await connection.execute("COMMIT")
        except BaseException as failed:
            await self._abandon(connection)
            if isinstance(failed, AWAY):
                raise _said(failed, has_begun=True) from failed
            raise
        await self._pool.release(connection)
        if answer != "COMMIT":
            # PostgreSQL answers with ROLLBACK, and no error, where a statement failed and somebody caught that.
            raise RuntimeError("nothing was written: a statement of this transaction had failed")

    async def _abandon(self, connection: Connection) -> None:
        """Leave no transaction open, even when the task is cancelled; throw a broken connection away.

        Raises nothing of its own but a second cancellation: what ended the transaction is what the caller must see.
        """
        try:
            async with asyncio.timeout(2):
                await connection.execute("ROLLBACK")
        except BaseException as error:
            with suppress(Exception):
                connection.terminate()
            if not isinstance(error, Exception):
                raise
        finally:
            with suppress(*AWAY):
                await self._pool.release(connection)


def _said(error: BaseException, *, has_begun: bool) -> DatabaseUnavailable:
    logger.warning("The database did not answer: {}: {}", type(error).__name__, error)
    return unavailable(error, has_begun=has_begun)


class SlowStatements:
    """Says which statement took too long, without its values; with its plan where the operator asked for it."""

    def __init__(self, settings: PoolSettings, figures: Figures) -> None:
        self.seconds = settings.slow_statement_ms / 1000
        self._with_plans, self._figures = settings.slow_statement_plans, figures

    async def report(
        self, connection: Connection, action: str, text: str, arguments: list[Any], seconds: float
    ) -> None:
        self._figures.slow_statements += 1
        one_line = " ".join(text.split())
        logger.warning("{} waited {:.0f} ms for: {}", action, seconds * 1000, one_line)
        if self._with_plans:
            await self._show_plan(connection, text, [_unsaid(value) for value in arguments])

    async def _show_plan(self, connection: Connection, text: str, arguments: list[Any]) -> None:
        """A plan that cannot be had must not end the action."""
        with suppress(asyncpg.PostgresError):
            async with Savepoint(connection):
                plan = await connection.fetch(f"EXPLAIN {text}", *arguments)
                logger.warning("Its plan:\n{}", "\n".join(str(row[0]) for row in plan))


def _unsaid(value: Any) -> Any:
    """Plans show the values that they compare with, and words may be a person's."""
    return "…" if isinstance(value, str) else value


class Transactions(Protocol):
    """What the DatabaseService gives to its controllers."""

    figures: Figures

    def transaction(self, *, guild_id: int | None = None, system: bool = False) -> Scope: ...

    def read(self, *, guild_id: int) -> Scope: ...

    def report(self, *, guild_id: int) -> AbstractAsyncContextManager[Transaction]: ...
