"""What all controllers are made with."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from database.actions import action
from database.figures import ActionFigures
from database.listing import Cursor, Filter, Listing
from database.transaction import Transactions

Row = TypeVar("Row")


class BaseController:
    """Each public method is an `@action` with one visible transaction in its own body."""

    topic: ClassVar[str]
    """The first half of an action's name in figures and logs: `cases` in `cases.open`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transaction = transactions.transaction
        self._read = transactions.read
        self._snapshot = transactions.snapshot
        self._report = transactions.report
        self._figures = transactions.figures
        self.schema_watch = transactions.schema_watch
        self.absence = transactions.absence
        self._turn = transactions.turns.of

    def figures_of(self, method: str) -> ActionFigures:
        return self._figures.of(f"{self.topic}.{method}")


class ListController(BaseController, Generic[Row, Filter]):
    """A topic whose rows are listed by a filter: its pages, their number and the whole list, for all such topics."""

    listing: ClassVar[Listing[Any]]

    @action(repeatable=True)
    async def page(
        self,
        *,
        guild_id: int,
        matching: Filter,
        before: Cursor | None = None,
        after: Cursor | None = None,
        limit: int = 10,
    ) -> Sequence[Row]:
        """The first rows, those beyond `before`, or the nearest ones on this side of `after`."""
        async with self._read(guild_id=guild_id) as tx:
            return await self.listing.page(tx, guild_id, matching, before=before, after=after, limit=limit)

    @action(repeatable=True)
    async def count(self, *, guild_id: int, matching: Filter) -> int:
        async with self._read(guild_id=guild_id) as tx:
            return await self.listing.count(tx, guild_id, matching)

    @action(repeatable=False)
    async def export(self, *, guild_id: int, matching: Filter) -> AsyncIterator[Row]:
        """All of it, in the list's order, as it was at one moment. Memory does not grow with the number of rows."""
        async with self._report(guild_id=guild_id) as tx:
            async for row in self.listing.stream(tx, guild_id, matching):
                yield row
