"""50 requests a second for one bot, however many processes it has; what carries no token never waits."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.clock import clock
from bot.rest_budget import MOST_PER_SECOND, OwnWindow, RestBudget
from database.models import Shards
from database.service import DatabaseService
from database.settings import PoolSettings
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
    assert all(budget.spent["own"] == 0 for budget in budgets)
    assert moments[-1] - moments[0] < timedelta(seconds=20), "and they are not much slower than they may be"


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


async def test_without_the_database_each_lives_on_its_share(dsn: str) -> None:
    closed = DatabaseService(dsn, PoolSettings.model_construct())
    budgets = [RestBudget(closed.processes, half) for half in HALVES]
    moments = await spent(budgets, 30)
    assert busiest_second(moments) == MOST_PER_SECOND
    assert [budget.spent["own"] for budget in budgets] == [30, 30]


async def test_a_window_forgets_what_a_clock_that_went_back_wrote() -> None:
    window = OwnWindow(1)
    clock.move_to(timedelta(days=400))
    try:
        await window.spend()
    finally:
        clock.move_to(timedelta())
    async with asyncio.timeout(1):
        await window.spend()


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
        assert budget.spent == {"shared": 1}


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
