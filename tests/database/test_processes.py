"""What the processes of one bot share: turns to identify, the day's starts, requests, and shards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.clock import clock
from database.controllers.processes import CHUNK, CHUNK_LENGTH, FARTHEST_CHUNK, LEASE, LONGEST_LINE, Turn
from database.models import Shards
from database.service import DatabaseService
from database.session_starts import StartLimits, next_start
from sandbox.clock import ManualClock
from sandbox.gateway.pacing import Pacing, Starts

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FULL = StartLimits(total=1000, remaining=1000, resets_at=NOW + timedelta(days=1000))
A_LITTLE = timedelta(seconds=4)
"""More than the statements of a test take on a busy machine; less than lies between two turns."""


@pytest.fixture
async def other(database: DatabaseService, dsn: str) -> AsyncIterator[DatabaseService]:
    """Another process's."""
    service = DatabaseService(dsn)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
def moved_back() -> Iterator[None]:
    yield
    clock.move_to(timedelta())


async def turn(
    database: DatabaseService, slot: int = 0, slots: int = 1, limits: StartLimits = FULL, **different: Any
) -> Turn:
    return await database.processes.take_turn(
        slot=slot, slots=slots, limits=limits, **{"least_seconds": 5.0, **different}
    )


async def test_two_processes_take_turns_five_seconds_apart(
    database: DatabaseService, other: DatabaseService
) -> None:
    turns = await asyncio.gather(*(turn(service) for service in (database, other) for _ in range(4)))
    waits = sorted(each.wait for each in turns)
    for number, wait in enumerate(waits):
        assert timedelta(seconds=5 * number) - A_LITTLE < wait <= timedelta(seconds=5 * number)
    assert max(each.counted for each in turns) == 8


async def test_shards_of_different_slots_need_not_wait_for_each_other(database: DatabaseService) -> None:
    first = [await turn(database, slot=slot, slots=2) for slot in (0, 1)]
    assert [each.wait for each in first] == [timedelta(0)] * 2
    assert (await turn(database, slot=1, slots=2)).wait > timedelta(seconds=5) - A_LITTLE


async def test_nobody_is_put_in_line_for_longer_than_a_socket_lives(database: DatabaseService) -> None:
    turns = [await turn(database) for _ in range(14)]
    assert [each.is_taken for each in turns] == [True] * 10 + [False] * 4
    assert LONGEST_LINE < turns[-1].wait <= timedelta(seconds=50), "who was sent away left no gap"
    assert turns[-1].counted == 10


async def test_who_only_looks_takes_nothing(database: DatabaseService) -> None:
    looks = [await turn(database, only_look=True) for _ in range(3)]
    assert [(each.wait, each.is_taken, each.counted) for each in looks] == [(timedelta(0), False, 0)] * 3


async def test_a_clock_that_went_back_holds_up_nobody(database: DatabaseService, moved_back: None) -> None:
    """A sandbox was years ahead, and a new one is not."""
    clock.move_to(timedelta(days=400))
    await turn(database)
    await database.processes.draw_requests()
    clock.move_to(timedelta())
    assert (await turn(database)).wait == timedelta(0)
    wait = await database.processes.draw_requests()
    assert wait is not None
    assert wait <= CHUNK_LENGTH


async def test_a_new_day_counts_anew(database: DatabaseService, moved_back: None) -> None:
    for _ in range(3):
        last = await turn(database, least_seconds=0.0)
    assert last.counted == 3
    clock.move_to(timedelta(hours=24))
    assert (await turn(database)).counted == 1


async def test_a_crash_loop_never_uses_up_a_days_starts(database: DatabaseService, moved_back: None) -> None:
    """A process that dies as soon as it is ready, with Discord's own count as the judge, for three days."""
    discords = ManualClock(datetime.now(UTC))
    starts = Starts(discords, Pacing(total := 60))
    began = discords.now()
    while discords.now() - began < timedelta(days=3):
        told = starts.as_json(1)
        limits = StartLimits(
            told["total"], told["remaining"], discords.now() + timedelta(milliseconds=told["reset_after"])
        )
        mine = await turn(database, limits=limits)
        discords.advance(mine.wait.total_seconds())
        if mine.is_taken:
            starts.count(1, 0)
            assert starts.as_json(1)["remaining"] >= total * 0.05
        discords.advance(30)
        clock.move_to(discords.now() - datetime.now(UTC))


@given(
    st.integers(1, 4),
    st.lists(st.tuples(st.floats(0, 300), st.booleans()), min_size=1, max_size=8),
    st.integers(20, 100),
)
def test_whatever_the_restarts_a_days_starts_are_enough(
    slots: int, habit: list[tuple[float, bool]], total: int
) -> None:
    """Each slot starts as soon as it may after a crash; some ask Discord first, others know only what was counted."""
    now = began = NOW
    counted = 0
    told = StartLimits(total, total, began + timedelta(hours=24))
    last = [began - timedelta(days=1)] * slots
    for number, (lived, asks) in enumerate(islice(cycle(habit), 300)):
        if now - began >= timedelta(hours=24):
            began, counted = now, 0
        if asks:
            told = StartLimits(total, total - counted, began + timedelta(hours=24))
        slot = number % slots
        now = next_start(told, counted=counted, last=last[slot], now=now, slots=slots, least_seconds=5.0)
        if now - began >= timedelta(hours=24):
            began, counted = now, 0
        last[slot] = now
        counted += 1
        assert counted < total
        now += timedelta(seconds=lived)


def test_a_bot_with_starts_to_spare_is_not_held_up() -> None:
    for left in (501, 1000):
        limits = StartLimits(1000, left, NOW + timedelta(hours=3))
        at = next_start(limits, counted=1000 - left, last=NOW, now=NOW, slots=1, least_seconds=5.0)
        assert at == NOW + timedelta(seconds=5)


async def test_what_two_processes_draw_begins_so_far_apart_that_no_second_gets_more_than_30(
    database: DatabaseService, other: DatabaseService
) -> None:
    began = clock.now()
    waits = await asyncio.gather(
        *(service.processes.draw_requests() for service in (database, other) for _ in range(20))
    )
    over = clock.now() - began
    moments = sorted(wait for wait in waits if wait is not None)
    assert moments[-1] + over >= CHUNK_LENGTH * 39, "each has a moment of its own"
    assert CHUNK * ((timedelta(seconds=1) + CHUNK_LENGTH) // CHUNK_LENGTH + 1) <= 30


async def test_who_comes_when_the_line_is_full_is_sent_away_and_never_let_in_early(
    database: DatabaseService, auditor: Any
) -> None:
    await database.processes.draw_requests()
    await auditor.execute(
        "UPDATE rest_budget SET next_at = clock_timestamp() + $1", FARTHEST_CHUNK - CHUNK_LENGTH
    )
    waits = [await database.processes.draw_requests() for _ in range(6)]
    taken = [wait for wait in waits if wait is not None]
    assert None in waits
    assert taken == sorted(taken)
    assert all(FARTHEST_CHUNK / 2 < wait <= FARTHEST_CHUNK for wait in taken)


async def test_a_lease_is_seen_by_all_until_it_ends(
    database: DatabaseService, other: DatabaseService, moved_back: None
) -> None:
    await database.processes.renew_leases(holder="a/1", shards=Shards((0, 1), 4))
    clock.move_to(LEASE / 2)
    live = await other.processes.renew_leases(holder="b/1", shards=Shards((1, 2), 4))
    assert [(lease.shard_id, lease.holder) for lease in live] == [
        (0, "a/1"),
        (1, "a/1"),
        (1, "b/1"),
        (2, "b/1"),
    ]
    clock.move_to(LEASE)
    assert {lease.holder for lease in await database.processes.leases()} == {"b/1"}


async def test_who_renews_keeps_its_lease_and_who_stops_in_order_has_none(
    database: DatabaseService, moved_back: None
) -> None:
    for number in range(4):
        clock.move_to(number * LEASE / 3)
        await database.processes.renew_leases(holder="a/1", shards=Shards((0,), 2))
    [lease] = await database.processes.leases()
    assert lease.leased_until - lease.taken_at >= 2 * LEASE, "taken with the first"
    await database.processes.release_leases(holder="a/1")
    assert await database.processes.leases() == []


async def test_what_ended_is_forgotten(database: DatabaseService, auditor: Any, moved_back: None) -> None:
    await database.processes.renew_leases(holder="a/1", shards=Shards((0,), 2))
    clock.move_to(LEASE)
    await database.processes.renew_leases(holder="b/1", shards=Shards((0,), 2))
    assert await auditor.fetchval("SELECT array_agg(holder) FROM shard_leases") == ["b/1"]
