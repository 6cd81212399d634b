"""One transaction as its actions see it: something that runs statements."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeVar

from asyncpg import Connection
from sqlalchemy.sql.base import Executable

from database.statements import Result, Statement, composed

T = TypeVar("T")


class Transaction:
    """Open from BEGIN to COMMIT. It cannot commit or roll back: only the DatabaseService does."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self._connection = connection

    async def exec(self, statement: Statement[T], /, **values: Any) -> Result[T]:
        """Run a fixed statement with the named values."""
        rows = await self._connection.fetch(statement.text, *statement.arguments(values))
        return Result(rows, statement.build)

    async def query(self, query: Executable, into: type[T]) -> Result[T]:
        """Run a query that was put together from a person's filters."""
        statement, arguments = composed(query, into)
        return Result(await self._connection.fetch(statement.text, *arguments), statement.build)


OpenTransaction = Callable[..., AbstractAsyncContextManager[Transaction]]
"""`transaction(guild_id=...)` or `transaction(system=True)`: what the service gives to its controllers."""
