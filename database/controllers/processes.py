"""What the processes of one bot share: turns to begin a session, the budget of requests, who serves which shard."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from database.actions import action
from database.clock import clock
from database.controllers._base import BaseController
from database.models.identify_slot import COUNT_START, DAY, LOCK_SLOT, LastStart
from database.models.rest_budget import DRAW_CHUNK
from database.models.shard_lease import FORGET_ENDED, LIVE_LEASES, RELEASE, RENEW, ShardLease
from database.session_starts import StartLimits, next_start
from database.shards import Shards

LEASE = timedelta(seconds=45)
"""A process renews three times in it; after a kill it counts as alive for so long."""

LONGEST_LINE = timedelta(seconds=45)
"""Nobody waits in line for longer, so no turn that was taken is farther away."""

CHUNK = 3
CHUNK_LENGTH = timedelta(seconds=0.125)
"""Chunks begin at least so far apart, and what is left of one is void when the next may begin. Any second then
touches ten chunks at most, wherever it begins: 30 requests. In the long run it is 24 a second, and the database is
asked eight times. What Discord allows above that is in bot/rest_budget.py."""
FARTHEST_CHUNK = timedelta(seconds=10)


class Turn(NamedTuple):
    wait: timedelta
    """Until the session may begin."""
    is_taken: bool
    counted: int
    """Sessions that began in the last 24 h, this one included if it is taken."""


class ProcessController(BaseController):
    topic = "processes"

    @action(repeatable=False)
    async def take_turn(
        self, *, slot: int, slots: int, limits: StartLimits, least_seconds: float, only_look: bool = False
    ) -> Turn:
        """The next moment at which a shard of this slot may identify, taken and counted unless we only look.

        Not taken if it is farther away than LONGEST_LINE, for who gave up meanwhile would leave a gap. The row of the
        slot stays locked, so two processes never get the same moment.
        """
        async with self._transaction(system=True) as tx:
            last = (await tx.exec(LOCK_SLOT, slot=slot, of_slot=slot, ahead=clock.ahead)).one()
            since, starts = _counted_by(last)
            counted = starts + last.starts_elsewhere
            at = next_start(
                limits,
                counted=counted,
                last=_believable(last),
                now=last.now,
                slots=slots,
                least_seconds=least_seconds,
            )
            wait = at - last.now
            if only_look or wait > LONGEST_LINE:
                return Turn(wait, is_taken=False, counted=counted)
            await tx.exec(COUNT_START, of_slot=slot, at=at, since=since, count=starts + 1)
            return Turn(wait, is_taken=True, counted=counted + 1)

    @action(repeatable=True)
    async def draw_requests(self) -> timedelta | None:
        """Draw CHUNK requests: how long to wait for them. They are void CHUNK_LENGTH after that moment.

        None, and nothing drawn, while the line is longer than FARTHEST_CHUNK: try later.
        """
        async with self._transaction(system=True) as tx:
            drawn = await tx.exec(DRAW_CHUNK, ahead=clock.ahead, length=CHUNK_LENGTH, farthest=FARTHEST_CHUNK)
            return drawn.first()

    @action(repeatable=True)
    async def renew_leases(self, *, holder: str, shards: Shards) -> Sequence[ShardLease]:
        """Say that `holder` lives and serves these shards; gives the leases of all that live."""
        async with self._transaction(system=True) as tx:
            await tx.exec(FORGET_ENDED, ahead=clock.ahead)
            await tx.exec(
                RENEW,
                shard_count=shards.count,
                shard_ids=list(shards.ids),
                holder=holder,
                ahead=clock.ahead,
                lease=LEASE,
            )
            return (await tx.exec(LIVE_LEASES, ahead=clock.ahead)).all()

    @action(repeatable=True)
    async def release_leases(self, *, holder: str) -> None:
        """`holder` stops in order."""
        async with self._transaction(system=True) as tx:
            await tx.exec(RELEASE, of_holder=holder)

    @action(repeatable=True)
    async def leases(self) -> Sequence[ShardLease]:
        """Of all processes that live."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(LIVE_LEASES, ahead=clock.ahead)).all()


def _believable(last: LastStart) -> datetime:
    """A turn farther away than the line was written under a clock that has gone back since: it does not count."""
    return last.taken_at if last.taken_at - last.now <= LONGEST_LINE else last.now - DAY


def _counted_by(last: LastStart) -> tuple[datetime, int]:
    """As Discord counts: 24 h from the first start on, then anew."""
    if last.now - last.counted_since_at >= DAY or last.now < last.counted_since_at:
        return last.now, 0
    return last.counted_since_at, last.starts
