"""One report: read on the replica, or on the primary where the replica will not do."""

from types import TracebackType

import asyncpg

from database.errors import AllConnectionsBusy, DatabaseUnavailable, ReplicaFailed
from database.figures import running
from database.outages import OVERLOADED
from database.replica import Replica
from database.transaction import Scope, Transaction


class Report:
    """`async with` around one transaction in which PostgreSQL refuses to write.

    A replica that cannot begin is passed over at once. One that fails later raises ReplicaFailed: the action runs
    again, on the primary, which has the last word on whether something is wrong.
    """

    __slots__ = ("_primary", "_replica", "_scope", "_standby")

    def __init__(self, replica: Replica, *, standby: Scope, primary: Scope) -> None:
        self._replica, self._standby, self._primary = replica, standby, primary

    async def __aenter__(self) -> Transaction:
        if self._replica.is_fit and not _must_avoid_replica():
            try:
                transaction = await self._standby.__aenter__()
            except DatabaseUnavailable as error:
                if not isinstance(error, AllConnectionsBusy):
                    self._replica.lost()
            else:
                self._scope = self._standby
                self._replica.served += 1
                return transaction
        self._scope = self._primary
        self._replica.fell_back += 1
        return await self._primary.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._scope.__aexit__(kind, error, trace)
        except DatabaseUnavailable as said:
            self._blame_replica(said.__cause__ or said)
            raise
        if isinstance(error, DatabaseUnavailable):
            self._blame_replica(error.__cause__ or error)
        if isinstance(error, asyncpg.PostgresError):  # a table that it does not have yet
            self._blame_replica(error)

    def _blame_replica(self, error: BaseException) -> None:
        """Raise ReplicaFailed, unless it was the primary, or what would be no better there: a long wait, a write."""
        if self._scope is self._primary or isinstance(error, OVERLOADED):
            return
        if (run := running.get()) is not None:
            run.avoids_replica = True
        self._replica.served -= 1
        raise ReplicaFailed from error


def _must_avoid_replica() -> bool:
    run = running.get()
    return run is not None and run.avoids_replica
