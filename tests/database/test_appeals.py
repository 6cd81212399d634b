"""Appeals: one at a time, so often and so soon as the server allows, answered once and not by who punished."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from database.appeal_refusals import (
    AppealAboutYourself,
    AppealAnswered,
    AppealGranted,
    AppealsOff,
    AppealsUsedUp,
    AppealTextNotAllowed,
    AppealTooSoon,
    AppealWaits,
    NotAppealable,
    NothingToAppeal,
    OwnPunishment,
)
from database.case_errors import CaseUnderWay
from database.controllers.appeals import Decided
from database.models import (
    ActKind,
    Appeal,
    AppealState,
    Case,
    CaseKind,
    CaseOrigin,
    CaseState,
    Delivery,
    RestrictionKind,
    plan_ban,
    plan_unban,
)
from database.service import DatabaseService

ANN, MAX, MIA, SAM = 11, 22, 33, 44
OpenCase = Callable[..., Awaitable[Case]]
Make = Callable[..., Awaitable[Appeal]]
Decide = Callable[..., Awaitable[Decided]]


@pytest.fixture
def appeal(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Make:
    async def made(number: int = 1, **different: Any) -> Appeal:
        usual = {"appellant_id": ANN, "appeal": "it was not me", "interaction_id": new_id(), "limit": 3}
        where = {"guild_id": guild_id, "case_number": number, "cooldown_days": 0}
        return await database.appeals.make(**{**usual, **where, **different})

    return made


@pytest.fixture
def decide(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Decide:
    async def decided(number: int = 1, *, is_approved: bool = True, **different: Any) -> Decided:
        usual = {"reviewer_id": MIA, "reviewer_name": "mia", "interaction_id": new_id(), "answer": None}
        where = {"guild_id": guild_id, "number": number, "is_approved": is_approved}
        return await database.appeals.decide(**{**usual, **where, **different})

    return decided


@pytest.fixture
def ban(database: DatabaseService, guild_id: int, open_case: OpenCase, new_id: Callable[[], int]) -> OpenCase:
    """A ban that Discord has."""

    async def banned(**different: Any) -> Case:
        same = new_id()
        plan = plan_ban(until=None)
        case = await open_case(**{"kind": CaseKind.BAN, "plan": plan, "interaction_id": same, **different})
        for act in await database.acts.take(guild_id=guild_id, interaction_id=same):
            await database.acts.send(act)
            await database.acts.done(act)
        return case

    return banned


async def test_an_approval_lifts_the_ban_and_stands_on_the_case(
    database: DatabaseService, guild_id: int, ban: OpenCase, appeal: Make, decide: Decide
) -> None:
    await ban()
    made = await appeal()
    same = guild_id
    decided = await decide(answer="you are right", interaction_id=same)
    assert decided.appeal.state is AppealState.APPROVED
    assert decided.lifting is not None
    assert (decided.lifting.kind, decided.lifting.origin, decided.lifting.state) == (
        "unban",
        "appeal",
        "pending",
    )
    [act] = await database.acts.take(guild_id=guild_id, interaction_id=same)
    assert (act.kind, act.asked_by_id) == (ActKind.UNBAN, MIA)
    await database.acts.send(act)
    await database.acts.done(act)
    ban_row = await database.restrictions.get(guild_id=guild_id, subject_id=ANN, kind=RestrictionKind.BAN)
    assert ban_row is not None
    assert not ban_row.wanted
    whole = await database.cases.whole(guild_id=guild_id, number=1)
    assert (whole.case.state, whole.case.trouble) == (CaseState.ENDED, "Followed by case 2.")
    assert [note.text for note in whole.notes] == [f"Appeal {made.number} approved: you are right"]
    again = await decide(answer="you are right", interaction_id=same)
    assert again.lifting is not None
    assert again.lifting.number == decided.lifting.number
    kinds = [row.kind for row in await database.outbox.pending(guild_id=guild_id)]
    assert {Delivery.APPEAL_POST, Delivery.APPEAL_ANSWER, Delivery.CASE_LOG} <= set(kinds)


async def test_what_a_newer_case_has_decided_is_not_lifted(
    database: DatabaseService, guild_id: int, ban: OpenCase, appeal: Make, decide: Decide
) -> None:
    await ban()
    await ban(plan=plan_unban(), kind=CaseKind.UNBAN)
    await ban()
    await appeal(1)
    assert (await decide()).lifting is None
    assert (await database.cases.get(guild_id=guild_id, number=1)).state is CaseState.VOID
    row = await database.restrictions.get(guild_id=guild_id, subject_id=ANN, kind=RestrictionKind.BAN)
    assert row is not None
    assert (row.wanted, row.case_number) == (True, 3)


async def test_a_warning_is_void_by_approval_and_stays_as_it_is_by_denial(
    database: DatabaseService, guild_id: int, open_case: OpenCase, appeal: Make, decide: Decide
) -> None:
    for number, is_approved in ((1, False), (2, True)):
        await open_case(points=3)
        await appeal(number)
        await decide(number, is_approved=is_approved, answer="no")
    states = [(await database.cases.get(guild_id=guild_id, number=number)).state for number in (1, 2)]
    assert states == [CaseState.ACTIVE, CaseState.VOID]


async def test_a_ban_can_be_lifted_and_voided_at_once(
    database: DatabaseService, guild_id: int, ban: OpenCase, appeal: Make, decide: Decide
) -> None:
    await ban()
    await appeal()
    assert (await decide(is_voided=True)).lifting is not None
    assert (await database.cases.get(guild_id=guild_id, number=1)).state is CaseState.VOID


async def test_of_two_reviewers_at_once_one_wins_and_the_other_is_told(
    ban: OpenCase, appeal: Make, decide: Decide, auditor: Any, guild_id: int
) -> None:
    await ban()
    await appeal()
    both = await asyncio.gather(
        *(decide(reviewer_id=who, reviewer_name="x") for who in (MIA, SAM, 45, 46)), return_exceptions=True
    )
    assert sum(isinstance(each, Decided) for each in both) == 1
    assert sum(isinstance(each, AppealAnswered) for each in both) == 3
    assert await auditor.fetchval("SELECT count(*) FROM cases WHERE guild_id = $1", guild_id) == 2


async def test_neither_who_punished_nor_who_was_punished_reviews(
    ban: OpenCase, appeal: Make, decide: Decide
) -> None:
    await ban()
    await appeal()
    with pytest.raises(OwnPunishment):
        await decide(reviewer_id=MAX)
    with pytest.raises(AppealAboutYourself):
        await decide(reviewer_id=ANN)
    assert (await decide(reviewer_id=MIA)).appeal.reviewer_id == MIA


async def test_who_gave_a_warning_behind_a_step_or_began_its_batch_reviews_neither(
    open_case: OpenCase, ban: OpenCase, appeal: Make, decide: Decide
) -> None:
    reeve = 99
    for warned_by in (MAX, MIA):
        await open_case(moderator_id=warned_by)
    await ban(moderator_id=reeve, causes=(1, 2), origin=CaseOrigin.LADDER)
    await open_case(kind=CaseKind.MASSBAN, moderator_id=MAX)
    await ban(moderator_id=SAM, causes=(4,), origin=CaseOrigin.MASS)
    for case_number, refused, free in ((3, (MAX, MIA), SAM), (5, (MAX, SAM), MIA)):
        number = (await appeal(case_number)).number
        for who in refused:
            with pytest.raises(OwnPunishment, match="leave it to another moderator"):
                await decide(number, reviewer_id=who)
        assert (await decide(number, reviewer_id=free)).appeal.reviewer_id == free


async def test_one_appeal_waits_at_a_time_and_the_same_form_is_one(
    open_case: OpenCase, appeal: Make, new_id: Callable[[], int]
) -> None:
    await open_case()
    same = new_id()
    twice = await asyncio.gather(appeal(interaction_id=same), appeal(interaction_id=same))
    assert [each.number for each in twice] == [1, 1]
    others = await asyncio.gather(*(appeal() for _ in range(5)), return_exceptions=True)
    assert all(isinstance(each, AppealWaits) for each in others)


async def test_so_often_and_so_soon_as_the_server_allows(
    open_case: OpenCase, appeal: Make, decide: Decide, auditor: Any, guild_id: int
) -> None:
    await open_case()
    with pytest.raises(AppealsOff):
        await appeal(limit=0)
    await appeal(limit=2)
    await decide(1, is_approved=False)
    with pytest.raises(AppealTooSoon, match=r"again on <t:[0-9]+:f>") as refused:
        await appeal(limit=2, cooldown_days=7)
    assert refused.value.again_at is not None
    await auditor.execute("ALTER TABLE appeals DISABLE TRIGGER answer_stays")
    await auditor.execute(
        "UPDATE appeals SET decided_at = decided_at - interval '7 days' WHERE guild_id = $1", guild_id
    )
    await auditor.execute("ALTER TABLE appeals ENABLE TRIGGER answer_stays")
    await appeal(limit=2, cooldown_days=7)
    await decide(2, is_approved=False)
    with pytest.raises(AppealsUsedUp, match="2 times"):
        await appeal(limit=2)
    await appeal(limit=3)
    await decide(3)
    with pytest.raises((AppealGranted, NothingToAppeal)):
        await appeal(limit=9)


async def test_only_what_stands_against_oneself_is_appealed(
    database: DatabaseService, guild_id: int, open_case: OpenCase, appeal: Make, new_id: Callable[[], int]
) -> None:
    await open_case()
    await open_case(kind=CaseKind.NOTE)
    await open_case(kind=CaseKind.UNBAN)
    await open_case(kind=CaseKind.BAN, plan=plan_ban(until=None))
    for number, who in ((1, MIA), (2, ANN), (9, ANN)):
        with pytest.raises(NothingToAppeal):
            await appeal(number, appellant_id=who)
    with pytest.raises(NotAppealable):
        await appeal(3)
    await database.case_edits.void(guild_id=guild_id, number=1, editor_id=MIA, interaction_id=new_id())
    with pytest.raises(NothingToAppeal):
        await appeal(1)
    with pytest.raises(AppealTextNotAllowed):
        await appeal(4, appeal=" ")
    await appeal(4)
    with pytest.raises(CaseUnderWay):
        await database.appeals.decide(
            guild_id=guild_id,
            number=1,
            is_approved=True,
            reviewer_id=MIA,
            reviewer_name="mia",
            interaction_id=1,
        )


async def test_a_person_finds_what_is_their_own_in_all_servers(
    database: DatabaseService, guild_id: int, open_case: OpenCase, appeal: Make, new_id: Callable[[], int]
) -> None:
    who, other_guild = new_id(), new_id()
    await open_case(target_id=who, reason="first")
    await open_case(target_id=who, guild_id=other_guild, reason="second")
    await open_case(target_id=who, kind=CaseKind.NOTE)
    await open_case(target_id=ANN)
    own = await database.appeals.own_cases(target_id=who, first_guild_id=guild_id)
    assert [(case.guild_id, case.reason) for case in own] == [(guild_id, "first"), (other_guild, "second")]
    await appeal(1, appellant_id=who)
    assert [made.number for made in await database.appeals.own(appellant_id=who)] == [1]
    assert await database.appeals.own(appellant_id=new_id()) == []
