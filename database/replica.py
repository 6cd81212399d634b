"""A streaming standby that serves reports: how far it is behind, and whether it may be asked."""

import asyncio
import time
from collections import deque
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import asyncpg
from loguru import logger
from sqlalchemy import func, select

from database.errors import DatabaseUnavailable, ReplicaOfAnotherServer
from database.figures import Figures, Run, running
from database.pool import Pool
from database.settings import PoolSettings
from database.slow_statements import SlowStatements
from database.statements import Statement, T, statement
from database.transaction import Scope

LONGEST_PAUSE_SECONDS = 5.0
"""Between two looks at the lag; a tenth of the allowed lag, where that is less."""
MOST_MARKS = 1000

CLUSTER = func.pg_control_system().table_valued("system_identifier").c.system_identifier
PRIMARY = select(CLUSTER, func.pg_current_wal_flush_lsn(), func.clock_timestamp())
STANDBY = select(
    CLUSTER, func.pg_is_in_recovery(), func.pg_last_wal_replay_lsn(), func.pg_last_xact_replay_timestamp()
)


class ReplicaState(StrEnum):
    """Words that go on after "The replica "."""

    SERVES = "serves reports"
    LAGS = "lags too much"
    AWAY = "does not answer"
    NO_STANDBY = "is no standby: it takes writes itself"
    FOREIGN = "has what DATABASE_URL's server never wrote"
    UNMEASURED = "cannot be compared with the primary yet"


class ReplicaStatus(NamedTuple):
    state: ReplicaState
    lag_seconds: float | None
    """At most so far behind, when it was measured last; None where nobody knows."""
    served: int
    fell_back: int
    """Reports for which it was not fit, and that the primary made."""

    @property
    def sentence(self) -> str:
        behind = "" if self.lag_seconds is None else f", at most {self.lag_seconds:.1f} s behind"
        return f"The replica {self.state}{behind}."


class _Primary(NamedTuple):
    cluster: int
    written: int
    now: datetime


class _Standby(NamedTuple):
    cluster: int
    is_standby: bool
    replayed: int | None
    last_commit_at: datetime | None


class _Mark(NamedTuple):
    """Whoever has replayed up to `written` knows all that was committed before `at` (monotonic)."""

    at: float
    written: int


ASK_PRIMARY = statement(PRIMARY, into=_Primary)
ASK_STANDBY = statement(STANDBY, into=_Standby)


class Replica:
    """Looked at in the background. Nothing here depends on the two machines' clocks being the same."""

    def __init__(
        self, dsn: str, settings: PoolSettings, figures: Figures, primary: Pool, slow: SlowStatements
    ) -> None:
        self.pool = Pool(dsn, settings.model_copy(update={"pool_least": 0}), figures)
        self._primary, self._slow = primary, slow
        self._most_lag = settings.replica_lag_seconds
        self._state = ReplicaState.UNMEASURED
        self._lag = 0.0
        self._measured_at = 0.0
        self._marks: deque[_Mark] = deque(maxlen=MOST_MARKS)
        self._replayed = 0
        self._watch: asyncio.Task[None] | None = None
        self.served = self.fell_back = 0

    async def open(self) -> None:
        """Raise ReplicaOfAnotherServer if it is none of ours; one that is away may come back."""
        await self.pool.open()
        for _ in range(2):  # only the second look can tell a standby that is ahead
            await self._look()
        if self._state is ReplicaState.FOREIGN:
            raise ReplicaOfAnotherServer
        self._watch = asyncio.create_task(self._keep_looking())

    async def close(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        await self.pool.close()

    @property
    def is_fit(self) -> bool:
        """Since the last look it may have fallen behind by all the time that has passed."""
        behind = self._lag + time.monotonic() - self._measured_at
        return self._state is ReplicaState.SERVES and behind <= self._most_lag

    def status(self) -> ReplicaStatus:
        is_measured = self._state in (ReplicaState.SERVES, ReplicaState.LAGS)
        return ReplicaStatus(self._state, self._lag if is_measured else None, self.served, self.fell_back)

    def lost(self) -> None:
        """It failed a report at the first word: nobody else tries before the next look."""
        self._become(ReplicaState.AWAY)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, self._most_lag / 10))
            await self._look()

    async def _look(self) -> None:
        """Where the primary is away nothing can be said: what was measured grows old."""
        at = time.monotonic()
        try:
            primary = await self._ask(self._primary, ASK_PRIMARY)
        except (DatabaseUnavailable, asyncpg.PostgresError) as error:
            logger.debug("The replica's lag cannot be measured: the primary says {}", type(error).__name__)
            return
        self._marks.append(_Mark(at, primary.written))
        try:
            standby = await self._ask(self.pool, ASK_STANDBY)
        except (DatabaseUnavailable, asyncpg.PostgresError):
            self._become(ReplicaState.AWAY)
            return
        self._become(self._judged(primary, standby))

    async def _ask(self, pool: Pool, question: Statement[T]) -> T:
        token = running.set(Run("replica.look"))
        try:
            async with Scope(pool, self._slow, guild_id=None, read_only=True) as tx:
                return (await tx.exec(question)).one()
        finally:
            running.reset(token)

    def _judged(self, primary: _Primary, standby: _Standby) -> ReplicaState:
        # A standby is never ahead, unless the primary was restored to a moment before.
        if standby.cluster != primary.cluster or self._replayed > primary.written:
            self._replayed = standby.replayed or 0
            return ReplicaState.FOREIGN
        if not standby.is_standby:
            return ReplicaState.NO_STANDBY
        self._replayed = standby.replayed or 0
        lag = self._behind(primary, standby)
        if lag is None:
            return ReplicaState.UNMEASURED
        self._lag, self._measured_at = lag, time.monotonic()
        return ReplicaState.SERVES if lag <= self._most_lag else ReplicaState.LAGS

    def _behind(self, primary: _Primary, standby: _Standby) -> float | None:
        """Seconds, at most: the lesser of two bounds.

        It knows all that was committed before the newest mark that it has replayed, and all up to the last commit
        that it has replayed; that alone would call the standby of a primary with nothing to do late.
        """
        asked_at = self._marks[-1].at
        while len(self._marks) > 1 and self._marks[1].written <= self._replayed:
            self._marks.popleft()
        bounds = []
        if self._marks[0].written <= self._replayed:
            bounds.append(time.monotonic() - self._marks[0].at)
        if standby.last_commit_at is not None:
            since = (primary.now - standby.last_commit_at).total_seconds()
            bounds.append(since + time.monotonic() - asked_at)
        return min(bounds, default=None)

    def _become(self, state: ReplicaState) -> None:
        before, self._state = self._state, state
        if state is before:
            return
        if state is ReplicaState.SERVES:
            logger.info("The replica {}", state)
        else:
            logger.warning("The replica {}: reports run on the primary meanwhile", state)
