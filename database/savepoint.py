"""A part of a transaction that may fail alone."""

import asyncio
from types import TracebackType

from database.line import Line

UNDO_SECONDS = 2


class Savepoint:
    """`async with` around the part: it is undone when it raises, whatever it raises, and the error goes on.

    Names may repeat: the innermost one of a name counts, and each is released or rolled back in its turn.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    async def __aenter__(self) -> None:
        await self._line.execute("SAVEPOINT part")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            await self._line.execute("RELEASE SAVEPOINT part")
        else:
            await self._undo()

    async def _undo(self) -> None:
        """A part that cannot be undone takes the whole transaction with it: who swallows its error keeps no half."""
        try:
            async with asyncio.timeout(UNDO_SECONDS):
                await self._line.execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part")
        except BaseException as error:
            self._line.give_up()
            if not isinstance(error, Exception):
                raise
