"""The way of earnings into the database: batches, an outage, a bug, a full queue, a stop."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from cogs.points import _earning_queue
from cogs.points._earning_queue import EarningQueue
from cogs.points._remembered import LastTexts
from database.clock import clock
from database.errors import DatabaseUnavailable
from database.models.earning import Decision, Earner, Earning

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Database:
    """Takes a batch when the test lets it, and fails as it is told."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.failures: list[Exception] = []
        self.is_open = asyncio.Event()
        self.asked = asyncio.Event()
        self.is_open.set()

    async def earn(self, *, earnings: Sequence[Earning], **_: Any) -> list[Decision]:
        self.asked.set()
        await self.is_open.wait()
        if self.failures:
            raise self.failures.pop()
        self.batches.append([each.key for each in earnings])
        return [Decision(1)] * len(earnings)


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def queue(database: Database) -> EarningQueue:
    bot: Any = SimpleNamespace(database=SimpleNamespace(earnings=database))
    return EarningQueue(bot, Earner.MESSAGE)


def put(queue: EarningQueue, *keys: int, guild_id: int = 1) -> None:
    queue.put(guild_id, [Earning(key, 5, NOON) for key in keys])


async def test_what_comes_while_a_batch_is_written_is_the_next_batch(
    queue: EarningQueue, database: Database
) -> None:
    database.is_open.clear()
    put(queue, 1)
    await database.asked.wait()
    for key in (2, 3, 4):
        put(queue, key)
    put(queue, 9, guild_id=2)
    database.is_open.set()
    await queue.written()
    assert sorted(database.batches) == [[1], [2, 3, 4], [9]]
    put(queue, 5)
    await queue.written()
    assert database.batches[-1] == [5]


async def test_while_the_database_is_away_they_wait_in_their_order(
    queue: EarningQueue, database: Database
) -> None:
    before = clock.ahead
    database.failures = [DatabaseUnavailable(), DatabaseUnavailable()]
    put(queue, 1)
    for key in (2, 3):
        await database.asked.wait()
        database.asked.clear()
        put(queue, key)
        clock.move_to(clock.ahead + timedelta(seconds=_earning_queue.AGAIN_SECONDS))
    await queue.written()
    clock.move_to(before)
    assert [key for batch in database.batches for key in batch] == [1, 2, 3]
    assert (database.failures, queue.dropped) == ([], 0)


async def test_a_bug_in_one_batch_does_not_hold_up_the_next(queue: EarningQueue, database: Database) -> None:
    database.failures = [ZeroDivisionError()]
    put(queue, 1)
    await queue.written()
    put(queue, 2)
    await queue.written()
    assert database.batches == [[2]]


async def test_a_full_queue_drops_and_counts(
    queue: EarningQueue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_earning_queue, "MOST_WAITING", 3)
    database.is_open.clear()
    put(queue, 1, 2)
    put(queue, 3, 4, 5)
    database.is_open.set()
    await queue.written()
    assert database.batches == [[1, 2, 3]]
    assert queue.dropped == 2


async def test_a_stop_writes_what_waits(queue: EarningQueue, database: Database) -> None:
    put(queue, 1, 2)
    await queue.close()
    assert database.batches == [[1, 2]]


async def test_a_stop_without_a_database_ends_in_time_and_counts(
    queue: EarningQueue, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_earning_queue, "FLUSH_SECONDS", 0.01)
    database.is_open.clear()
    put(queue, 1, 2)
    await queue.close()
    assert queue.dropped == 2


def test_a_text_repeats_whatever_its_case_and_a_message_never_itself() -> None:
    texts = LastTexts()
    said = [(1, "Hello  you"), (1, "Hello  you"), (2, "hello YOU"), (3, "other"), (4, ""), (5, "other")]
    assert [texts.is_repeat(1, 2, *each) for each in said] == [False, False, True, False, False, True]
    assert not texts.is_repeat(1, 3, 6, "other")
