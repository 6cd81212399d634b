"""The outbox: what Discord should show, claimed by leases, never lost, never delivered behind a newer wish."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.controllers.outbox import LEASE
from database.models import Delivery, DirectMessage, OutboxRow
from database.service import DatabaseService

NOW = datetime.now(UTC) + timedelta(
    days=1
)  # after everything that these tests ask for, however late they run
LATER = NOW + LEASE
NewId = Callable[[], int]


async def the_row(database: DatabaseService, guild_id: int) -> OutboxRow:
    [row] = await database.outbox.pending(guild_id=guild_id)
    return row


async def ask_again(database: DatabaseService, guild_id: int, new_id: NewId) -> None:
    await database.cases.edit_reason(
        guild_id=guild_id, number=1, reason="new", editor_id=1, interaction_id=new_id()
    )


async def test_a_case_asks_for_its_log_post_and_its_direct_message(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    await open_case(tell_target=True)
    asked = [(row.kind, row.subject_id) for row in await database.outbox.pending(guild_id=guild_id)]
    assert sorted(asked) == [
        (Delivery.CASE_DIRECT_MESSAGE, 2),
        (Delivery.CASE_LOG, 1),
        (Delivery.CASE_LOG, 2),
    ]


async def test_a_repeated_interaction_asks_for_nothing(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    once = new_id()
    for _ in range(2):
        await open_case(interaction_id=once)
    assert (await the_row(database, guild_id)).generation == 1


async def test_several_changes_are_one_message(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case()
    await ask_again(database, guild_id, new_id)
    await database.cases.told(guild_id=guild_id, number=1, outcome=DirectMessage.SENT)
    assert (await the_row(database, guild_id)).generation == 3


async def test_what_was_delivered_is_forgotten(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    assert (row.attempts, row.leased_until) == (1, LATER)
    await database.outbox.delivered(row)
    assert await database.outbox.pending(guild_id=guild_id) == []


async def test_nothing_is_claimed_before_it_is_due(database: DatabaseService, open_case: Any) -> None:
    await open_case()
    assert await database.outbox.claim(now=NOW - timedelta(days=2)) == []


async def test_what_is_claimed_belongs_to_one_until_the_lease_ends(
    database: DatabaseService, open_case: Any
) -> None:
    await open_case()
    [first] = await database.outbox.claim(now=NOW)
    assert await database.outbox.claim(now=LATER - timedelta(microseconds=1)) == []
    [second] = await database.outbox.claim(now=LATER)
    assert (second.outbox_id, second.attempts) == (first.outbox_id, 2)


async def test_a_claimer_that_was_taken_for_dead_changes_nothing(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    [late] = await database.outbox.claim(now=NOW)
    [current] = await database.outbox.claim(now=LATER)
    await database.outbox.delivered(late)
    await database.outbox.try_later(late, next_at=NOW, error="late")
    row = await the_row(database, guild_id)
    assert (row.leased_until, row.last_error) == (LATER + LEASE, None)
    await database.outbox.delivered(current)
    assert await database.outbox.pending(guild_id=guild_id) == []


async def test_what_was_asked_again_in_flight_is_delivered_again(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await ask_again(database, guild_id, new_id)
    assert await database.outbox.claim(now=NOW) == []
    await database.outbox.delivered(row)
    [again] = await database.outbox.claim(now=NOW)
    assert (again.outbox_id, again.generation, again.attempts) == (row.outbox_id, 2, 1)
    await database.outbox.delivered(again)
    assert await database.outbox.pending(guild_id=guild_id) == []


async def test_a_failure_is_tried_later_and_says_why(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await database.outbox.try_later(row, next_at=LATER, error="x" * 600 + "\x00")
    waiting = await the_row(database, guild_id)
    assert (waiting.due_at, waiting.leased_until, waiting.last_error) == (LATER, None, "x" * 500)
    assert await database.outbox.claim(now=LATER - timedelta(microseconds=1)) == []
    [again] = await database.outbox.claim(now=LATER)
    assert again.attempts == 2


async def test_an_error_with_a_nul_can_be_kept(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await database.outbox.try_later(row, next_at=LATER, error="a\x00b")
    assert (await the_row(database, guild_id)).last_error == "ab"


async def test_a_failure_that_was_asked_again_is_fresh(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await database.outbox.try_later(row, next_at=NOW + timedelta(days=1), error="closed")
    await ask_again(database, guild_id, new_id)
    [again] = await database.outbox.claim(now=NOW)
    assert (again.attempts, again.last_error) == (1, None)


async def test_a_change_in_flight_is_not_delayed_by_the_failure_of_the_old_one(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await ask_again(database, guild_id, new_id)
    await database.outbox.try_later(row, next_at=NOW + timedelta(days=1), error="closed")
    [again] = await database.outbox.claim(now=NOW)
    assert again.generation == 2


async def test_what_stood_in_the_way_is_gone_so_all_is_due(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId
) -> None:
    await open_case()
    await open_case(guild_id=new_id())
    for row in await database.outbox.claim(now=NOW):
        await database.outbox.try_later(row, next_at=NOW + timedelta(days=1), error="no channel")
    await database.outbox.hurry(guild_id=guild_id, now=NOW)
    assert [row.guild_id for row in await database.outbox.claim(now=NOW)] == [guild_id]


async def test_the_oldest_is_claimed_first(database: DatabaseService, open_case: Any) -> None:
    for _ in range(5):
        await open_case()
    claimed = [await database.outbox.claim(now=NOW, limit=2) for _ in range(4)]
    assert [[row.subject_id for row in rows] for rows in claimed] == [[1, 2], [3, 4], [5], []]


async def test_claimers_at_once_share_the_work(database: DatabaseService, open_case: Any) -> None:
    await asyncio.gather(*(open_case() for _ in range(40)))
    claimed = await asyncio.gather(*(database.outbox.claim(now=NOW, limit=10) for _ in range(8)))
    numbers = [row.subject_id for rows in claimed for row in rows]
    assert sorted(numbers) == list(range(1, 41))


async def test_a_claimer_does_not_wait_for_another_ones_transaction(
    database: DatabaseService, open_case: Any, auditor: Any
) -> None:
    for _ in range(2):
        await open_case()
    async with auditor.transaction():
        await auditor.execute("SELECT FROM outbox WHERE subject_id = 1 FOR UPDATE")
        assert [row.subject_id for row in await database.outbox.claim(now=NOW)] == [2]


@pytest.mark.parametrize("seed", range(3))
async def test_everything_asked_is_delivered_in_the_end(
    database: DatabaseService, open_case: Any, guild_id: int, new_id: NewId, seed: int
) -> None:
    """Workers that deliver, fail and die, while edits go on: the last wish of each case is what was shown last."""
    for _ in range(6):
        await open_case()
    shown: dict[int, str] = {}
    clock = [NOW]

    async def editor(number: int) -> None:
        for step in range(5):
            await database.cases.edit_reason(
                guild_id=guild_id, number=number, reason=str(step), editor_id=1, interaction_id=new_id()
            )

    async def worker(habit: int) -> None:
        for turn in range(12):
            clock[0] += timedelta(seconds=1)
            for row in await database.outbox.claim(now=clock[0], limit=2):
                case = await database.cases.get(guild_id=guild_id, number=row.subject_id)
                shown[case.number] = case.reason
                match (turn * 7 + habit + seed) % 4:
                    case 0:
                        continue
                    case 1:
                        await database.outbox.try_later(row, next_at=clock[0], error="502")
                    case _:
                        await database.outbox.delivered(row)

    await asyncio.gather(*map(editor, range(1, 7)), *map(worker, range(3)))
    for _ in range(3):  # each round delivers all that waits
        waiting = await database.outbox.pending(guild_id=guild_id)
        clock[0] += LEASE * 2
        for row in await database.outbox.claim(now=clock[0], limit=len(waiting) + 1):
            case = await database.cases.get(guild_id=guild_id, number=row.subject_id)
            shown[case.number] = case.reason
            await database.outbox.delivered(row)
    assert await database.outbox.pending(guild_id=guild_id) == []
    assert shown == dict.fromkeys(range(1, 7), "4")


async def test_who_hurries_is_not_held_up_by_a_failure_that_was_in_flight(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    """The log channel is set in the moment in which the worker finds that there is none."""
    await open_case()
    [row] = await database.outbox.claim(now=NOW)
    await database.outbox.hurry(guild_id=guild_id, now=NOW - timedelta(seconds=1))
    await database.outbox.try_later(row, next_at=NOW + timedelta(days=1), error="no channel")
    assert len(await database.outbox.claim(now=NOW)) == 1
