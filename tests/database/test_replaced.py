"""Acts that replace one another before Discord has them, and are refused or lifted: what is true at the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.models import (
    NEVER_BEGUN,
    OVER_MEANWHILE,
    REPLACED,
    Act,
    ActState,
    Case,
    CaseKind,
    CaseState,
    Deed,
    Plan,
    Purpose,
    Restriction,
    RestrictionKind,
    plan_ban,
    plan_softban,
    plan_timeout,
    plan_unban,
)
from database.service import DatabaseService

ANN, MAX, MIA = 501, 601, 602
WEEK = timedelta(days=7)


class Bans:
    """Of one person in one server."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
        self.database, self.guild_id, self.new_id = database, guild_id, new_id

    async def asked(self, kind: CaseKind, plan: Plan, **more: Any) -> tuple[Case, list[Act]]:
        key = self.new_id()
        case = await self.database.cases.open(
            guild_id=self.guild_id, kind=kind, target_id=ANN, target_name="ann", moderator_id=MAX,
            moderator_name="max", reason="spam", interaction_id=key, plan=plan, asked_by_id=MAX, **more,
        )  # fmt: skip
        return case, list(await self.database.acts.take(guild_id=self.guild_id, interaction_id=key))

    async def done(self, kind: CaseKind, plan: Plan, **more: Any) -> Case:
        case, acts = await self.asked(kind, plan, **more)
        for act in acts:
            await self.carried_out(act)
        return case

    async def carried_out(self, act: Act) -> None:
        assert await self.database.acts.send(act) is not None
        assert await self.database.acts.done(act) is not None

    async def refused(self, act: Act) -> None:
        await self.database.acts.refused(act, reason="no", next_at=clock.now())

    async def row(self) -> Restriction:
        row = await self.database.restrictions.get(
            guild_id=self.guild_id, subject_id=ANN, kind=RestrictionKind.BAN
        )
        assert row is not None
        return row

    async def state(self, case: Case) -> CaseState:
        return (await self.database.cases.get(guild_id=self.guild_id, number=case.number)).state

    async def outcome(self, case: Case) -> tuple[CaseState, str | None]:
        case = await self.database.cases.get(guild_id=self.guild_id, number=case.number)
        return case.state, case.trouble

    async def due(self, after: timedelta) -> list[Act]:
        return list(await self.database.acts.claim(now=clock.now() + after, limit=100))


@pytest.fixture
def bans(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Bans:
    return Bans(database, guild_id, new_id)


async def test_a_ban_that_stands_ends_in_time_after_an_unban_was_replaced_and_its_successor_refused(
    bans: Bans,
) -> None:
    until = clock.now() + WEEK
    first = await bans.done(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    second, (unban,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    _, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))
    assert await bans.database.acts.send(unban) is None

    await bans.refused(ban)

    row = await bans.row()
    assert (row.wanted, row.until, row.case_number) == (True, until, first.number)
    assert row.applied_version == row.version
    assert (await bans.state(first), await bans.state(second)) == (CaseState.ACTIVE, CaseState.ENDED)
    ends = [act for act in await bans.due(WEEK) if await bans.database.acts.send(act) is not None]
    assert [end.case_number for end in ends] == [first.number]


async def test_what_waits_goes_on_when_what_came_after_it_is_refused(bans: Bans) -> None:
    until = clock.now() + WEEK
    first, (waiting,) = await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    _, (later,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))

    await bans.refused(later)
    await bans.carried_out(waiting)

    row = await bans.row()
    assert (row.wanted, row.until, row.case_number) == (True, until, first.number)
    assert row.applied_version == row.version
    assert await bans.state(first) is CaseState.ACTIVE
    (end,) = await bans.due(WEEK)
    assert await bans.database.acts.send(end) is not None


async def test_what_discord_got_meanwhile_stands_when_what_came_after_it_is_refused(bans: Bans) -> None:
    first, (on_its_way,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))
    assert await bans.database.acts.send(on_its_way) is not None
    _, (later,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    await bans.database.acts.done(on_its_way)

    await bans.refused(later)

    row = await bans.row()
    assert (row.wanted, row.case_number, row.applied_version) == (True, first.number, row.version)
    assert await bans.state(first) is CaseState.ACTIVE


async def test_what_nobody_knows_the_outcome_of_is_made_so_again(bans: Bans) -> None:
    first = await bans.done(CaseKind.BAN, plan_ban(until=None))
    _, (unban,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    assert await bans.database.acts.send(unban) is not None
    await bans.database.acts.postponed(unban, state=ActState.UNKNOWN, error="502", next_at=clock.now())
    _, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))
    (again,) = await bans.due(timedelta())
    assert await bans.database.acts.send(again) is None

    await bans.refused(ban)

    (act,) = await bans.due(timedelta())
    assert (act.kind, act.purpose, act.case_number) == ("ban", Purpose.KEEP, first.number)
    await bans.carried_out(act)
    row = await bans.row()
    assert (row.wanted, row.applied_version) == (True, row.version)


async def test_all_earlier_cases_end_also_behind_one_that_was_never_done(bans: Bans) -> None:
    first = await bans.done(CaseKind.BAN, plan_ban(until=None))
    _, (unban,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    third, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))
    assert await bans.database.acts.send(unban) is None

    await bans.carried_out(ban)

    assert (await bans.state(first), await bans.state(third)) == (CaseState.ENDED, CaseState.ACTIVE)


async def test_the_second_half_of_a_softban_is_tried_until_discord_lets_them_back(bans: Bans) -> None:
    case, (ban, _) = await bans.asked(CaseKind.SOFTBAN, plan_softban(delete_seconds=0))
    await bans.carried_out(ban)
    (unban,) = await bans.due(timedelta(minutes=1))
    assert unban.asked_by_id is None, "whoever asked for it may have left since"

    await bans.refused(unban)

    assert await bans.state(case) is CaseState.PENDING
    (unban,) = await bans.due(timedelta(minutes=1))
    await bans.carried_out(unban)
    row = await bans.row()
    assert (row.wanted, row.applied_version) == (False, row.version)
    assert await bans.state(case) is CaseState.ACTIVE


async def test_a_ban_that_was_shortened_has_ended_when_it_is_over(bans: Bans) -> None:
    until = clock.now() + 4 * WEEK
    case = await bans.done(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    await bans.database.case_edits.duration(
        guild_id=bans.guild_id,
        number=case.number,
        expires_at=clock.now() + WEEK,
        editor_id=MIA,
        interaction_id=bans.new_id(),
    )

    (end,) = await bans.due(WEEK)
    await bans.carried_out(end)

    assert await bans.state(case) is CaseState.ENDED


async def test_an_end_on_its_way_stands_when_what_came_after_it_is_refused(bans: Bans) -> None:
    until = clock.now() + WEEK
    case = await bans.done(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    (end,) = await bans.due(WEEK)
    assert await bans.database.acts.send(end) is not None
    _, (unban,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    await bans.database.acts.done(end)

    await bans.refused(unban)

    row = await bans.row()
    assert (row.wanted, row.applied_version) == (False, row.version)
    assert await bans.state(case) is CaseState.ENDED


async def test_a_short_ban_that_came_after_an_unban_by_hand_ends_however_late_that_is_heard(
    bans: Bans,
) -> None:
    until = clock.now()
    case, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    assert await bans.database.acts.send(ban) is not None
    deed = Deed(bans.new_id(), CaseKind.UNBAN, ANN, "ann", MIA, "mia", clock.now())
    await bans.database.by_hand.note(guild_id=bans.guild_id, deed=deed)
    await bans.database.acts.done(ban)

    entry = {"entry_id": bans.new_id(), "kind": CaseKind.BAN, "target_id": ANN}
    assert await bans.database.by_hand.own(guild_id=bans.guild_id, number=case.number, **entry)

    sent = [act for act in await bans.due(timedelta()) if await bans.database.acts.send(act) is not None]
    assert [act.kind for act in sent] == ["unban"]


async def test_an_end_whose_beginning_was_never_sent_ends_what_stood_before(bans: Bans) -> None:
    first = await bans.done(CaseKind.BAN, plan_ban(until=None))
    until = clock.now()
    await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)

    (end,) = await bans.due(timedelta())
    await bans.carried_out(end)

    assert await bans.state(first) is CaseState.ENDED
    assert not (await bans.row()).wanted


async def test_an_end_that_came_due_meanwhile_is_planned_again_with_what_goes_on(bans: Bans) -> None:
    until = clock.now()
    _, (waiting,) = await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    _, (later,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    (end,) = await bans.due(timedelta())
    assert await bans.database.acts.send(end) is None

    await bans.refused(later)

    await bans.carried_out(waiting)
    (end,) = await bans.due(timedelta())
    await bans.carried_out(end)
    assert not (await bans.row()).wanted


async def test_a_ban_by_hand_that_was_heard_after_a_command_stands_when_the_command_is_refused(
    bans: Bans,
) -> None:
    deed = Deed(bans.new_id(), CaseKind.BAN, ANN, "ann", MIA, "mia", clock.now())
    _, (unban,) = await bans.asked(CaseKind.UNBAN, plan_unban())
    by_hand = await bans.database.by_hand.note(guild_id=bans.guild_id, deed=deed)
    assert by_hand.state is CaseState.ENDED

    await bans.refused(unban)

    row = await bans.row()
    assert (row.wanted, row.case_number, row.applied_version) == (True, by_hand.number, row.version)
    assert await bans.state(by_hand) is CaseState.ACTIVE


async def test_a_beginning_whose_time_was_over_before_it_was_sent_says_so(bans: Bans) -> None:
    until = clock.now() + WEEK
    case, _ = await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    ban, end = await bans.due(WEEK)
    await bans.carried_out(end)

    assert await bans.database.acts.send(ban) is None

    assert await bans.outcome(case) == (CaseState.ENDED, NEVER_BEGUN)


async def test_a_beginning_that_was_on_its_way_at_its_end_says_so(bans: Bans) -> None:
    until = clock.now() + WEEK
    case, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=until), expires_at=until)
    assert await bans.database.acts.send(ban) is not None
    much_later = clock.now() + 2 * WEEK
    await bans.database.acts.postponed(ban, state=ActState.UNKNOWN, error="502", next_at=much_later)
    (end,) = await bans.due(WEEK)
    await bans.carried_out(end)
    (ban,) = await bans.due(2 * WEEK)

    assert await bans.database.acts.send(ban) is None

    assert await bans.outcome(case) == (CaseState.ENDED, OVER_MEANWHILE)


async def test_a_beginning_that_another_case_overtook_is_replaced(bans: Bans) -> None:
    case, (ban,) = await bans.asked(CaseKind.BAN, plan_ban(until=None))
    await bans.asked(CaseKind.UNBAN, plan_unban())

    assert await bans.database.acts.send(ban) is None

    assert await bans.outcome(case) == (CaseState.ENDED, REPLACED)


async def test_a_second_delivery_of_a_moved_end_gives_the_acts_of_the_first(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    now, key = clock.now(), new_id()
    case = await database.cases.open(
        guild_id=guild_id, kind=CaseKind.TIMEOUT, target_id=ANN, target_name="ann", moderator_id=MAX,
        moderator_name="max", reason="spam", interaction_id=key, plan=plan_timeout(until=now + WEEK),
        expires_at=now + WEEK, asked_by_id=MAX,
    )  # fmt: skip
    (begin,) = await database.acts.take(guild_id=guild_id, interaction_id=key)
    await database.acts.send(begin)
    await database.acts.done(begin)
    moved = {
        "guild_id": guild_id, "number": case.number, "expires_at": now + 2 * WEEK, "editor_id": MIA,
        "interaction_id": new_id(),
    }  # fmt: skip

    first = await database.case_edits.duration(**moved)
    again = await database.case_edits.duration(**moved)

    assert [act.act_id for act in again] == [act.act_id for act in first]
    assert (await database.cases.get(guild_id=guild_id, number=case.number)).revision == 1
    (act,) = first
    await database.acts.send(act)
    await database.acts.done(act)
    assert [each.state for each in await database.case_edits.duration(**moved)] == [ActState.DONE]
    later = await database.case_edits.duration(
        **{**moved, "interaction_id": new_id(), "expires_at": now + WEEK}
    )
    assert len(later) == 1
    assert later[0].act_id not in {each.act_id for each in first}


async def test_who_asks_again_does_not_get_an_act_that_somebody_else_has_claimed(
    database: DatabaseService, guild_id: int, new_id: Callable[[], int]
) -> None:
    now = clock.now()
    case = await database.cases.open(
        guild_id=guild_id, kind=CaseKind.TIMEOUT, target_id=ANN, target_name="ann", moderator_id=MAX,
        moderator_name="max", reason="spam", interaction_id=new_id(), plan=plan_timeout(until=now + WEEK),
        expires_at=now + WEEK, asked_by_id=MAX,
    )  # fmt: skip
    (begin,) = await database.acts.claim(now=now + timedelta(minutes=1), limit=100)
    await database.acts.send(begin)
    await database.acts.done(begin)
    moved = {
        "guild_id": guild_id, "number": case.number, "expires_at": now + 2 * WEEK, "editor_id": MIA,
        "interaction_id": new_id(),
    }  # fmt: skip
    (first,) = await database.case_edits.duration(**moved)
    claimed = await database.acts.claim(now=clock.now() + timedelta(hours=1), limit=100)
    assert first.act_id in {act.act_id for act in claimed}

    (again,) = await database.case_edits.duration(**moved)

    assert await database.acts.send(again) is None
    assert await database.acts.send(next(act for act in claimed if act.act_id == first.act_id)) is not None
