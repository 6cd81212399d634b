"""Tasks cancelled at any step: nothing acknowledged is lost, and every connection comes back clean."""

import asyncio
from typing import Any

import pytest

from database.pool import Pool
from database.transaction import Scope
from soak.cancellation_storm import CancellationStorm
from soak.cancelling import CancelledAt
from soak.scenario import Ground


async def test_cancelled_tasks_lose_nothing_and_leave_nothing_behind(ground: Ground) -> None:
    outcome = await CancellationStorm(tasks=300).run(ground)
    assert outcome.broken == []
    assert outcome.reached["cancelled"] > 100
    assert outcome.reached["done though cancelled"] > 0


async def test_a_service_that_forgets_to_roll_back_is_found_out(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two walls stand behind each other: the rollback, and the pool that throws open transactions away."""

    async def only_give_back(scope: Any) -> None:
        await scope._pool.release(scope._connection)

    monkeypatch.setattr(Scope, "_abandon", only_give_back)
    monkeypatch.setattr(Pool, "_is_good", lambda *_: True)
    outcome = await CancellationStorm(tasks=120, at_once=16, settle_seconds=0.5).run(ground)
    assert outcome.broken != []


@pytest.mark.parametrize("late", [False, True])
async def test_a_task_is_cancelled_at_the_step_that_was_chosen(late: bool) -> None:
    reached = []

    async def act() -> None:
        for step in range(1, 4):
            await asyncio.get_running_loop().run_in_executor(None, reached.append, step)

    with pytest.raises(asyncio.CancelledError):
        await CancelledAt(2, act(), late=late)
    assert reached == [1, 2] if late else reached[0] == 1
    measured = CancelledAt(0, act())
    await measured
    assert measured.waits == 3
