"""Reeve on several shards of one process: all of them count, and what is wrong with one is said by its number."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot import session_turns
from bot.client import Reeve
from bot.health import health_endpoint
from bot.running import reachable_discord
from bot.settings import Settings
from bot.shard_leases import ShardLeases, clashes, in_words
from bot.shards import connections
from database.clock import clock
from database.controllers.processes import LEASE
from database.models import ShardLease, Shards
from database.service import DatabaseService
from sandbox.server import Sandbox

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
async def reeve(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Reeve, Sandbox]]:
    """Two of three shards, on a Discord that does not ask for a pause between them."""
    monkeypatch.setattr(session_turns, "BETWEEN_STARTS_SECONDS", 0.0)
    async with Sandbox(rate_limits=False) as sandbox:
        with sandbox.redirect(discord):
            given = {"REEVE_DISCORD_API_URL": sandbox.url, "REEVE_HTTP_PORT": 0, "REEVE_SHARDS": "0,2/3"}
            async with (
                reachable_discord(Settings.model_validate(given)) as (settings, _),
                Reeve(settings=settings, database=database) as bot,
            ):
                started = asyncio.create_task(bot.start(settings.token or ""))
                await bot.wait_until_ready()
                yield bot, sandbox
                await bot.close()
                await started


async def ready(bot: Reeve, dsn: str) -> tuple[int, dict[str, Any], str]:
    async with health_endpoint(bot, dsn) as address, aiohttp.ClientSession() as session:
        async with session.get(f"{address}/metrics") as answer:
            metrics = await answer.text()
        async with session.get(f"{address}/readyz") as answer:
            return answer.status, (await answer.json())["gateway"], metrics


async def test_readiness_and_metrics_know_each_shard(reeve: tuple[Reeve, Sandbox], dsn: str) -> None:
    bot, sandbox = reeve
    assert {guild.id for guild in bot.guilds} == {
        guild_id for guild_id in sandbox.world.guilds if (guild_id >> 22) % 3 in (0, 2)
    }
    status, gateway, metrics = await ready(bot, dsn)
    assert (status, gateway["ok"], gateway["shards"]) == (200, True, "0,2/3")
    assert gateway["last_heartbeat_ack_age_s"] < 60
    assert 'reeve_shard_connected{of="3",shard="0"} 1.0' in metrics
    assert 'reeve_shard_connected{of="3",shard="2"} 1.0' in metrics
    assert "reeve_session_starts_left 998.0" in metrics
    assert 'reeve_discord_requests_total{budget="own"}' in metrics

    await bot.shards[2].disconnect()
    status, gateway, metrics = await ready(bot, dsn)
    assert (status, gateway["reason"]) == (503, "shard 2 lost its connection, which is being made again")
    assert 'reeve_shard_connected{of="3",shard="2"} 0.0' in metrics
    await bot.shards[2].connect()
    assert [shard.trouble for shard in connections(bot)] == [None, None]


async def test_the_oldest_heartbeat_counts(reeve: tuple[Reeve, Sandbox], dsn: str) -> None:
    bot, _ = reeve
    silent = SimpleNamespace(_last_ack=time.perf_counter() - 100, latency=0.1, ack=int, tick=int)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bot.shards[2]._parent.ws, "_keep_alive", silent)
        status, gateway, _ = await ready(bot, dsn)
    assert (status, gateway["reason"]) == (503, "shard 2 has had no acknowledged heartbeat lately")


async def test_a_shard_that_was_not_connected_yet_is_named(reeve: tuple[Reeve, Sandbox], dsn: str) -> None:
    bot, _ = reeve
    bot.own_shards = Shards((0, 1, 2), 3)
    _, gateway, _ = await ready(bot, dsn)
    assert gateway["reason"] == "shard 1 has not been connected yet"


async def test_without_the_database_a_lost_session_begins_again_all_the_same(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(session_turns.clock, "sleep", sleep)
    turns = session_turns.SessionTurns(DatabaseService(dsn).processes, is_alone=True)  # not open
    await turns.come_near(0, initial=False)
    await turns.wait(0, initial=False)
    assert waited == [session_turns.BETWEEN_STARTS_SECONDS]


async def test_who_would_wait_too_long_on_an_open_socket_is_sent_away(database: DatabaseService) -> None:
    turns = session_turns.SessionTurns(database.processes, is_alone=False)
    turns.learn({"total": 1000, "remaining": 10, "reset_after": 3_600_000, "max_concurrency": 1})
    with pytest.raises(session_turns.TurnIsFarAway, match="the turn of shard 3 comes in 3600 s"):
        await turns.wait(3, initial=False)


def lease(shard_id: int, holder: str, count: int = 4) -> ShardLease:
    return ShardLease(shard_count=count, shard_id=shard_id, holder=holder, taken_at=NOW, leased_until=NOW)


def test_who_serves_our_shards_too_is_named() -> None:
    live = [lease(0, "us"), lease(1, "us"), lease(1, "web-2/7"), lease(2, "web-2/7"), lease(0, "old/1", 2)]
    assert clashes(live, "us", Shards((0, 1), 4)) == {
        "shard 1 of 4 is served by web-2/7 too",
        "old/1 counts 2 shards, and this process 4",
    }
    assert clashes([*live[:2], lease(3, "web-2/7")], "us", Shards((0, 1), 4)) == set()


async def test_a_machine_whose_clock_is_ahead_ends_no_other_lease(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = ShardLeases(database.processes), ShardLeases(database.processes)
    assert ours.holder != theirs.holder, "as of two containers with one hostname"
    await ours.take(Shards((0,), 4))
    monkeypatch.setattr(type(clock), "now", lambda _: datetime.now(UTC) + timedelta(minutes=1))
    await theirs.take(Shards((1,), 4))
    held = {lease.holder: lease for lease in await database.processes.leases()}
    assert set(held) == {ours.holder, theirs.holder}
    assert held[theirs.holder].leased_until < datetime.now(UTC) + LEASE
    for leases in (ours, theirs):
        await leases.give_up()


def test_the_status_says_which_process_has_which_shards() -> None:
    live = [lease(0, "a/1"), lease(1, "a/1"), lease(2, "b/1"), lease(3, "a/1")]
    assert in_words(live) == ["0-1,3/4 at a/1", "2/4 at b/1"]
