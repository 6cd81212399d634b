"""One transaction: begun, lent to an action as something that runs statements, committed or rolled back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from types import TracebackType
from typing import Any, Protocol, TypeVar

from sqlalchemy.sql.base import Executable

from database.absence import Absence
from database.figures import Figures, Run, running
from database.line import Line
from database.outages import AWAY
from database.pool import Pool
from database.savepoint import Savepoint
from database.schema_watch import SchemaWatch
from database.slow_statements import SlowStatements
from database.statements import Compiled, Result, Statement, composed
from database.waiting import Turns

T = TypeVar("T")

ROWS_OF_A_PIECE = 500
"""What a stream keeps in memory."""
ABANDON_SECONDS = 2


class Transaction:
    """Open from BEGIN to COMMIT. It cannot commit or roll back: only its scope does."""

    __slots__ = ("_line", "_run", "_slow", "has_moved_points")

    def __init__(self, line: Line, run: Run, slow: SlowStatements) -> None:
        self._line, self._run, self._slow = line, run, slow
        self.has_moved_points = False
        """Then the server's leaderboards are to follow, once this is committed."""

    async def exec(self, statement: Statement[T], /, **values: Any) -> Result[T]:
        """Run a fixed statement with the named values."""
        compiled = statement.compiled
        return await self._fetch(compiled, compiled.arguments(values))

    async def query(self, query: Executable, into: type[T]) -> Result[T]:
        """Run a query that was put together from a person's filters."""
        return await self._fetch(*composed(query, into))

    async def _fetch(self, statement: Compiled[T], arguments: list[Any]) -> Result[T]:
        self._run.statements += 1
        started = time.perf_counter()
        rows = await self._line.fetch(statement.text, arguments)
        seconds = time.perf_counter() - started
        if seconds > self._slow.seconds:
            await self._slow.report(self._line, self._run.name, statement.text, arguments, seconds)
        return Result(rows, statement.build)

    async def stream(self, statement: Statement[T], /, **values: Any) -> AsyncIterator[T]:
        """The rows of a fixed statement one after another: the server keeps the rest, this process a piece."""
        self._run.statements += 1
        compiled = statement.compiled
        cursor = await self._line.cursor(compiled.text, compiled.arguments(values))
        while rows := await self._line.next_of(cursor, ROWS_OF_A_PIECE):
            for row in rows:
                yield compiled.build(row)

    def savepoint(self) -> Savepoint:
        """A part that may fail alone: `async with tx.savepoint():` undoes that part only, and raises its error."""
        return Savepoint(self._line)


class Scope:
    """`async with` around one transaction: commit when the block ends, roll back when it raises.

    BEGIN and for whom it runs travel in one message; SET LOCAL ends with the transaction.
    """

    __slots__ = (
        "_begin",
        "_connection",
        "_guild_id",
        "_is_read_only",
        "_line",
        "_points_moved",
        "_pool",
        "_run",
        "_slow",
        "_transaction",
    )

    def __init__(
        self,
        pool: Pool,
        slow: SlowStatements,
        *,
        guild_id: int | None,
        read_only: bool = False,
        one_moment: bool = False,
        points_moved: set[int] | None = None,
    ) -> None:
        """`guild_id` None: the system's own transaction. `points_moved` gets the guild if that is what was done.

        `one_moment`: all statements see the same one.
        """
        context = "reeve.system = 'on'" if guild_id is None else f"reeve.guild_id = '{guild_id:d}'"
        modes = (
            f"{' ISOLATION LEVEL REPEATABLE READ' if one_moment else ''}{' READ ONLY' if read_only else ''}"
        )
        self._begin = f"BEGIN{modes}; SET LOCAL {context}{pool.limits_at_begin}"
        self._pool, self._slow, self._is_read_only = pool, slow, read_only
        self._guild_id, self._points_moved = guild_id, points_moved
        self._run = running.get() or Run("a transaction outside of actions")

    async def __aenter__(self) -> Transaction:
        self._connection = await self._pool.acquire(self._run.name)
        self._line = Line(self._connection, is_read_only=self._is_read_only)
        try:
            await self._line.execute(self._begin, seconds=self._pool.begin_seconds)
        except BaseException:
            await self._abandon()
            raise
        self._transaction = Transaction(self._line, self._run, self._slow)
        return self._transaction

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            await self._abandon()
            return
        try:
            answer = await self._line.commit()
        except BaseException:
            await self._abandon()
            raise
        await self._pool.release(self._connection)
        if answer != "COMMIT":
            # PostgreSQL answers with ROLLBACK, and no error, where a statement failed and somebody caught that.
            raise RuntimeError("nothing was written: a statement of this transaction had failed")
        if self._transaction.has_moved_points and self._points_moved is not None and self._guild_id:
            self._points_moved.add(self._guild_id)

    async def _abandon(self) -> None:
        """Leave no transaction open, even when the task is cancelled; throw a broken connection away.

        Raises nothing of its own but a second cancellation: what ended the transaction is what the caller must see.
        """
        try:
            async with asyncio.timeout(ABANDON_SECONDS):
                await self._connection.execute("ROLLBACK")
        except BaseException as error:
            with suppress(Exception):
                self._connection.terminate()
            if not isinstance(error, Exception):
                raise
        finally:
            with suppress(*AWAY):
                await self._pool.release(self._connection)


class Transactions(Protocol):
    """What the DatabaseService gives to its controllers."""

    figures: Figures
    schema_watch: SchemaWatch
    absence: Absence
    turns: Turns

    def transaction(self, *, guild_id: int | None = None, system: bool = False) -> Scope: ...

    def read(self, *, guild_id: int) -> Scope: ...

    def snapshot(self, *, guild_id: int) -> Scope: ...

    def report(self, *, guild_id: int) -> AbstractAsyncContextManager[Transaction]: ...
