"""Reeve's one clock: real time, and ahead of it by what it was moved."""

import asyncio
from datetime import UTC, datetime, timedelta

from database.clock import Clock

A_MONTH = timedelta(days=30)


def test_a_moved_clock_is_ahead_of_real_time():
    clock = Clock()
    clock.move_to(A_MONTH)
    assert (
        timedelta() <= clock.now() - datetime.now(UTC) - A_MONTH + timedelta(seconds=1) < timedelta(seconds=2)
    )


async def test_a_month_of_sleep_ends_when_a_month_is_skipped():
    clock = Clock()
    sleeping = asyncio.create_task(clock.sleep(A_MONTH.total_seconds()))
    await asyncio.sleep(0)
    clock.move_to(A_MONTH / 2)
    await asyncio.sleep(0)
    assert not sleeping.done()
    clock.move_to(A_MONTH)
    await asyncio.wait_for(sleeping, 30)


async def test_a_wait_ends_with_the_event_or_with_the_time():
    clock, event = Clock(), asyncio.Event()
    waiting = asyncio.create_task(clock.wait(event, A_MONTH.total_seconds()))
    await asyncio.sleep(0)
    assert not waiting.done()
    event.set()
    await asyncio.wait_for(waiting, 30)
    event.clear()
    waiting = asyncio.create_task(clock.wait(event, A_MONTH.total_seconds()))
    await asyncio.sleep(0)
    clock.move_to(A_MONTH)
    await asyncio.wait_for(waiting, 30)
    assert not event.is_set()
