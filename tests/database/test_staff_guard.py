"""The guard on staff: dangerous acts counted on one row, a pause that stays, and its word to the owner said once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from database.clock import clock
from database.errors import StaffPaused
from database.models import Case, CaseKind, Deed, Delivery, OutboxRow, plan_kick
from database.service import DatabaseService

MAX, MIA, OLGA = 601, 602, 603
MOST = 10
Act = Callable[..., Awaitable[Case]]


@pytest.fixture
def kick(open_case: Act, new_id: Callable[[], int]) -> Act:
    """One dangerous act of Max's, on somebody else each time."""

    async def kicked(moderator_id: int = MAX, **more: Any) -> Case:
        usual = {"kind": CaseKind.KICK, "target_id": new_id(), "plan": plan_kick(), "most_acts": MOST}
        return await open_case(moderator_id=moderator_id, **{**usual, **more})

    return kicked


async def alerts(database: DatabaseService, guild_id: int) -> list[OutboxRow]:
    rows = await database.outbox.pending(guild_id=guild_id)
    return [row for row in rows if row.kind in {Delivery.GUARD_POST, Delivery.GUARD_OWNER}]


async def resume(database: DatabaseService, guild_id: int, interaction_id: int) -> bool:
    return await database.staff_guards.resume(
        guild_id=guild_id, moderator_id=MAX, changed_by_id=OLGA, interaction_id=interaction_id, why="talked"
    )


async def test_of_thirty_kicks_at_once_ten_pass_and_the_owner_is_told_once(
    database: DatabaseService, guild_id: int, kick: Act, auditor: Any
) -> None:
    done = await asyncio.gather(*(kick() for _ in range(30)), return_exceptions=True)
    assert sum(isinstance(each, Case) for each in done) == MOST
    assert sum(isinstance(each, StaffPaused) for each in done) == 30 - MOST
    assert sorted(each.number for each in done if isinstance(each, Case)) == list(range(1, MOST + 1))
    assert await auditor.fetchval("SELECT count(*) FROM cases WHERE guild_id = $1", guild_id) == MOST
    assert [(row.kind, row.subject_id, row.generation) for row in await alerts(database, guild_id)] == [
        (Delivery.GUARD_POST, MAX, 1), (Delivery.GUARD_OWNER, MAX, 1),
    ]  # fmt: skip


async def test_who_is_paused_stays_so_until_an_admin_ends_it(
    database: DatabaseService, guild_id: int, kick: Act, new_id: Callable[[], int], auditor: Any
) -> None:
    for _ in range(MOST):
        await kick()
    with pytest.raises(StaffPaused, match="allows 10 kicks and bans"):
        await kick()
    await auditor.execute(
        "UPDATE staff_guards SET window_started_at = window_started_at - interval '1 day' WHERE guild_id = $1",
        guild_id,
    )
    with pytest.raises(StaffPaused):
        await kick()
    assert [row.moderator_id for row in await database.staff_guards.paused(guild_id=guild_id)] == [MAX]
    await kick(MIA)

    assert await resume(database, guild_id, new_id())
    assert not await resume(database, guild_id, new_id()), "there is nothing to end any more"
    assert await database.staff_guards.paused(guild_id=guild_id) == []
    for _ in range(MOST):
        await kick()
    row = await auditor.fetchrow("SELECT * FROM guild_config_changes WHERE guild_id = $1", guild_id)
    assert (row["setting"], row["changed_by_id"], row["why"]) == (f"guard:{MAX}", OLGA, "talked")
    assert "paused since" in row["before"]


async def test_acts_of_an_hour_ago_count_no_more(
    database: DatabaseService, guild_id: int, kick: Act, auditor: Any
) -> None:
    for _ in range(MOST):
        await kick()
    await auditor.execute(
        "UPDATE staff_guards SET window_started_at = $2 WHERE guild_id = $1",
        guild_id, clock.now() - timedelta(minutes=61),
    )  # fmt: skip
    await kick()
    row = await database.staff_guards.get(guild_id=guild_id, moderator_id=MAX)
    assert row is not None
    assert row.acts == 1


async def test_a_second_delivery_of_an_act_counts_once_also_at_the_limit(
    database: DatabaseService, guild_id: int, kick: Act, new_id: Callable[[], int]
) -> None:
    for _ in range(MOST - 1):
        await kick()
    same = new_id()
    both = await asyncio.gather(kick(interaction_id=same), kick(interaction_id=same))
    assert both[0].number == both[1].number
    row = await database.staff_guards.get(guild_id=guild_id, moderator_id=MAX)
    assert row is not None
    assert (row.acts, row.paused_at) == (MOST, None)
    with pytest.raises(StaffPaused):
        await kick()
    assert (await kick(interaction_id=same)).number == both[0].number, (
        "what was done is told, also to who is paused"
    )


async def test_what_was_not_opened_was_not_counted(
    database: DatabaseService, guild_id: int, kick: Act
) -> None:
    await kick()
    with pytest.raises(Exception, match="reason"):
        await kick(reason="  ")
    row = await database.staff_guards.get(guild_id=guild_id, moderator_id=MAX)
    assert row is not None
    assert row.acts == 1


async def test_what_is_done_by_hand_counts_and_pauses_but_stays_done(
    database: DatabaseService, guild_id: int, kick: Act, new_id: Callable[[], int]
) -> None:
    for _ in range(MOST - 1):
        await kick()
    deeds = [Deed(new_id(), CaseKind.KICK, new_id(), "ben", MAX, "max", at=clock.now()) for _ in range(2)]
    for deed in (*deeds, *deeds):
        await database.by_hand.note(guild_id=guild_id, deed=deed, most_acts=MOST)
    row = await database.staff_guards.get(guild_id=guild_id, moderator_id=MAX)
    assert row is not None
    assert row.acts == MOST + 1
    assert row.paused_at is not None
    assert (await database.cases.get(guild_id=guild_id, number=MOST + 1)).target_id == deeds[1].target_id
    with pytest.raises(StaffPaused):
        await kick()
    assert len(await alerts(database, guild_id)) == 2


async def test_the_guard_takes_one_statement_and_only_of_dangerous_acts(
    database: DatabaseService, kick: Act
) -> None:
    figures, took = database.figures.of("cases.open"), []
    for more in ({"most_acts": None}, {}, {}):
        before = figures.statements
        await kick(**more)
        took.append(figures.statements - before)
    assert took[1:] == [took[0] + 1] * 2
