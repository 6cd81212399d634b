"""50 requests a second for one bot, however many processes it has; what carries no token never waits."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import clock
from bot.rest_budget import AWAY, MOST_PER_SECOND, OWN_PER_SECOND, OwnWindow, RestBudget, own_share
from database.controllers.processes import CHUNK, CHUNK_LENGTH, ProcessController
from database.errors import DatabaseUnavailable
from database.models import Shards
from database.service import DatabaseService
from sandbox.server import Sandbox

SECOND = timedelta(seconds=1)
HALVES = (Shards((0,), 2), Shards((1,), 2))


@pytest.fixture
async def services(
    database: DatabaseService, dsn: str
) -> AsyncIterator[tuple[DatabaseService, DatabaseService]]:
    """The databases of two processes."""
    other = DatabaseService(dsn)
    await other.open()
    yield database, other
    await other.close()


async def spent(budgets: Iterable[RestBudget], each: int) -> list[datetime]:
    """When the requests left that all of them made as fast as they could."""
    moments: list[datetime] = []

    async def request(budget: RestBudget) -> None:
        await budget.spend()
        moments.append(clock.now())

    await asyncio.gather(*(request(budget) for budget in budgets for _ in range(each)))
    return sorted(moments)


def busiest_second(moments: list[datetime]) -> int:
    return max(sum(begin <= moment < begin + SECOND for moment in moments) for begin in moments)


async def test_two_processes_together_stay_below_discords_limit(services: Any) -> None:
    budgets = [RestBudget(service.processes, half) for service, half in zip(services, HALVES, strict=True)]
    moments = await spent(budgets, 50)
    assert busiest_second(moments) <= MOST_PER_SECOND
    assert moments[-1] - moments[0] < timedelta(seconds=60), "and they are not much slower than they may be"


async def test_without_the_shared_row_they_would_not(services: Any) -> None:
    """The control: each keeps Discord's limit by itself."""
    moments = await spent([RestBudget(service.processes, None) for service in services], 50)
    assert busiest_second(moments) > MOST_PER_SECOND


async def test_one_process_keeps_the_limit_without_the_database(dsn: str) -> None:
    closed = DatabaseService(dsn)
    for shards in (None, Shards((0, 1), 2)):
        budget = RestBudget(closed.processes, shards)
        moments = await spent([budget], 60)
        assert busiest_second(moments) == MOST_PER_SECOND
        assert budget.spent == {"own": 60}


class Cut:
    """A process's way to the database, which may be lost."""

    def __init__(self, processes: ProcessController) -> None:
        self._processes = processes
        self.is_lost = False

    async def draw_requests(self) -> timedelta | None:
        if self.is_lost:
            raise DatabaseUnavailable
        return await self._processes.draw_requests()


async def test_whoever_loses_the_database_no_second_has_more(services: Any) -> None:
    """Two processes and their successors, all of them busy: first all are connected, then all but one, then none."""
    ways: list[Any] = [Cut(service.processes) for service in services for _ in range(2)]
    budgets = [RestBudget(way, half) for way, half in zip(ways, HALVES * 2, strict=True)]
    moments: list[datetime] = []

    async def keep_busy(budget: RestBudget) -> None:
        while True:
            await budget.spend()
            moments.append(clock.now())

    busy = [asyncio.create_task(keep_busy(budget)) for budget in budgets]
    for lost in (0, 1, 4):
        for way in ways[:lost]:
            way.is_lost = True
        await clock.sleep(1.4)
    for task in busy:
        task.cancel()
    assert busiest_second(moments) <= MOST_PER_SECOND
    assert busiest_second([moment for moment in moments if moment > moments[-1] - SECOND]) >= OWN_PER_SECOND


@given(st.integers(1, 200), st.data())
def test_shares_never_add_up_to_more_than_what_the_row_leaves(count: int, data: st.DataObject) -> None:
    cuts = data.draw(st.sets(st.integers(1, count - 1)) if count > 1 else st.just(set()))
    edges = [0, *sorted(cuts), count]
    split = [Shards(tuple(range(low, high)), count) for low, high in pairwise(edges)]
    assert sum(own_share(shards) for shards in split) <= (OWN_PER_SECOND if cuts else MOST_PER_SECOND)
    from_the_row = CHUNK * ((SECOND + CHUNK_LENGTH) // CHUNK_LENGTH + 1)
    assert from_the_row + 2 * OWN_PER_SECOND <= MOST_PER_SECOND, "also while every shard is served twice"


async def test_who_has_no_share_of_its_own_waits_for_the_database(services: Any) -> None:
    way: Any = Cut(services[0].processes)
    budget = RestBudget(way, Shards((3,), 100))
    way.is_lost = True
    waiting = asyncio.create_task(budget.spend())
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    assert not done
    way.is_lost = False
    clock.move_to(AWAY)
    try:
        await waiting
    finally:
        clock.move_to(timedelta())
    assert budget.spent == {"shared": 1}


async def test_a_window_forgets_what_a_clock_that_went_back_wrote() -> None:
    window = OwnWindow(1)
    clock.move_to(timedelta(days=400))
    try:
        assert not window.take()
    finally:
        clock.move_to(timedelta())
    assert not window.take()
    assert window.take() > timedelta(seconds=0.9)


@pytest.fixture
async def discord_at() -> AsyncIterator[str]:
    """Something that answers."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_what_carries_the_token_pays_and_nothing_else(
    database: DatabaseService, discord_at: str
) -> None:
    budget = RestBudget(database.processes, HALVES[0])
    async with aiohttp.ClientSession(trace_configs=[budget.trace()]) as session:
        for path in ("interactions/1/token/callback", "webhooks/1/token/messages/@original"):
            await session.post(f"{discord_at}/api/v10/{path}")
        assert budget.spent == {}
        await session.post(f"{discord_at}/api/v10/channels/1/messages", headers={"Authorization": "Bot x"})
        assert budget.spent.total() == 1


async def test_each_request_that_discord_py_repeats_pays_again(database: DatabaseService) -> None:
    budget = RestBudget(database.processes, None)
    client = discord.Client(intents=discord.Intents.none(), http_trace=budget.trace())
    async with Sandbox() as sandbox, aiohttp.ClientSession() as people, client:
        with sandbox.redirect(discord):
            await client.login(next(iter(sandbox.world.applications.values())).token)
            before = budget.spent["own"]
            fault = {"route": "GET /gateway/bot", "status": 502, "times": 1}
            await people.post(f"{sandbox.url}/sandbox/faults", json=fault)
            await client.http.get_bot_gateway()
            assert budget.spent["own"] - before == 2


async def test_what_a_person_waits_for_leaves_before_what_is_overdue(services: Any) -> None:
    budget, left = RestBudget(services[0].processes, None), []

    async def overdue() -> None:
        services[0].be_patient()
        await budget.spend()
        left.append("overdue")

    async def asked_for() -> None:
        await budget.spend()
        left.append("asked for")

    waiting = [asyncio.create_task(overdue()) for _ in range(MOST_PER_SECOND + 5)]
    while len(left) < MOST_PER_SECOND:  # noqa: ASYNC110  # the budget tells nobody
        await asyncio.sleep(0)
    await asyncio.create_task(asked_for())
    assert left.index("asked for") <= MOST_PER_SECOND + 1
    await asyncio.gather(*waiting)
