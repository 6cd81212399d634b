"""Jobs that ban many: planned by two hundred, settled, left to others, stopped, undone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cogs.moderation._job_pages import job_line
from database.clock import clock
from database.errors import CaseNotFound
from database.mass_errors import MassJobRuns, NoBanStands, TooManyTargets
from database.models import (
    CHUNK_SIZE,
    Act,
    ActState,
    CaseFilter,
    CaseKind,
    CaseOrigin,
    CaseState,
    Deed,
    Job,
    JobFilter,
    JobSource,
    MassJob,
    RestrictionKind,
    Target,
    plan_ban,
    plan_unban,
)
from database.service import DatabaseService

MAX = 601
Begin = Callable[..., Any]


@pytest.fixture
def begin(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Begin:
    async def begun(people: int, **more: Any) -> MassJob:
        targets = [Target(10_000 + each, f"raider {each}") for each in range(people)]
        values = {
            "moderator_id": MAX,
            "moderator_name": "max",
            "reason": "raid",
            "interaction_id": new_id(),
            **more,
        }
        await database.mass_jobs.begin(guild_id=guild_id, targets=targets, **values)
        return await claimed(database, guild_id)

    return begun


async def claimed(database: DatabaseService, guild_id: int, later: int = 0) -> MassJob:
    now = clock.now() + timedelta(seconds=later)
    (job,) = [
        each for each in await database.mass_work.claim(now=now, limit=1000) if each.guild_id == guild_id
    ]
    return job


async def settle(database: DatabaseService, acts: list[Act], **more: Any) -> None:
    values: dict[str, Any] = {"refused": {}, "notes": {}, **more}
    await database.mass_work.settle(guild_id=acts[0].guild_id, act_ids=[act.act_id for act in acts], **values)


async def plan(database: DatabaseService, job: MassJob, **more: Any) -> list[Act]:
    return list(await database.mass_work.plan(job, **{"left_out": {}, **more}))


async def carry_out(database: DatabaseService, job: MassJob) -> None:
    while acts := await plan(database, job):
        await settle(database, acts)
    assert await database.mass_work.end_turn(job, next_at=clock.now())


async def test_a_batch_is_one_case_with_a_case_for_each_and_one_post(
    database: DatabaseService, guild_id: int, begin: Begin, auditor: Any
) -> None:
    job = await begin(450)
    await carry_out(database, job)

    whole = await database.cases.whole(guild_id=guild_id, number=job.number)
    assert (whole.case.kind, whole.case.state) == (CaseKind.MASSBAN, CaseState.ACTIVE)
    assert whole.case.trouble == "450 of 450 people were banned."
    assert len(whole.effects) == 450
    numbers = await auditor.fetch("SELECT number FROM cases WHERE guild_id = $1 ORDER BY number", guild_id)
    assert [each["number"] for each in numbers] == list(range(1, 452))
    child = await database.cases.get(guild_id=guild_id, number=2)
    assert (child.kind, child.origin, child.state) == (CaseKind.BAN, CaseOrigin.MASS, CaseState.ACTIVE)
    posts = await auditor.fetch("SELECT subject_id FROM outbox WHERE guild_id = $1", guild_id)
    assert [each["subject_id"] for each in posts] == [job.number]


async def test_each_request_has_two_hundred(database: DatabaseService, begin: Begin) -> None:
    job = await begin(450)
    sizes = []
    while acts := await plan(database, job):
        assert all(act.state is ActState.SENT for act in acts)
        sizes.append(len(acts))
        await settle(database, acts)
    assert sizes == [CHUNK_SIZE, CHUNK_SIZE, 50]


async def test_the_same_interaction_begins_one_job(
    database: DatabaseService, guild_id: int, begin: Begin, auditor: Any
) -> None:
    job = await begin(3, interaction_id=77)
    again = await database.mass_jobs.begin(
        guild_id=guild_id, targets=[Target(1, "x")], moderator_id=MAX, moderator_name="max", reason="raid",
        interaction_id=77,
    )  # fmt: skip
    assert again.number == job.number
    assert await auditor.fetchval("SELECT count(*) FROM mass_targets WHERE guild_id = $1", guild_id) == 3


@pytest.mark.parametrize("people", [0, 5_001])
async def test_a_job_takes_from_one_to_five_thousand(begin: Begin, people: int) -> None:
    with pytest.raises(TooManyTargets):
        await begin(people)


async def test_who_is_left_out_gets_no_case_and_leaves_no_gap(
    database: DatabaseService, guild_id: int, begin: Begin
) -> None:
    job = await begin(3)
    acts = await plan(database, job, left_out={10_001: "They are above you."})
    await settle(database, acts)
    await database.mass_work.end_turn(job, next_at=clock.now())
    results = await database.mass_jobs.results(guild_id=guild_id, number=job.number)
    assert [each.child_number for each in results] == [2, None, 3]
    assert results[1].reason == "They are above you."
    assert (await database.cases.get(guild_id=guild_id, number=1)).trouble == (
        "2 of 3 people were banned. 1 could not be."
    )


async def test_who_is_banned_by_another_act_at_this_moment_waits(
    database: DatabaseService, guild_id: int, begin: Begin, new_id: Callable[[], int]
) -> None:
    interaction_id = new_id()
    await database.cases.open(
        guild_id=guild_id, kind=CaseKind.UNBAN, target_id=10_000, target_name="x", moderator_id=5,
        moderator_name="mia", reason="r", interaction_id=interaction_id, plan=plan_unban(),
    )  # fmt: skip
    (unban,) = await database.acts.take(guild_id=guild_id, interaction_id=interaction_id)
    assert await database.acts.send(unban)
    job = await begin(2)
    (other,) = await plan(database, job)
    assert (other.target_id, other.case_number) == (10_001, 3)
    assert await plan(database, job) == []
    await database.acts.done(unban)
    (first,) = await plan(database, job)
    assert (first.target_id, first.case_number) == (10_000, 4)


async def test_an_end_that_was_planned_before_does_not_lift_the_ban(
    database: DatabaseService, guild_id: int, begin: Begin, new_id: Callable[[], int]
) -> None:
    until = clock.now() + timedelta(hours=1)
    interaction_id = new_id()
    before = await database.cases.open(
        guild_id=guild_id, kind=CaseKind.BAN, target_id=10_000, target_name="x", moderator_id=5,
        moderator_name="mia", reason="r", interaction_id=interaction_id, plan=plan_ban(until=until), expires_at=until,
    )  # fmt: skip
    (ban,) = await database.acts.take(guild_id=guild_id, interaction_id=interaction_id)
    await database.acts.done(ban)
    await carry_out(database, await begin(1))
    assert (
        await database.cases.get(guild_id=guild_id, number=before.number)
    ).trouble == "Followed by case 3."
    due = [
        act
        for act in await database.acts.claim(now=until + timedelta(seconds=1), limit=1000)
        if act.guild_id == guild_id
    ]
    assert [await database.acts.send(act) for act in due] == [None]
    assert await is_wanted(database, guild_id, 10_000)


async def is_wanted(database: DatabaseService, guild_id: int, user_id: int) -> bool:
    row = await database.restrictions.get(guild_id=guild_id, subject_id=user_id, kind=RestrictionKind.BAN)
    return row is not None and row.wanted


async def test_what_is_refused_is_as_it_was(database: DatabaseService, guild_id: int, begin: Begin) -> None:
    job = await begin(2)
    acts = sorted(await plan(database, job), key=lambda act: act.target_id)
    await settle(database, acts, refused={acts[1].act_id: "Nobody has that id."})
    await database.mass_work.end_turn(job, next_at=clock.now())
    assert await is_wanted(database, guild_id, 10_000)
    assert not await is_wanted(database, guild_id, 10_001)
    refused = await database.cases.get(guild_id=guild_id, number=acts[1].case_number)
    assert (refused.state, refused.trouble) == (CaseState.REFUSED, "Nobody has that id.")


async def test_a_job_of_whom_nobody_was_banned_did_not_happen(
    database: DatabaseService, guild_id: int, begin: Begin
) -> None:
    job = await begin(3)
    await database.mass_work.leave_out_rest(job, reason="Reeve lacks the permission.")
    assert await database.mass_work.end_turn(job, next_at=clock.now())
    assert (await database.cases.get(guild_id=guild_id, number=1)).state is CaseState.REFUSED


async def test_what_a_killed_process_sent_is_read_by_the_worker_of_acts(
    database: DatabaseService, guild_id: int, begin: Begin
) -> None:
    job = await begin(2)
    acts = await plan(database, job)
    later = clock.now() + timedelta(seconds=16)
    left = [each for each in await database.acts.claim(now=later, limit=1000) if each.guild_id == guild_id]
    assert {act.act_id for act in left} == {act.act_id for act in acts}
    for act in left:
        sendable = await database.acts.send(act)
        assert sendable is not None
        assert sendable.was_sent
        await database.acts.done(act)
    await settle(database, acts, refused={act.act_id: "too late" for act in acts})
    again = await claimed(database, guild_id, later=16)
    assert await plan(database, job) == [], "who lost the job plans nothing"
    assert await database.mass_work.end_turn(again, next_at=clock.now())
    state = await database.mass_jobs.state(guild_id=guild_id, number=job.number)
    assert state.progress.banned == 2


async def test_what_nobody_knows_is_read_at_once(
    database: DatabaseService, guild_id: int, begin: Begin
) -> None:
    job = await begin(2)
    acts = await plan(database, job)
    await database.mass_work.release(
        guild_id=guild_id, act_ids=[act.act_id for act in acts], error="no answer in time"
    )
    assert not await database.mass_work.end_turn(job, next_at=clock.now()), "two are not settled"
    left = [
        each for each in await database.acts.claim(now=clock.now(), limit=1000) if each.guild_id == guild_id
    ]
    assert [each.state for each in left] == [ActState.UNKNOWN] * 2


async def test_a_stopped_job_bans_nobody_else(database: DatabaseService, guild_id: int, begin: Begin) -> None:
    job = await begin(450)
    acts = await plan(database, job)
    await database.mass_jobs.stop(guild_id=guild_id, number=job.number, moderator_id=9)
    assert await plan(database, job) == []
    assert await database.mass_work.upcoming(job) is None
    await settle(database, acts)
    assert await database.mass_work.end_turn(job, next_at=clock.now())
    case = await database.cases.get(guild_id=guild_id, number=job.number)
    assert case.trouble == "200 of 450 people were banned. It was stopped before 250 others."


async def test_undoing_lifts_what_still_stands_because_of_the_job_once(
    database: DatabaseService, guild_id: int, begin: Begin, new_id: Callable[[], int]
) -> None:
    job = await begin(3)
    undo = {"guild_id": guild_id, "number": job.number, "editor_id": 9, "editor_name": "mia"}
    with pytest.raises(MassJobRuns):
        await database.mass_jobs.undo(**undo, interaction_id=new_id())
    await carry_out(database, job)
    unban = Deed(new_id(), CaseKind.UNBAN, 10_000, "raider 0", 7, "olga", at=clock.now())
    await database.by_hand.note(guild_id=guild_id, deed=unban)

    interaction_id = new_id()
    assert await database.mass_jobs.undo(**undo, interaction_id=interaction_id) == (2, 0)
    assert await database.mass_jobs.undo(**undo, interaction_id=interaction_id) == (0, 0), "a second delivery"
    with pytest.raises(NoBanStands):
        await database.mass_jobs.undo(**undo, interaction_id=new_id())
    due = [
        each for each in await database.acts.claim(now=clock.now(), limit=1000) if each.guild_id == guild_id
    ]
    assert [act.target_id for act in due] == [10_001, 10_002]
    for act in due:
        assert await database.acts.send(act)
        await database.acts.done(act)
    ended = await database.cases.page(guild_id=guild_id, matching=CaseFilter(state=CaseState.ENDED), limit=10)
    assert {case.target_id for case in ended} == {guild_id, 10_000, 10_001, 10_002}
    batch = await database.cases.get(guild_id=guild_id, number=job.number)
    assert batch.trouble == "3 of 3 people were banned. Undone by mia."


async def test_there_is_no_job_of_another_number(database: DatabaseService, guild_id: int) -> None:
    with pytest.raises(CaseNotFound):
        await database.mass_jobs.state(guild_id=guild_id, number=5)


async def test_a_job_waits_in_the_list_until_it_is_over_and_says_how_many_are_to_go(
    database: DatabaseService, guild_id: int, begin: Begin
) -> None:
    async def listed(**matching: Any) -> list[Job]:
        jobs = await database.jobs.page(guild_id=guild_id, matching=JobFilter(**matching), limit=999)
        return [each for each in jobs if each.source == JobSource.MASS]

    job = await begin(CHUNK_SIZE + 30)
    [waits] = await listed(case_number=job.number)
    assert (waits.kind, waits.case_number, waits.subject_id) == ("massban", job.number, CHUNK_SIZE + 30)
    assert not waits.has_failed
    acts = await plan(database, job)
    assert [each.subject_id for each in await listed()] == [30]
    await settle(database, acts)
    await database.mass_work.end_turn(job, next_at=clock.now(), error="502 Bad Gateway")
    [failed] = await listed(failed=True)
    assert (failed.last_error, failed.attempts) == ("502 Bad Gateway", 0)
    assert "\n-# 502 Bad Gateway" in job_line(failed)
    assert job_line(failed).startswith(f"ban many at once, 30 to go · case {job.number} · <t:")
    await carry_out(database, await claimed(database, guild_id))
    assert await listed() == []


async def test_undoing_gives_whom_somebody_had_banned_for_a_time_that_ban_back(
    database: DatabaseService, guild_id: int, begin: Begin, new_id: Callable[[], int]
) -> None:
    until = clock.now() + timedelta(hours=1)
    before, interaction_id = {}, new_id()
    for user_id in (10_000, 10_001):
        interaction_id = new_id()
        before[user_id] = await database.cases.open(
            guild_id=guild_id, kind=CaseKind.BAN, target_id=user_id, target_name="x", moderator_id=5,
            moderator_name="mia", reason="r", interaction_id=interaction_id, plan=plan_ban(until=until),
            expires_at=until,
        )  # fmt: skip
        (ban,) = await database.acts.take(guild_id=guild_id, interaction_id=interaction_id)
        await database.acts.done(ban)
    where: dict[str, Any] = {"guild_id": guild_id}
    assert set(await database.mass_jobs.banned_for_a_time(**where, user_ids=[10_000, 10_001, 10_002])) == {
        10_000,
        10_001,
    }
    job = await begin(3)
    await carry_out(database, job)
    assert await database.mass_jobs.banned_for_a_time(**where, user_ids=[10_000]) == []
    unban = Deed(new_id(), CaseKind.UNBAN, 10_001, "x", 7, "olga", at=clock.now())
    await database.by_hand.note(**where, deed=unban)

    by = {"editor_id": 9, "editor_name": "mia", "interaction_id": new_id()}
    assert await database.mass_jobs.undo(**where, number=job.number, **by) == (1, 1)
    row = await database.restrictions.get(**where, subject_id=10_000, kind=RestrictionKind.BAN)
    assert row is not None
    assert (row.wanted, row.until, row.case_number) == (True, until, before[10_000].number)
    assert (await database.cases.get(**where, number=before[10_000].number)).state is CaseState.ACTIVE
    assert (await database.cases.get(**where, number=before[10_001].number)).state is CaseState.ENDED
    assert not await is_wanted(database, guild_id, 10_001)

    async def freed(now: datetime) -> list[int]:
        due = [each for each in await database.acts.claim(now=now, limit=1000) if each.guild_id == guild_id]
        sent = [act for act in due if await database.acts.send(act)]
        for act in sent:
            await database.acts.done(act)
        return [act.target_id for act in sent]

    assert await freed(clock.now()) == [10_002]
    assert await freed(until + timedelta(seconds=1)) == [10_000], "its own end still comes"


async def test_undoing_frees_nobody_whom_a_later_command_has_banned(
    database: DatabaseService, guild_id: int, begin: Begin, new_id: Callable[[], int]
) -> None:
    job = await begin(1)
    await carry_out(database, job)
    interaction_id = new_id()
    await database.cases.open(
        guild_id=guild_id, kind=CaseKind.BAN, target_id=10_000, target_name="x", moderator_id=5,
        moderator_name="mia", reason="r", interaction_id=interaction_id, plan=plan_ban(until=None),
    )  # fmt: skip
    (ban,) = await database.acts.take(guild_id=guild_id, interaction_id=interaction_id)
    await database.acts.done(ban)
    with pytest.raises(NoBanStands):
        await database.mass_jobs.undo(
            guild_id=guild_id, number=job.number, editor_id=9, editor_name="mia", interaction_id=new_id()
        )
    assert await is_wanted(database, guild_id, 10_000)


async def test_the_post_of_a_job_is_asked_for_and_of_no_job_refused(
    database: DatabaseService, guild_id: int, begin: Begin, auditor: Any
) -> None:
    job = await begin(1)
    generation = "SELECT generation FROM outbox WHERE guild_id = $1 AND subject_id = $2"
    before = await auditor.fetchval(generation, guild_id, job.number)
    await database.mass_jobs.show(guild_id=guild_id, number=job.number)
    assert await auditor.fetchval(generation, guild_id, job.number) == before + 1
    with pytest.raises(CaseNotFound):
        await database.mass_jobs.show(guild_id=guild_id, number=99)
