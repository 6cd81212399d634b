"""A fine and a freeze are a part of their case: taken with it, given back with it, never twice and never without it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from database import fining
from database.case_errors import CaseNotVoid, CaseVoidAlready
from database.clock import clock
from database.errors import ActionRefused
from database.ledger import Movement
from database.ledger_refusals import AccountFrozen, LedgerFrozen, OfACase, RestrictedNow
from database.models import (
    Act,
    Case,
    CaseKind,
    CaseState,
    FineState,
    plan_ban,
    plan_kick,
    plan_timeout,
    plan_unban,
)
from database.reversing import Spent
from database.service import DatabaseService

ANN, BEN, MAX, MIA = 5_001, 5_002, 601, 602
KICK, BAN, TIMEOUT = CaseKind.KICK, CaseKind.BAN, CaseKind.TIMEOUT
FREEZE_LEDGER = "INSERT INTO point_ledgers VALUES ($1, now(), 'a balance is wrong')"
THAW_LEDGER = "DELETE FROM point_ledgers WHERE guild_id = $1"


class Court:
    """Cases against ann in one guild, and what they do to her points."""

    def __init__(
        self, database: DatabaseService, ledger: Any, open_case: Any, new_id: Callable[[], int]
    ) -> None:
        self.database, self.ledger, self._open_case, self.new_id = database, ledger, open_case, new_id
        self.guild = {"guild_id": ledger.guild_id}

    async def open(self, kind: CaseKind = CaseKind.WARN, **more: Any) -> Case:
        case: Case = await self._open_case(
            kind=kind, target_id=ANN, moderator_id=MAX, asked_by_id=MAX, **more
        )
        return case

    async def acted(self, kind: CaseKind, plan: Any, **more: Any) -> tuple[Case, Act]:
        """A case with an act that this test has taken and marked as sent."""
        case = await self.open(kind, plan=plan, **more)
        (act,) = await self.database.acts.take(**self.guild, interaction_id=case.interaction_id)
        await self.database.acts.send(act)
        return case, act

    async def banned(self, **more: Any) -> Case:
        _, act = await self.acted(BAN, plan_ban(until=None), **more)
        case = await self.database.acts.done(act)
        assert case is not None
        return case

    async def void(self, case: Case) -> None:
        await self.database.case_edits.void(**self._edit(case))

    async def restore(self, case: Case) -> None:
        await self.database.case_edits.restore(**self._edit(case))

    def _edit(self, case: Case) -> dict[str, Any]:
        return {**self.guild, "number": case.number, "editor_id": MIA, "interaction_id": self.new_id()}

    async def fine(self, case: Case) -> tuple[FineState, int, int]:
        """Its state, what was asked and what was taken."""
        now = await self.database.cases.get(**self.guild, number=case.number)
        return now.fine_state, now.fine, now.fined

    async def funds(self) -> tuple[int, int]:
        found = await self.database.points.funds(**self.guild, user_id=ANN)
        return found.balance, found.held

    async def set(self, setting: str, value: Any) -> None:
        await self.database.guild_configs.change(
            **self.guild, setting=setting, value=value, changed_by_id=1, interaction_id=self.new_id()
        )

    async def staff(self, verb: str) -> None:
        await getattr(self.database.staff_points, verb)(
            **self.guild, member_id=ANN, reason="x", actor_id=MIA, interaction_id=self.new_id()
        )

    async def is_frozen(self) -> bool:
        try:
            await self.ledger.give(ANN, BEN, 1)
        except AccountFrozen:
            return True
        return False

    async def rows(self, what: str) -> Any:
        return await self.ledger.auditor.fetchval(what, self.ledger.guild_id)


@pytest.fixture
async def court(database: DatabaseService, ledger: Any, open_case: Any, new_id: Callable[[], int]) -> Any:
    await ledger.award(ANN, 100)
    yield Court(database, ledger, open_case, new_id)
    assert await ledger.mistakes() == []


async def test_a_warnings_fine_is_taken_with_it_given_back_with_it_and_taken_again(court: Court) -> None:
    case = await court.open(fine=30)
    assert (case.fine_state, case.fine, case.fined) == (FineState.TAKEN, 30, 30)
    assert await court.funds() == (70, 0)
    await court.void(case)
    assert (await court.fine(case), await court.funds()) == ((FineState.RETURNED, 30, 30), (100, 0))
    await court.ledger.give(ANN, BEN, 90)
    await court.restore(case)
    assert (await court.fine(case), await court.funds()) == ((FineState.TAKEN, 30, 10), (0, 0))
    await court.void(case)
    assert (await court.fine(case), await court.funds()) == ((FineState.RETURNED, 30, 10), (10, 0))


async def test_what_a_fine_does_is_in_the_ledger_under_its_case(court: Court) -> None:
    case = await court.open(fine=30)
    await court.void(case)
    rows = await court.ledger.auditor.fetch(
        "SELECT kind, source, actor_id, note, case_number FROM point_operations "
        "WHERE guild_id = $1 AND case_number IS NOT NULL ORDER BY operation_id",
        court.ledger.guild_id,
    )
    assert [tuple(row) for row in rows] == [
        ("fine", "case", MAX, "Case 1", 1),
        ("reverse", "case", MIA, "Case 1", 1),
    ]


@pytest.mark.parametrize("has", [0, 20])
async def test_of_who_has_less_what_is_there_is_taken_and_the_case_says_both(court: Court, has: int) -> None:
    await court.ledger.give(ANN, BEN, 100 - has)
    case = await court.open(fine=50)
    assert (await court.fine(case), await court.funds()) == ((FineState.TAKEN, 50, has), (0, 0))
    await court.void(case)
    assert await court.funds() == (has, 0)


async def test_a_fine_leaves_what_was_earned_and_goes_where_taxes_go(court: Court) -> None:
    await court.set("tax_to_treasury", True)
    case = await court.open(fine=30)
    treasury = "SELECT balance FROM point_accounts WHERE guild_id = $1 AND account_id = 2"
    earned = f"SELECT earned FROM point_accounts WHERE guild_id = $1 AND account_id = {ANN}"
    assert (await court.rows(treasury), await court.rows(earned)) == (30, 100)
    await court.void(case)
    assert (await court.rows(treasury), await court.rows(earned)) == (0, 100)


async def test_what_the_treasury_has_spent_comes_from_the_mint_and_counts_as_earned_by_nobody(
    court: Court,
) -> None:
    await court.set("tax_to_treasury", True)
    case = await court.open(fine=30)
    spent = {"debit_id": 2, "credit_id": BEN, "amount": 25, "note": None, "actor_id": MIA}
    held = await court.database.holds.hold(**court.guild, **spent, source="job", external_id=1)
    await court.database.holds.capture(
        **court.guild, hold_id=held.operation_id, actor_id=MIA, source="job", external_id=2
    )
    await court.void(case)
    assert await court.funds() == (100, 0)
    earned = f"SELECT earned FROM point_accounts WHERE guild_id = $1 AND account_id = {ANN}"
    assert await court.rows(earned) == 100
    refunds = "SELECT answer ->> 'amount' FROM point_operations WHERE guild_id = $1 AND kind = 'refund'"
    assert await court.rows(refunds) == "25"


async def test_a_failure_after_the_case_leaves_neither(court: Court, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(fining, "_becomes", broken)
    with pytest.raises(RuntimeError, match="planted"):
        await court.open(fine=30)
    assert await court.rows("SELECT count(*) FROM cases WHERE guild_id = $1") == 0
    assert await court.funds() == (100, 0)


async def test_a_second_delivery_takes_nothing_more(court: Court) -> None:
    key = court.new_id()
    cases = await asyncio.gather(*(court.open(fine=30, interaction_id=key) for _ in range(5)))
    assert {(case.number, case.fined) for case in cases} == {(1, 30)}
    assert await court.funds() == (70, 0)


async def test_an_acts_fine_is_held_until_it_is_done(court: Court) -> None:
    case, act = await court.acted(BAN, plan_ban(until=None), fine=30)
    assert (await court.fine(case), await court.funds()) == ((FineState.HELD, 30, 30), (100, 30))
    for _ in range(2):
        await court.database.acts.done(act)
    assert (await court.fine(case), await court.funds()) == ((FineState.TAKEN, 30, 30), (70, 0))
    await court.void(case)
    assert (await court.fine(case), await court.funds()) == ((FineState.RETURNED, 30, 30), (100, 0))


async def test_who_is_not_kicked_is_not_fined(court: Court) -> None:
    case, act = await court.acted(KICK, plan_kick(), fine=30, freezes_points=True)
    await court.database.acts.refused(act, reason="no", next_at=clock.now())
    assert (await court.fine(case), await court.funds()) == ((FineState.DROPPED, 30, 30), (100, 0))
    assert not await court.is_frozen()
    await court.void(case)
    await court.restore(case)
    assert (await court.fine(case))[0] is FineState.DROPPED
    assert await court.funds() == (99, 0)


async def test_where_nobody_can_tell_nothing_is_taken(court: Court) -> None:
    case, act = await court.acted(KICK, plan_kick(), fine=30)
    await court.database.acts.lost(act, reason="nobody can tell")
    assert (await court.fine(case), await court.funds()) == ((FineState.DROPPED, 30, 30), (100, 0))


async def test_of_two_who_void_at_once_one_gives_back(court: Court) -> None:
    case = await court.open(fine=30)
    outcomes = await asyncio.gather(*(court.void(case) for _ in range(8)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["CaseVoidAlready"] * 7 + ["NoneType"]
    assert any(isinstance(each, CaseVoidAlready) for each in outcomes)
    assert await court.funds() == (100, 0)
    outcomes = await asyncio.gather(*(court.restore(case) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(each, CaseNotVoid) for each in outcomes) == 7
    assert await court.funds() == (70, 0)


async def test_voids_restores_gifts_and_staff_at_once_add_up(court: Court) -> None:
    """Nobody waits for another in a circle: accounts are locked after cases, everywhere."""
    cases = [await court.open(fine=5, freezes_points=at % 2 == 0) for at in range(6)]
    acts = [verb(case) for case in cases for verb in (court.void, court.restore, court.void)]
    acts += [court.ledger.give(*pair, 1) for pair in ((ANN, BEN), (BEN, ANN)) for _ in range(10)]
    acts += [court.staff(verb) for verb in ("freeze", "unfreeze") for _ in range(5)]
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database() AND $1::bigint > 0"
    before = await court.rows(deadlocks)
    outcomes = await asyncio.gather(*acts, return_exceptions=True)
    assert [
        each for each in outcomes if each is not None and not isinstance(each, ActionRefused | Movement)
    ] == []
    assert await court.rows(deadlocks) == before
    for case in cases:
        now = await court.database.cases.get(**court.guild, number=case.number)
        assert now.fine_state is (FineState.RETURNED if now.state is CaseState.VOID else FineState.TAKEN)
    assert (
        await court.rows("SELECT count(*) FROM point_transfers WHERE guild_id = $1 AND phase = 'hold'") == 0
    )


async def test_an_appeal_that_voids_gives_back(court: Court) -> None:
    case = await court.open(fine=30, freezes_points=True)
    appeal = await court.database.appeals.make(
        **court.guild, interaction_id=court.new_id(), case_number=case.number, appellant_id=ANN, appeal="no", limit=3,
        cooldown_days=7,
    )  # fmt: skip
    await court.database.appeals.decide(
        **court.guild, number=appeal.number, is_approved=True, reviewer_id=MIA, reviewer_name="mia",
        interaction_id=court.new_id(), is_voided=True,
    )  # fmt: skip
    assert (await court.fine(case), await court.funds()) == ((FineState.RETURNED, 30, 30), (100, 0))
    assert not await court.is_frozen()


async def test_a_fine_is_not_reversed_beside_its_case(court: Court) -> None:
    case = await court.open(fine=30)
    with pytest.raises(OfACase, match="void the case"):
        await court.database.staff_points.reverse(
            **court.guild, operation_id=case.fine_operation_id or 0, policy=Spent.DEBT, reason="x", actor_id=MIA,
            interaction_id=court.new_id(),
        )  # fmt: skip


async def test_a_freeze_lasts_as_long_as_what_stands_of_its_cases(court: Court) -> None:
    first = await court.banned(freezes_points=True)
    warning = await court.open(freezes_points=True)
    assert await court.is_frozen()
    _, act = await court.acted(CaseKind.UNBAN, plan_unban())
    await court.database.acts.done(act)
    assert (await court.database.cases.get(**court.guild, number=first.number)).state is CaseState.ENDED
    assert await court.is_frozen(), "the warning freezes them, too"
    await court.void(warning)
    assert not await court.is_frozen()
    await court.restore(warning)
    assert await court.is_frozen()


async def test_the_staffs_word_about_an_account_counts_more_than_a_cases(court: Court) -> None:
    case = await court.open(freezes_points=True)
    await court.staff("freeze")
    await court.void(case)
    assert await court.is_frozen(), "the staff froze it, too"
    await court.staff("unfreeze")
    assert not await court.is_frozen()
    await court.restore(case)
    await court.staff("unfreeze")
    assert not await court.is_frozen()
    await court.void(case)
    assert not await court.is_frozen()


async def test_a_case_leaves_what_the_staff_froze_before(court: Court) -> None:
    await court.staff("freeze")
    case = await court.open(freezes_points=True, fine=10)
    await court.void(case)
    assert await court.is_frozen()


async def test_a_repeated_freeze_of_the_staff_does_not_take_over_a_later_cases(court: Court) -> None:
    wish = {**court.guild, "member_id": ANN, "reason": "x", "actor_id": MIA, "interaction_id": court.new_id()}
    await court.database.staff_points.freeze(**wish)
    await court.staff("unfreeze")
    case = await court.open(freezes_points=True)
    await court.database.staff_points.freeze(**wish)
    await court.void(case)
    assert not await court.is_frozen()


async def test_a_frozen_ledger_refuses_a_fine_and_lets_acts_be_settled(court: Court) -> None:
    case, act = await court.acted(BAN, plan_ban(until=None), fine=30)
    auditor, guild_id = court.ledger.auditor, court.ledger.guild_id
    await auditor.execute(FREEZE_LEDGER, guild_id)
    with pytest.raises(LedgerFrozen):
        await court.open(fine=1)
    settled = await court.database.acts.done(act)
    assert settled is not None
    assert (settled.state, settled.fine_state) == (CaseState.ACTIVE, FineState.HELD)
    assert await behind(court) == []
    await auditor.execute(THAW_LEDGER, guild_id)
    assert await behind(court) == [case.number]
    await asyncio.gather(*(court.database.fines.catch_up(**court.guild, number=1) for _ in range(3)))
    assert (await court.fine(case), await court.funds()) == ((FineState.TAKEN, 30, 30), (70, 0))
    assert await behind(court) == []


async def test_what_was_voided_while_it_was_still_held_is_taken_when_it_is_restored(court: Court) -> None:
    case, act = await court.acted(BAN, plan_ban(until=None), fine=30)
    auditor, guild_id = court.ledger.auditor, court.ledger.guild_id
    await auditor.execute(FREEZE_LEDGER, guild_id)
    await court.database.acts.done(act)
    await court.void(case)
    assert (await court.fine(case))[0] is FineState.HELD
    await auditor.execute(THAW_LEDGER, guild_id)
    await court.database.fines.catch_up(**court.guild, number=1)
    assert (await court.fine(case), await court.funds()) == ((FineState.DROPPED, 30, 30), (100, 0))
    await court.restore(case)
    assert (await court.fine(case), await court.funds()) == ((FineState.TAKEN, 30, 30), (70, 0))


async def test_a_freeze_whose_case_many_at_once_have_ended_is_lifted_later(court: Court) -> None:
    await court.open(freezes_points=True)
    auditor = court.ledger.auditor
    await auditor.execute("UPDATE cases SET state = 'ended' WHERE guild_id = $1", court.ledger.guild_id)
    assert await behind(court) == [1]
    await court.database.fines.catch_up(**court.guild, number=1)
    assert (await behind(court), await court.is_frozen()) == ([], False)


async def behind(court: Court) -> list[int]:
    found = await court.database.fines.behind(limit=1000)
    return [each.number for each in found if each.guild_id == court.ledger.guild_id]


async def test_nobody_gives_while_a_timeout_of_ours_stands_if_the_server_says_so(court: Court) -> None:
    until = clock.now() + timedelta(hours=1)
    await court.open(TIMEOUT, plan=plan_timeout(until=until), expires_at=until)
    await court.ledger.give(ANN, BEN, 1)
    await court.set("restricted_may_transfer", False)
    with pytest.raises(RestrictedNow):
        await court.ledger.give(ANN, BEN, 1)
    thanks = {"receiver_is_bot": False, "note": None}
    with pytest.raises(RestrictedNow):
        await court.database.earnings.thank(
            **court.guild, giver_id=ANN, receiver_id=BEN, **thanks, interaction_id=court.new_id()
        )
    await court.ledger.give(BEN, ANN, 1)
