"""How a job bans many: people become cases, restrictions and acts in one transaction. Steps for its controller.

Each person's ban is an act like any other, only that one request carries two hundred: whoever finds it unsettled, after
a kill or without an answer, reads what Discord has and settles it alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from database.acting import CHANGED, WAS, as_it_was, change, end_of
from database.models.act import ACT_LEASE, ACTS, Act, ActKind, ActState, Purpose
from database.models.case import CASES, REPLACED, Case, CaseKind, CaseOrigin, CaseState, DirectMessage
from database.models.case_link import LINKS, CaseLink
from database.models.case_plan import Wanted
from database.models.mass import MASS_JOBS, MASS_TARGETS, MassJob, MassProgress, MassTarget
from database.models.mass_steps import (
    BANS_IN_FLIGHT,
    COUNT_CASES,
    END_EARLIER,
    ENSURE_BANS,
    GIVE_NUMBERS_BACK,
    LOCK_ACTS,
    LOCK_BANS,
    LOCK_CASES,
    NEXT_TARGETS,
    PROGRESS,
)
from database.models.mass_undoing import FOUND_BANNED
from database.models.restriction import RESTRICTIONS, Restriction, RestrictionKind
from database.replacing import DECIDED_BY, case_follows, take_back
from database.settling import becomes
from database.transaction import Transaction


async def held_job(tx: Transaction, job: MassJob) -> MassJob | None:
    """The job as it stands, locked; None if it is over or somebody else's by now."""
    row = await MASS_JOBS.lock(tx, guild_id=job.guild_id, number=job.number)
    return row if row is not None and row.finished_at is None and row.fence == job.fence else None


async def progress_of(tx: Transaction, guild_id: int, number: int) -> MassProgress:
    return (await tx.exec(PROGRESS, guild_id=guild_id, number=number)).one()


async def next_targets(tx: Transaction, job: MassJob, limit: int) -> list[MassTarget]:
    return (await tx.exec(NEXT_TARGETS, guild_id=job.guild_id, number=job.number, limit=limit)).all()


async def plan_bans(
    tx: Transaction, job: MassJob, batch: Case, targets: Sequence[MassTarget], now: datetime, *, alone: bool
) -> list[Act]:
    """A case, a restriction and an act for each; `alone`: to be sent one by one, by the worker of acts.

    Who is banned or unbanned by another act at this moment waits for the next request.
    """
    here, user_ids = {"guild_id": job.guild_id}, [each.user_id for each in targets]
    last = (await tx.exec(COUNT_CASES, **here, more=len(targets))).one()
    await tx.exec(ENSURE_BANS, **here, subject_ids=sorted(user_ids), now=now)
    bans = {row.subject_id: row for row in await _bans(tx, job.guild_id, user_ids)}
    in_flight = set((await tx.exec(BANS_IN_FLIGHT, **here, target_ids=user_ids, now=now)).all())
    chosen = [each for each in targets if each.user_id not in in_flight]
    if in_flight:
        more = len(targets) - len(chosen)
        last -= more
        await tx.exec(GIVE_NUMBERS_BACK, of_guild_id=job.guild_id, more=more)
    if not chosen:
        return []
    cases = [_child(batch, each, last - len(chosen) + at, now) for at, each in enumerate(chosen, 1)]
    await CASES.insert(tx, cases)
    await LINKS.insert(
        tx, [CaseLink(guild_id=job.guild_id, number=case.number, cause_number=job.number) for case in cases]
    )
    acts = [_act(case, bans[case.target_id], job, now, alone=alone) for case in cases]
    await RESTRICTIONS.update(tx, [bans[each.user_id] for each in chosen], *CHANGED)
    for each, case in zip(chosen, cases, strict=True):
        each.child_number = case.number
    await MASS_TARGETS.update(tx, chosen, "child_number")
    return await ACTS.insert(tx, acts)


def _child(batch: Case, target: MassTarget, number: int, now: datetime) -> Case:
    """Nobody is told, and it has no post of its own: the batch's tells of all."""
    return Case(
        guild_id=batch.guild_id,
        number=number,
        kind=CaseKind.BAN,
        state=CaseState.PENDING,
        target_id=target.user_id,
        target_name=target.user_name,
        moderator_id=batch.moderator_id,
        moderator_name=batch.moderator_name,
        reason=batch.reason,
        channel_id=batch.channel_id,
        interaction_id=batch.interaction_id,
        part=target.position,
        origin=CaseOrigin.MASS,
        direct_message=DirectMessage.NONE,
        created_at=now,
    )


def _act(case: Case, ban: Restriction, job: MassJob, now: datetime, *, alone: bool) -> Act:
    was = change(ban, case, Wanted(RestrictionKind.BAN, wanted=True), now)
    act = Act(
        guild_id=case.guild_id,
        kind=ActKind.BAN,
        purpose=Purpose.BEGIN,
        target_id=case.target_id,
        case_number=case.number,
        restriction=RestrictionKind.BAN,
        version=ban.version,
        asked_by_id=job.asked_by_id,
        payload={"delete_seconds": job.delete_seconds, WAS: was},
        due_at=now,
        created_at=now,
    )
    if not alone:
        act.state, act.sent_at, act.attempts = ActState.SENT, now, 1
        act.leased_until, act.fence = now + ACT_LEASE, 1
    return act


async def settle_bans(
    tx: Transaction,
    guild_id: int,
    act_ids: Sequence[int],
    now: datetime,
    *,
    refused: Mapping[int, str],
    notes: Mapping[int, str],
) -> None:
    """Each act is done, or refused for the reason under its id; who claimed one since then settles it."""
    acts = (await tx.exec(LOCK_ACTS, of_guild_id=guild_id, act_ids=list(act_ids))).all()
    if not acts:
        return
    numbers = [act.case_number for act in acts]
    cases = {
        case.number: case for case in (await tx.exec(LOCK_CASES, guild_id=guild_id, numbers=numbers)).all()
    }
    bans = {row.subject_id: row for row in await _bans(tx, guild_id, [act.target_id for act in acts])}
    ends: list[Act] = []
    later: dict[int, int] = {}
    for act in acts:
        case, ban, was = cases[act.case_number], bans[act.target_id], act.payload[WAS]
        act.settled_at, act.leased_until = now, None
        is_current = ban.version == act.version
        if reason := refused.get(act.act_id):
            act.state, act.last_error = ActState.REFUSED, reason
            case.state, case.trouble = CaseState.REFUSED, reason
            if is_current and not was["applied"]:
                await take_back(tx, act, now)  # another act waited before it: rare
                del bans[act.target_id]
            elif is_current:
                as_it_was(ban, was)
                ban.changed_at = now
                if ban.wanted and ban.until is not None:
                    ends.append(end_of(ban, now, at=ban.until))
            continue
        act.state, act.last_error = ActState.DONE, notes.get(act.act_id)
        case.state = CaseState.ACTIVE if is_current else CaseState.ENDED
        case.trouble = notes.get(act.act_id) if is_current else REPLACED
        if is_current:
            ban.applied_version = ban.version
        if was["case_number"] is not None:
            later[act.target_id] = case.number
    await ACTS.update(tx, acts, "state", "settled_at", "leased_until", "last_error")
    await CASES.update(tx, list(cases.values()), "state", "trouble")
    await RESTRICTIONS.update(tx, list(bans.values()), *CHANGED)
    if later:
        await tx.exec(
            END_EARLIER,
            of_guild_id=guild_id,
            target_ids=list(later),
            numbers=list(later.values()),
            kinds=[str(kind) for kind in DECIDED_BY[RestrictionKind.BAN]],
            now=now,
        )
    if ends:
        await ACTS.insert(tx, ends)


async def stand_again(tx: Transaction, guild_id: int, number: int, now: datetime) -> int:
    """Give whom the job found banned that ban back, with its end, where the job's still stands; how many.

    What others had decided before is not undone with it.
    """
    acts = (await tx.exec(FOUND_BANNED, guild_id=guild_id, number=number)).all()
    if not acts:
        return 0
    bans = {row.subject_id: row for row in await _bans(tx, guild_id, [act.target_id for act in acts])}
    ends: list[Act] = []
    changed: list[Restriction] = []
    for act in acts:
        ban = bans[act.target_id]
        if not ban.wanted or ban.case_number != act.case_number:
            continue
        as_it_was(ban, act.payload[WAS])
        ban.changed_at = now
        changed.append(ban)
        child = await CASES.one(tx, guild_id=guild_id, number=act.case_number)
        if child.state is CaseState.ACTIVE:
            again = f"Undone: the ban of case {ban.case_number} stands again."
            await becomes(tx, child, CaseState.ENDED, now, trouble=again)
        await case_follows(tx, ban, now, followed_by=act.case_number, is_so=True)
        if ban.until is not None:
            ends.append(end_of(ban, now, at=ban.until))
    await RESTRICTIONS.update(tx, changed, *CHANGED)
    if ends:
        await ACTS.insert(tx, ends)
    return len(changed)


async def _bans(tx: Transaction, guild_id: int, user_ids: Sequence[int]) -> list[Restriction]:
    return (await tx.exec(LOCK_BANS, guild_id=guild_id, subject_ids=list(user_ids))).all()


def summary(progress: MassProgress, *, is_stopped: bool) -> str:
    """What came of a job, for its case."""
    banned = progress.banned + progress.ended
    parts = [f"{banned:,} of {progress.total:,} people were banned."]
    if failed := progress.failed + progress.left_out:
        parts.append(f"{failed:,} could not be.")
    if is_stopped and progress.waiting:
        parts.append(f"It was stopped before {progress.waiting:,} others.")
    return " ".join(parts)
