"""How jobs that ban many are carried out: claimed, planned by two hundred, settled, let go of."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from database.actions import action
from database.controllers._base import BaseController
from database.mass import held_job, next_targets, plan_bans, progress_of, settle_bans, summary
from database.models.act import ACT_LEASE, Act
from database.models.base import utc_now
from database.models.case import CASES, CaseState
from database.models.mass import CHUNK_SIZE, MASS_JOBS, MASS_LEASE, MASS_TARGETS, MassJob, NextTargets
from database.models.mass_steps import CLAIM_JOBS, KEEP_ACTS, KEEP_JOB, LEAVE_OUT_REST, RELEASE_ACTS
from database.models.outbox import Delivery
from database.revising import ask, locked
from database.shards import WHOLE_BOT, Shards
from database.texts import storable


class MassWorkController(BaseController):
    topic = "mass_work"

    @action(repeatable=True)
    async def claim(
        self,
        *,
        now: datetime,
        shards: Shards = WHOLE_BOT,
        busy_guild_ids: Sequence[int] = (),
        limit: int = 10,
    ) -> Sequence[MassJob]:
        """Take jobs that are due; nobody else gets them until the lease ends. One of a server at a time."""
        async with self._transaction(system=True) as tx:
            claimed = await tx.exec(
                CLAIM_JOBS,
                now=now,
                lease=now + MASS_LEASE,
                shard_count=shards.count,
                shard_ids=list(shards.ids),
                busy_guild_ids=list(busy_guild_ids),
                limit=limit,
            )
            return claimed.all()

    @action(repeatable=True)
    async def keep(self, job: MassJob, *, act_ids: Sequence[int] = ()) -> None:
        """Hold on to a job, and to the acts of the request that is on its way, for another lease."""
        now = utc_now()
        async with self._transaction(guild_id=job.guild_id) as tx:
            await tx.exec(
                KEEP_JOB,
                of_guild_id=job.guild_id,
                of_number=job.number,
                of_fence=job.fence,
                lease=now + MASS_LEASE,
            )
            if act_ids:
                acts = {"of_guild_id": job.guild_id, "act_ids": list(act_ids)}
                await tx.exec(KEEP_ACTS, **acts, lease=now + ACT_LEASE)

    @action(repeatable=True)
    async def upcoming(self, job: MassJob) -> NextTargets | None:
        """Who comes next; None if the job is stopped, over, or somebody else's."""
        async with self._read(guild_id=job.guild_id) as tx:
            row = await MASS_JOBS.one(tx, guild_id=job.guild_id, number=job.number)
            if row.fence != job.fence or row.finished_at is not None or row.stopped_by_id is not None:
                return None
            case = await CASES.one(tx, guild_id=job.guild_id, number=job.number)
            pending = (await progress_of(tx, job.guild_id, job.number)).pending
            return NextTargets(case, await next_targets(tx, row, CHUNK_SIZE), is_busy=pending > 0)

    @action(repeatable=False)
    async def plan(
        self, job: MassJob, *, left_out: Mapping[int, str], limit: int = CHUNK_SIZE, alone: bool = False
    ) -> Sequence[Act]:
        """Mark the next people as sent, each with a case, a restriction and an act that is ours for a lease.

        `left_out`: by their ids, why some of them are not banned. `alone`: not in one request of ours: the worker of
        acts sends each. Not repeated by itself: where the answer is lost, that worker reads and settles them.
        """
        async with self._transaction(guild_id=job.guild_id) as tx:
            row = await held_job(tx, job)
            if row is None or row.stopped_by_id is not None:
                return []
            targets, now = await next_targets(tx, row, limit), utc_now()
            refused = [each for each in targets if each.user_id in left_out]
            for each in refused:
                each.left_out = storable(left_out[each.user_id])[:500]
            if refused:
                await MASS_TARGETS.update(tx, refused, "left_out")
            chosen = [each for each in targets if each.left_out is None]
            if not chosen:
                return []
            batch = await CASES.one(tx, guild_id=row.guild_id, number=row.number)
            return await plan_bans(tx, row, batch, chosen, now, alone=alone)

    @action(repeatable=True)
    async def settle(
        self,
        *,
        guild_id: int,
        act_ids: Sequence[int],
        refused: Mapping[int, str],
        notes: Mapping[int, str],
    ) -> None:
        """Discord has answered: these are done, those of `refused` (by the act's id) are not."""
        short = {act_id: storable(why)[:500] for act_id, why in refused.items()}
        async with self._transaction(guild_id=guild_id) as tx:
            await settle_bans(tx, guild_id, act_ids, utc_now(), refused=short, notes=notes)

    @action(repeatable=True)
    async def release(self, *, guild_id: int, act_ids: Sequence[int], error: str) -> None:
        """Nobody knows what Discord has of these: the worker of acts reads each."""
        async with self._transaction(guild_id=guild_id) as tx:
            acts = {"of_guild_id": guild_id, "act_ids": list(act_ids)}
            await tx.exec(RELEASE_ACTS, **acts, error=storable(error)[:500], now=utc_now())

    @action(repeatable=True)
    async def leave_out_rest(self, job: MassJob, *, reason: str) -> None:
        """Nobody else can be banned, for this reason."""
        async with self._transaction(guild_id=job.guild_id) as tx:
            if (row := await held_job(tx, job)) is not None:
                await tx.exec(
                    LEAVE_OUT_REST,
                    of_guild_id=row.guild_id,
                    of_number=row.number,
                    why=storable(reason)[:500],
                )

    @action(repeatable=True)
    async def end_turn(self, job: MassJob, *, next_at: datetime, error: str | None = None) -> bool:
        """Finish the job if nothing is left of it, or let go of it until `next_at`. Whether it is finished."""
        async with self._transaction(guild_id=job.guild_id) as tx:
            if (row := await held_job(tx, job)) is None:
                return False
            progress = await progress_of(tx, row.guild_id, row.number)
            is_stopped = row.stopped_by_id is not None
            row.last_error, row.leased_until = None if error is None else storable(error)[:500], None
            row.due_at = next_at
            is_finished = not progress.pending and (is_stopped or not progress.waiting)
            if is_finished:
                row.finished_at = utc_now()
                case = await locked(tx, guild_id=row.guild_id, number=row.number)
                if case.state is CaseState.PENDING:
                    case.state = CaseState.ACTIVE if progress.banned + progress.ended else CaseState.REFUSED
                case.trouble = summary(progress, is_stopped=is_stopped)
                await CASES.update(tx, [case], "state", "trouble")
                await ask(tx, case, Delivery.CASE_LOG)
            await MASS_JOBS.update(tx, [row], "last_error", "leased_until", "due_at", "finished_at")
            return is_finished
