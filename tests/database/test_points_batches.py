"""Batches of the staff: carried out once, resumed where they stopped, moved back as one."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from database import batches
from database.batches import BatchUnderWay
from database.clock import clock
from database.controllers.batches import BatchController
from database.ledger_refusals import (
    AlreadyReversed,
    LedgerFrozen,
    NotReversible,
    PointsSpent,
    ReceiversOutOfRange,
)
from database.models import AuditFilter, Subject
from database.models.point_batch import BatchKind, PointBatch
from database.reversing import Spent

PEOPLE = range(5_001, 5_008)


class Staff:
    """Batches of three members a piece, in short words."""

    def __init__(self, ledger: Any, new_id: Callable[[], int]) -> None:
        self.ledger, self.new_id = ledger, new_id
        self.batches: BatchController = ledger.database.batches
        self.guild = {"guild_id": ledger.guild_id}

    async def open(self, kind: BatchKind, amounts: dict[int, int], **more: Any) -> PointBatch:
        key = more.pop("interaction_id", None) or self.new_id()
        about = {"reason": "the party", "actor_id": 7, **more}
        return await self.batches.open(
            **self.guild, interaction_id=key, change=kind, amounts=amounts, **about
        )

    async def back(self, batch: PointBatch, policy: Spent = Spent.REFUSE) -> PointBatch:
        about = {"reason": "no party", "actor_id": 7, "policy": policy, "of_batch_id": batch.batch_id}
        opened = await self.batches.open_reversal(**self.guild, interaction_id=self.new_id(), **about)
        return await self.finish(opened)

    async def finish(self, batch: PointBatch) -> PointBatch:
        while batch.finished_at is None:
            batch = await self.batches.carry_on(**self.guild, batch_id=batch.batch_id)
        return batch

    async def balances(self) -> list[int]:
        return [await self.ledger.balance(each) for each in PEOPLE]


@pytest.fixture
def staff(ledger: Any, new_id: Callable[[], int], monkeypatch: pytest.MonkeyPatch) -> Staff:
    monkeypatch.setattr(batches, "PIECE", 3)
    return Staff(ledger, new_id)


async def test_a_batch_is_carried_out_piece_by_piece(staff: Staff) -> None:
    batch = await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10))
    seen = []
    while batch.finished_at is None:
        batch = await staff.batches.carry_on(**staff.guild, batch_id=batch.batch_id)
        seen.append((batch.done, batch.moved))
    assert seen == [(3, 30), (6, 60), (7, 70)]
    assert await staff.balances() == [10] * 7
    assert len(await staff.batches.operations(**staff.guild, batch_id=batch.batch_id)) == 3
    assert await staff.ledger.mistakes() == []
    again = await staff.batches.carry_on(**staff.guild, batch_id=batch.batch_id)
    assert (again.done, await staff.balances()) == (7, [10] * 7)


async def test_two_clicks_are_one_batch_and_two_processes_do_each_piece_once(staff: Staff) -> None:
    key = staff.new_id()
    opened = await asyncio.gather(
        *(staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10), interaction_id=key) for _ in range(3))
    )
    await asyncio.gather(*map(staff.finish, opened))
    assert await staff.balances() == [10] * 7


async def test_a_batch_that_a_crash_cut_short_is_found_and_goes_on(staff: Staff) -> None:
    batch = await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10))
    await staff.batches.carry_on(**staff.guild, batch_id=batch.batch_id)
    found = [each for each in await staff.batches.unfinished() if each.guild_id == staff.ledger.guild_id]
    assert [each.batch_id for each in found] == [batch.batch_id]
    await staff.finish(batch)
    assert await staff.balances() == [10] * 7
    assert staff.ledger.guild_id not in {each.guild_id for each in await staff.batches.unfinished()}


async def test_whom_the_ledger_refuses_is_left_out_and_stops_nobody(staff: Staff) -> None:
    for each in PEOPLE[:5]:
        await staff.ledger.award(each, 10)
    done = await staff.finish(await staff.open(BatchKind.TAKE, dict.fromkeys(PEOPLE, 8)))
    assert (done.moved, done.left_out) == (40, 2)
    left = await staff.batches.left_out(**staff.guild, batch_id=done.batch_id)
    assert [(row.subject_id, row.refusal) for row in left] == [
        (each, "they_have_not_enough") for each in PEOPLE[5:]
    ]
    done = await staff.finish(await staff.open(BatchKind.SET, dict.fromkeys(PEOPLE, 2)))
    assert (done.moved, done.left_out) == (4, 5), "who had two has them still"
    assert await staff.balances() == [2] * 7
    assert await staff.ledger.mistakes() == []


async def test_a_batch_of_which_nobody_gets_anything_ends_without_an_operation(staff: Staff) -> None:
    done = await staff.finish(await staff.open(BatchKind.TAKE, dict.fromkeys(PEOPLE, 8)))
    assert (done.moved, done.left_out) == (0, 7)
    assert await staff.batches.operations(**staff.guild, batch_id=done.batch_id) == []


@pytest.mark.parametrize(
    ("policy", "moved", "left", "balances"),
    [
        (Spent.REFUSE, 40, 1, [10, 4, 10, 0, 0, 0, 0]),
        (Spent.TAKE_WHAT_IS_THERE, 64, 0, [0, 0, 0, 0, 0, 0, 0]),
        (Spent.DEBT, 70, 0, [0, -6, 0, 0, 0, 0, 0]),
    ],
)
async def test_a_batch_is_moved_back_as_one(
    staff: Staff, policy: Spent, moved: int, left: int, balances: list[int]
) -> None:
    batch = await staff.finish(await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10)))
    await staff.ledger.give(PEOPLE[1], 5_100, 6)
    done = await staff.back(batch, policy)
    assert (done.moved, done.left_out) == (moved, left)
    assert await staff.balances() == balances
    assert await staff.ledger.mistakes() == []
    again = await staff.back(batch, Spent.DEBT)
    assert again.moved == (30 if policy is Spent.REFUSE else 0), "what was moved back is not moved again"


async def test_a_batch_is_not_moved_back_while_more_of_it_comes(staff: Staff) -> None:
    batch = await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 5))
    await staff.batches.carry_on(**staff.guild, batch_id=batch.batch_id)
    [first] = await staff.batches.operations(**staff.guild, batch_id=batch.batch_id)
    with pytest.raises(BatchUnderWay):
        await staff.batches.would_move_back(**staff.guild, operation_id=first, policy=Spent.REFUSE)
    with pytest.raises(BatchUnderWay):
        await staff.back(batch)
    await staff.finish(batch)
    await staff.back(batch)
    assert await staff.balances() == [0] * 7


async def test_imported_points_come_from_imports_and_go_back_there(staff: Staff) -> None:
    amounts = {each: each - 5_000 for each in PEOPLE}
    differences = await staff.batches.differences(**staff.guild, amounts=amounts)
    assert [(each.user_id, each.has) for each in differences] == [(each, None) for each in PEOPLE]
    batch = await staff.finish(await staff.open(BatchKind.IMPORT, amounts, is_imported=True))
    assert await staff.balances() == list(amounts.values())
    async for row in staff.ledger.database.ledger_exports.stream(**staff.guild):
        if row.kind == "transfers":
            assert row.content["debit"] == 5
    assert (await staff.back(batch)).moved == sum(amounts.values())
    assert await staff.ledger.mistakes() == []


async def test_a_frozen_ledger_keeps_a_batch_waiting(staff: Staff) -> None:
    batch = await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10))
    freezing = "INSERT INTO point_ledgers VALUES ($1, now(), 'a test')"
    await staff.ledger.auditor.execute(freezing, staff.ledger.guild_id)
    with pytest.raises(LedgerFrozen):
        await staff.batches.carry_on(**staff.guild, batch_id=batch.batch_id)
    await staff.ledger.database.checks.thaw(
        **staff.guild, reason="r", actor_id=7, interaction_id=staff.new_id()
    )
    await staff.finish(batch)
    assert await staff.balances() == [10] * 7


async def test_a_batch_has_bounds(staff: Staff) -> None:
    with pytest.raises(ReceiversOutOfRange):
        await staff.open(BatchKind.AWARD, {})
    with pytest.raises(ReceiversOutOfRange):
        await staff.open(BatchKind.AWARD, dict.fromkeys(range(1_000, 1_000 + batches.MOST_ROWS + 1), 1))


async def test_what_would_move_back_is_told_and_nothing_moves(staff: Staff) -> None:
    award = await staff.ledger.award(PEOPLE[0], 10)
    gift = await staff.ledger.give(PEOPLE[0], PEOPLE[1], 4)
    about_award = {**staff.guild, "operation_id": award.operation_id}
    found = await staff.batches.would_move_back(**about_award, policy=Spent.TAKE_WHAT_IS_THERE)
    assert (found.result.total, found.result.short, found.batch) == (6, 4, None)
    found = await staff.batches.would_move_back(**about_award, policy=Spent.DEBT)
    assert (found.result.total, found.result.short) == (10, 4)
    with pytest.raises(PointsSpent, match=r"^4 of these points are spent already \(1 member\)"):
        await staff.batches.would_move_back(**about_award, policy=Spent.REFUSE)
    about = {**staff.guild, "reason": "r", "actor_id": 7, "interaction_id": staff.new_id()}
    back = await staff.ledger.database.staff_points.reverse(
        **about, operation_id=gift.operation_id, policy=Spent.REFUSE
    )
    with pytest.raises(AlreadyReversed):
        await staff.batches.would_move_back(
            **staff.guild, operation_id=gift.operation_id, policy=Spent.REFUSE
        )
    with pytest.raises(NotReversible):
        await staff.batches.would_move_back(
            **staff.guild, operation_id=back.operation_id, policy=Spent.REFUSE
        )


async def test_what_can_be_moved_back_is_listed_newest_first_and_a_batch_once(staff: Staff) -> None:
    await staff.ledger.database.guild_configs.change(
        **staff.guild,
        setting="transfer_tax_percent",
        value=10,
        changed_by_id=1,
        interaction_id=staff.new_id(),
    )
    award = await staff.ledger.award(PEOPLE[0], 1_000)
    gift = await staff.ledger.give(PEOPLE[0], PEOPLE[1], 100)
    await staff.ledger.earn(PEOPLE[0], clock.now())
    many = await staff.finish(await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10)))
    one = await staff.finish(await staff.open(BatchKind.TAKE, {PEOPLE[2]: 3, 5_100: 1}))
    about = {**staff.guild, "reason": "r", "actor_id": 7, "interaction_id": staff.new_id()}
    taken = await staff.ledger.database.staff_points.take(**about, member_id=PEOPLE[3], amount=2)

    recent = await staff.batches.recent(**staff.guild)

    last, *_ = await staff.batches.operations(**staff.guild, batch_id=many.batch_id)
    [only] = await staff.batches.operations(**staff.guild, batch_id=one.batch_id)
    assert [(each.operation_id, each.total, each.members, each.actor_id) for each in recent] == [
        (taken.operation_id, 2, 1, 7),
        (only, 3, 1, 7),
        (last, 70, 7, 7),
        (gift.operation_id, 100, 1, PEOPLE[0]),
        (award.operation_id, 1_000, 1, 7000),
    ]
    assert [each.member_id for each in recent if each.members == 1] == [PEOPLE[each] for each in (3, 2, 1, 0)]
    assert len(await staff.batches.recent(**staff.guild, limit=2)) == 2


async def test_a_debt_can_be_foretold_also_where_all_of_it_is_spent(staff: Staff) -> None:
    award = await staff.ledger.award(PEOPLE[0], 10)
    await staff.ledger.give(PEOPLE[0], PEOPLE[1], 10)
    about = {**staff.guild, "operation_id": award.operation_id}
    found = await staff.batches.would_move_back(**about, policy=Spent.DEBT)
    assert (found.result.total, found.result.short) == (10, 10)
    with pytest.raises(PointsSpent):
        await staff.batches.would_move_back(**about, policy=Spent.TAKE_WHAT_IS_THERE)


async def test_all_that_the_staff_does_is_in_the_audit_trail_and_nothing_that_members_do(
    staff: Staff,
) -> None:
    points = staff.ledger.database.staff_points
    award = await staff.ledger.award(PEOPLE[0], 10)
    await staff.ledger.give(PEOPLE[0], PEOPLE[1], 1)

    def by() -> dict[str, Any]:
        return {**staff.guild, "reason": "r", "actor_id": 7, "interaction_id": staff.new_id()}

    await points.take(**by(), member_id=PEOPLE[0], amount=1)
    await points.set(**by(), member_id=PEOPLE[0], member_is_bot=False, balance=5)
    await points.freeze(**by(), member_id=PEOPLE[0])
    await points.unfreeze(**by(), member_id=PEOPLE[0])
    await points.reverse(**by(), operation_id=award.operation_id, policy=Spent.TAKE_WHAT_IS_THERE)
    await staff.finish(await staff.open(BatchKind.IMPORT, {PEOPLE[2]: 3}, is_imported=True))
    entries = await staff.ledger.database.audit.page(
        **staff.guild, matching=AuditFilter(subject=Subject.POINTS), limit=50
    )
    assert [(each.field, each.target_id, each.before, each.after) for each in entries][::-1] == [
        ("balance", PEOPLE[0], 0, 10),
        ("balance", PEOPLE[0], 9, 8),
        ("balance", PEOPLE[0], 8, 5),
        ("frozen", PEOPLE[0], False, True),
        ("frozen", PEOPLE[0], True, False),
        ("balance", PEOPLE[0], 5, 0),
        ("balance", PEOPLE[2], 0, 3),
    ]


async def test_what_is_taken_out_is_of_one_moment(staff: Staff) -> None:
    """A gift between two statements of the stream would be in one of them and not in the other."""
    await staff.ledger.award(PEOPLE[0], 10)
    rows = []
    async for row in staff.ledger.database.ledger_exports.stream(**staff.guild):
        if not rows:
            await staff.ledger.give(PEOPLE[0], PEOPLE[1], 4)
        rows.append(row)
    assert [row.content["amount"] for row in rows if row.kind == "transfers"] == [10]
    assert {row.content["account"]: row.content["balance"] for row in rows if row.kind == "accounts"} == {
        1: 0,
        PEOPLE[0]: 10,
    }


async def test_a_look_at_what_is_new_is_as_fast_as_what_is_new(staff: Staff) -> None:
    """Not in time but in rows: only accounts that moved get a proof that is newer."""
    await staff.finish(await staff.open(BatchKind.AWARD, dict.fromkeys(PEOPLE, 10)))
    checks = staff.ledger.database.checks
    while (await checks.follow(**staff.guild, now=clock.now())).is_behind:
        pass
    newest = "SELECT account_id, xmin::text FROM point_proofs WHERE guild_id = $1"
    before = dict(await staff.ledger.auditor.fetch(newest, staff.ledger.guild_id))
    await staff.ledger.award(PEOPLE[3], 1)
    assert await checks.follow(**staff.guild, now=clock.now()) == ([], False)
    after = dict(await staff.ledger.auditor.fetch(newest, staff.ledger.guild_id))
    assert {each for each in after if after[each] != before.get(each)} == {PEOPLE[3]}
