"""What waits: listed in the order in which it is due, told to the staff while it fails, counted for all servers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.models import (
    Act,
    ActState,
    CaseKind,
    CaseState,
    Delivery,
    JobFilter,
    JobSource,
    RestrictionKind,
    plan_ban,
    plan_lock,
    plan_slowmode,
    plan_unban,
    plan_unlock,
)
from database.service import DatabaseService

LATER = timedelta(days=1)
CHANNEL = 701
ActOn = Callable[..., Any]


@pytest.fixture
def act_on(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> ActOn:
    """Open a case with a plan, and have Discord do what it asks for."""

    async def opened(kind: CaseKind, plan: Any, *, target_id: int = CHANNEL, done: bool = True) -> int:
        interaction_id = new_id()
        case = await database.cases.open(
            guild_id=guild_id, kind=kind, target_id=target_id, target_name="general", moderator_id=601,
            moderator_name="max", reason="raid", interaction_id=interaction_id, plan=plan, asked_by_id=601,
        )  # fmt: skip
        for act in await database.acts.take(guild_id=guild_id, interaction_id=interaction_id):
            if done:
                assert await database.acts.send(act)
                assert await database.acts.done(act)
        return case.number

    return opened


async def due(database: DatabaseService, guild_id: int, *, after: timedelta = LATER) -> list[Act]:
    at = clock.now() + after + timedelta(minutes=1)
    return [act for act in await database.acts.claim(now=at, limit=1000) if act.guild_id == guild_id]


async def alerts(database: DatabaseService, guild_id: int) -> list[int]:
    rows = await database.outbox.pending(guild_id=guild_id)
    return [row.subject_id for row in rows if row.kind is Delivery.ACT_ALERT]


async def restriction(database: DatabaseService, guild_id: int, kind: RestrictionKind) -> Any:
    return await database.restrictions.get(guild_id=guild_id, subject_id=CHANNEL, kind=kind)


async def test_an_end_that_something_newer_has_overtaken_is_not_announced(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    await act_on(CaseKind.BAN, plan_ban(until=clock.now() + LATER), target_id=501)
    await act_on(CaseKind.UNBAN, plan_unban(), target_id=501)
    assert JobSource.ACT not in {
        job.source for job in await database.jobs.page(guild_id=guild_id, matching=JobFilter(), limit=99)
    }


async def test_the_list_pages_through_acts_and_posts_in_the_order_in_which_they_are_due(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    for days in (5, 1, 3):
        until = clock.now() + timedelta(days=days)
        await act_on(CaseKind.BAN, plan_ban(until=until), target_id=500 + days)
    whole = await database.jobs.page(guild_id=guild_id, matching=JobFilter(), limit=99)

    assert [job.due_at for job in whole] == sorted(job.due_at for job in whole)
    assert {job.source for job in whole} == {JobSource.POST, JobSource.ACT}
    assert [job.target_id for job in whole if job.source == JobSource.ACT] == [501, 503, 505]
    assert {job.case_number for job in whole if job.source == JobSource.POST} == {1, 2, 3}

    turned, place = [], None
    while page := await database.jobs.page(guild_id=guild_id, matching=JobFilter(), before=place, limit=2):
        turned += page
        place = (page[-1].due_at, page[-1].source, page[-1].job_id)
    assert turned == whole
    assert place is not None
    back = await database.jobs.page(guild_id=guild_id, matching=JobFilter(), after=place, limit=2)
    assert list(back) == whole[-3:-1]
    mine = await database.jobs.page(guild_id=guild_id, matching=JobFilter(case_number=2), limit=99)
    assert {job.case_number for job in mine} == {2}
    assert await database.jobs.count(guild_id=guild_id, matching=JobFilter()) == len(whole)
    assert await database.jobs.page(guild_id=guild_id + 1, matching=JobFilter(), limit=9) == []


async def test_what_failed_is_found_told_once_and_brought_up_to_date(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    number = await act_on(CaseKind.LOCK, plan_lock(until=clock.now() + LATER, overwrites={}))
    failed = JobFilter(failed=True)
    assert await database.jobs.page(guild_id=guild_id, matching=failed) == []
    before = await database.jobs.waiting(now=clock.now() + 2 * LATER)

    [end] = await due(database, guild_id)
    sendable = await database.acts.send(end)
    assert sendable is not None
    await database.acts.refused(sendable.act, reason="Give the permission.", next_at=clock.now())
    [job] = await database.jobs.page(guild_id=guild_id, matching=failed)
    assert (job.source, job.kind, job.last_error, job.has_failed) == (
        "act", "unlock", "Give the permission.", True,
    )  # fmt: skip
    assert await alerts(database, guild_id) == [number]
    now = await database.jobs.waiting(now=clock.now() + 2 * LATER)
    assert (now.open, now.failed, now.overdue) == (before.open, before.failed + 1, before.overdue)
    assert now.oldest_due_at is not None

    where = {"guild_id": guild_id, "case_number": number}
    for message_id in (11, 12):
        await database.jobs.alerted(**where, channel_id=1, message_id=message_id)
    alert = await database.jobs.alert(**where)
    assert alert is not None
    assert alert.message_id == 12
    for row in await database.outbox.claim(now=clock.now() + LATER, limit=999):
        await database.outbox.delivered(row)

    assert await database.acts.retry_now(guild_id=guild_id, act_id=end.act_id)
    [again] = await due(database, guild_id)
    assert await database.acts.send(again)
    settled = await database.acts.done(again)
    assert settled is not None
    assert settled.state is CaseState.ENDED
    assert await alerts(database, guild_id) == [number], "the message says that it is done"
    await database.jobs.alert_over(**where)
    assert await database.jobs.alert(**where) is None


async def test_nobody_is_told_of_what_was_only_late(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    await act_on(CaseKind.BAN, plan_ban(until=clock.now() + LATER))
    [end] = await due(database, guild_id)
    await database.acts.postponed(end, state=ActState.PLANNED, error="502", next_at=clock.now())
    [end] = await due(database, guild_id)
    assert await database.acts.send(end)
    await database.acts.done(end)
    assert await alerts(database, guild_id) == []


async def test_what_fails_and_is_not_wanted_any_more_is_let_go(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    number = await act_on(CaseKind.BAN, plan_ban(until=clock.now() + LATER))
    [end] = await due(database, guild_id)
    await database.acts.refused(end, reason="Give the permission.", next_at=clock.now())
    await database.jobs.alerted(guild_id=guild_id, case_number=number, channel_id=1, message_id=2)
    await act_on(CaseKind.UNBAN, plan_unban())
    [end] = await due(database, guild_id)
    await database.acts.refused(end, reason="Give the permission.", next_at=clock.now())

    assert await database.jobs.page(guild_id=guild_id, matching=JobFilter(failed=True)) == []
    acts = await database.acts.of_case(guild_id=guild_id, number=number)
    assert [act.state for act in acts] == [ActState.DONE, ActState.SUPERSEDED]
    assert await alerts(database, guild_id) == [number]


async def test_what_a_lock_gives_back_is_what_was_there_before_the_first_of_several(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    for overwrites in ({"1": "before"}, {"1": "locked", "2": "new"}):
        await act_on(CaseKind.LOCK, plan_lock(until=None, overwrites=overwrites))
    lock = await restriction(database, guild_id, RestrictionKind.LOCK)
    assert lock.payload["overwrites"] == {"1": "before", "2": "new"}
    await act_on(CaseKind.UNLOCK, plan_unlock())
    await act_on(CaseKind.LOCK, plan_lock(until=None, overwrites={"1": "later"}))
    lock = await restriction(database, guild_id, RestrictionKind.LOCK)
    assert lock.payload["overwrites"] == {"1": "later"}


async def test_lifting_a_slowmode_gives_back_the_one_before_the_first_of_several(
    database: DatabaseService, guild_id: int, act_on: ActOn
) -> None:
    await act_on(CaseKind.SLOWMODE, plan_slowmode(seconds=60, before=5))
    number = await act_on(CaseKind.SLOWMODE, plan_slowmode(seconds=90, before=60))
    [end] = await database.restrictions.lift(guild_id=guild_id, number=number)
    sendable = await database.acts.send(end)
    assert sendable is not None
    assert sendable.act.payload["seconds"] == 5
    await database.acts.done(end)
    await act_on(CaseKind.SLOWMODE, plan_slowmode(seconds=0, before=5))
    slowmode = await restriction(database, guild_id, RestrictionKind.SLOWMODE)
    assert (slowmode.wanted, slowmode.payload["seconds"]) == (False, 0)
