"""Acts on Discord: claimed, marked as sent, settled. What should be true is read again in each of these steps."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from database.actions import action
from database.controllers._base import BaseController
from database.models.act import ACT_LEASE, ACTS, Act, ActKind, ActState, Purpose
from database.models.act_steps import (
    CLAIM_ACTS,
    HURRY_ACTS,
    HURRY_GUILD,
    KEEP_ACT,
    OF_CASE,
    RETRY_NOW,
    TAKE_ACTS,
)
from database.models.base import utc_now
from database.models.case import CASES, Case, CaseState
from database.models.outbox import Delivery
from database.replacing import end_replaced, end_what_was_before, take_back
from database.settling import (
    applied,
    ask,
    becomes,
    conclude,
    ended,
    held,
    is_its_turn,
    is_overtaken,
    is_told_before,
    is_wanted,
    renewal,
    settle,
    superseded,
    until_they_return,
)
from database.shards import WHOLE_BOT, Shards
from database.texts import storable

ENDING_KINDS = (ActKind.UNTIMEOUT, ActKind.UNBAN, ActKind.UNLOCK)
NEXT_TURN = timedelta(seconds=2)


class Sendable(NamedTuple):
    """What is to be done now. `was_sent`: Discord may have it already, so it is read first."""

    act: Act
    case: Case
    was_sent: bool


class ActController(BaseController):
    topic = "acts"

    @action(repeatable=True)
    async def claim(
        self,
        *,
        now: datetime,
        shards: Shards = WHOLE_BOT,
        busy_guild_ids: Sequence[int] = (),
        limit: int = 20,
    ) -> Sequence[Act]:
        """Take what is due, oldest first; nobody else gets it until the lease ends."""
        async with self._transaction(system=True) as tx:
            claimed = await tx.exec(
                CLAIM_ACTS,
                now=now,
                lease=now + ACT_LEASE,
                shard_count=shards.count,
                shard_ids=list(shards.ids),
                busy_guild_ids=list(busy_guild_ids),
                limit=limit,
            )
            return sorted(claimed.all(), key=lambda act: (act.due_at, act.act_id))

    @action(repeatable=False)
    async def take(self, *, guild_id: int, interaction_id: int) -> Sequence[Act]:
        """For the command that planned them, the acts to be done now. Empty for a second delivery.

        Not repeated by itself: where the answer is lost, the worker takes them when the lease is over.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            lease = utc_now() + ACT_LEASE
            taken = await tx.exec(TAKE_ACTS, of_guild_id=guild_id, interaction_id=interaction_id, lease=lease)
            return sorted(taken.all(), key=lambda act: act.act_id)

    @action(repeatable=True)
    async def send(self, act: Act, *, again: bool = False) -> Sendable | None:
        """Mark the act as sent, if it still should be; None if it is over, somebody else's, or has to wait.

        An end (an expiry) makes its restriction unwanted in the same transaction. `again`: Discord was read and does
        not have it, so it leaves once more.
        """
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            (row, case), now = found, utc_now()
            if not await is_its_turn(tx, row, now):
                row.due_at, row.leased_until = now + NEXT_TURN, None
                await ACTS.update(tx, [row], "due_at", "leased_until")
                return None
            if not await is_wanted(tx, row, now):
                await superseded(tx, row, case, now)
                return None
            was_sent = row.state is not ActState.PLANNED
            if again or not was_sent:
                row.state, row.sent_at = ActState.SENT, now
            row.attempts += not again
            row.leased_until = now + ACT_LEASE
            await ACTS.update(tx, [row], "state", "sent_at", "attempts", "leased_until", "version", "payload")
            if is_told_before(row, case) and not again:
                await ask(tx, case, Delivery.CASE_DIRECT_MESSAGE, now)
            return Sendable(row, case, was_sent)

    @action(repeatable=True)
    async def keep(self, act: Act) -> None:
        """Hold on to an act for another lease, unless it is settled, put off, or somebody else's by now."""
        async with self._transaction(guild_id=act.guild_id) as tx:
            await tx.exec(
                KEEP_ACT,
                of_guild_id=act.guild_id,
                of_act_id=act.act_id,
                of_fence=act.fence,
                lease=utc_now() + ACT_LEASE,
            )

    @action(repeatable=True)
    async def done(
        self, act: Act, *, renew_at: datetime | None = None, note: str | None = None
    ) -> Case | None:
        """Discord has it. `renew_at`: when a timeout must be set again, because Discord's own ends before it should.
        `note`: what was left out of it; of a beginning the case says so.

        The case as it is then; None if somebody else has the act by now.
        """
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            (row, case), now = found, utc_now()
            is_current = await applied(tx, row)
            note = None if note is None else storable(note)[:500]
            await settle(tx, row, ActState.DONE, now, note)
            if note and row.purpose is Purpose.BEGIN:
                case.trouble = note
                await CASES.update(tx, [case], "trouble")
            if renew_at is not None and is_current:
                await ACTS.insert(tx, [renewal(row, renew_at, now)])
            if row.purpose is Purpose.BEGIN:
                await end_replaced(tx, row, case, now)
                await conclude(tx, row, case, now, is_current=is_current)
            elif row.purpose is Purpose.END and is_current:
                await ended(tx, row, case, now)
                await end_what_was_before(tx, row, case, now)
            return case

    @action(repeatable=True)
    async def refused(self, act: Act, *, reason: str, next_at: datetime) -> Case | None:
        """Discord will not do it. A beginning did not happen then, and what was before it is so again.

        What Reeve does by itself, an end, a renewal or the second half of a softban, is due again at `next_at`, and
        the staff is told once: somebody may give the permission that it lacks.
        """
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            (row, case), now, reason = found, utc_now(), storable(reason)[:500] or "Discord refused."
            if row.is_first:
                await settle(tx, row, ActState.REFUSED, now, reason)
                await take_back(tx, row, now)
                await conclude(tx, row, case, now)
                return case
            if await is_overtaken(tx, row):
                await superseded(tx, row, case, now)
                return case
            if row.last_error != reason:
                await ask(tx, case, Delivery.ACT_ALERT, now)
            row.attempts += row.state is ActState.PLANNED  # `send` has counted what was sent
            row.state, row.due_at, row.leased_until = ActState.PLANNED, next_at, None
            row.last_error = reason
            await ACTS.update(tx, [row], "state", "attempts", "due_at", "leased_until", "last_error")
            return case

    @action(repeatable=True)
    async def postponed(self, act: Act, *, state: ActState, error: str, next_at: datetime) -> Case | None:
        """Nobody knows yet (`unknown`), or nothing was sent (`planned`): again at `next_at`."""
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            row, case = found
            row.attempts += row.state is ActState.PLANNED  # likewise
            row.state, row.last_error, row.leased_until = state, storable(error)[:500], None
            row.due_at = next_at
            await ACTS.update(tx, [row], "state", "attempts", "last_error", "leased_until", "due_at")
            return case

    @action(repeatable=True)
    async def absent(self, act: Act, *, reason: str) -> Case | None:
        """The member is not in the server. What should begin did not; what ends is made up for when they return."""
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            (row, case), now = found, utc_now()
            if row.purpose is Purpose.BEGIN and row.kind not in ENDING_KINDS:
                await settle(tx, row, ActState.REFUSED, now, reason)
                await take_back(tx, row, now)
                await conclude(tx, row, case, now)
                return case
            await settle(tx, row, ActState.DONE, now, reason)
            if row.purpose is not Purpose.KEEP:
                await ACTS.insert(tx, [until_they_return(row, now)])
            if row.purpose is Purpose.BEGIN:
                await end_replaced(tx, row, case, now)
                await conclude(tx, row, case, now)
            else:
                await ended(tx, row, case, now)
            return case

    @action(repeatable=True)
    async def lost(self, act: Act, *, reason: str) -> Case | None:
        """Nobody can tell any more whether it happened; the case says so."""
        async with self._transaction(guild_id=act.guild_id) as tx:
            if (found := await held(tx, act)) is None:
                return None
            (row, case), now, reason = found, utc_now(), storable(reason)[:500]
            await settle(tx, row, ActState.REFUSED, now, reason)
            if case.state is CaseState.PENDING:
                await becomes(tx, case, CaseState.UNKNOWN, now, trouble=reason)
            return case

    @action(repeatable=True)
    async def of_case(self, *, guild_id: int, number: int) -> Sequence[Act]:
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(OF_CASE, guild_id=guild_id, case_number=number)).all()

    @action(repeatable=True)
    async def retry_now(self, *, guild_id: int, act_id: int) -> Act | None:
        """Make an act due that failed before; None if it is settled or waits for its time."""
        async with self._transaction(guild_id=guild_id) as tx:
            return (await tx.exec(RETRY_NOW, of_guild_id=guild_id, of_act_id=act_id, now=utc_now())).first()

    @action(repeatable=True)
    async def hurry_all(self, *, now: datetime, shards: Shards = WHOLE_BOT) -> None:
        """Make all that failed before due: after a start or a lost session."""
        async with self._transaction(system=True) as tx:
            await tx.exec(HURRY_ACTS, now=now, shard_count=shards.count, shard_ids=list(shards.ids))

    @action(repeatable=True)
    async def hurry(self, *, guild_id: int, now: datetime) -> None:
        """Make all that failed before in a guild due: a permission may have been given."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(HURRY_GUILD, of_guild_id=guild_id, now=now)
