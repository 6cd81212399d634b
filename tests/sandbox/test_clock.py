"""Time moves on by order, and ids, time-outs and sleepers move with it."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from sandbox.clock import SystemClock, moment_of
from sandbox.control import timekeeping
from sandbox.control.timekeeping import Timekeeping

DAY = 86_400


@pytest.fixture
def control(sandbox, http):
    async def call(method, path, body=None):
        async with http.request(method, f"{sandbox.url}/sandbox{path}", json=body) as response:
            return response.status, await response.json()

    return call


async def test_ids_and_times_come_from_the_moved_clock(sandbox, bot, control, until):
    status, reading = await control("POST", "/clock", {"seconds": 90 * DAY})
    assert status == 200
    assert 90 * DAY - 1 < reading["ahead_seconds"] < 90 * DAY + 1
    sent = await bot.channel().send("from the future")
    soon = datetime.now(UTC) + timedelta(days=90)
    assert abs(moment_of(sent.id) - soon) < timedelta(minutes=1)
    assert abs(sent.created_at - soon) < timedelta(minutes=1)
    assert (await control("GET", "/clock"))[1]["now"][:10] == f"{soon:%Y-%m-%d}"


async def test_a_time_out_of_a_month_ends_in_a_second(sandbox, control):
    sandbox.people.moderate("max", "timeout", "ann", seconds=27 * DAY)
    refused = {"channel_id": "general", "content": "x"}
    assert (await control("POST", "/people/ann/message", refused))[0] == 403
    await control("POST", "/clock", {"seconds": 28 * DAY})
    assert (await control("POST", "/people/ann/message", refused))[0] == 200


async def test_a_bot_on_the_gateway_survives_a_jump(sandbox, bot, control, until):
    """Nobody owes a heartbeat for time that was skipped."""
    for _ in range(3):
        await control("POST", "/clock", {"seconds": 400 * DAY})
    sandbox.people.message("ann", "still there?", channel_id="general")
    sends = [each for each in sandbox.recorder.since() if each.route == "MESSAGE_CREATE"]
    assert len(sends) == 1
    assert not bot.is_closed()
    assert len(sandbox.gateway.connections) == 1
    assert [each for each in sandbox.recorder.since() if each.route == "RESUME"] == []


async def test_a_follower_has_moved_before_the_answer_comes(sandbox, http, control):
    async with http.ws_connect(f"{sandbox.url}/sandbox/clock/stream") as socket:
        first = (await socket.receive_json(timeout=30))["ahead_seconds"]
        assert abs(first) < 1
        moving = asyncio.create_task(control("POST", "/clock", {"seconds": DAY}))
        assert (await socket.receive_json(timeout=30))["ahead_seconds"] > DAY - 1
        assert not moving.done()
        await socket.send_str("moved")
        assert (await asyncio.wait_for(moving, 30))[0] == 200


async def test_a_follower_that_goes_away_holds_nobody_up(sandbox, http, control, monkeypatch):
    monkeypatch.setattr(timekeeping, "FOLLOWED_WITHIN", 100)
    async with http.ws_connect(f"{sandbox.url}/sandbox/clock/stream") as socket:
        await socket.receive_json(timeout=30)
        moving = asyncio.create_task(control("POST", "/clock", {"seconds": DAY}))
        await socket.receive_json(timeout=30)
    assert (await asyncio.wait_for(moving, 30))[0] == 200


@pytest.mark.parametrize("seconds", [-1, 60 * 365 * DAY, 1e30, "a day", None])
async def test_time_goes_neither_back_nor_beyond_what_ids_can_hold(sandbox, control, seconds):
    status, body = await control("POST", "/clock", {"seconds": seconds})
    assert status == 400
    assert body["error"].endswith(".")
    assert (await control("GET", "/clock"))[1]["ahead_seconds"] < 1


async def test_the_stream_is_for_this_machine_alone(sandbox, http):
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await http.ws_connect(
            f"{sandbox.url}/sandbox/clock/stream", headers={"Origin": "http://elsewhere.example"}
        )


async def test_sleepers_wake_in_the_order_of_their_moments():
    clock, woken = SystemClock(), []

    async def sleep(days):
        await clock.sleep(days * DAY)
        woken.append(days)

    tasks = [asyncio.create_task(sleep(days)) for days in (3, 1, 2, 9)]
    await asyncio.sleep(0)
    clock.advance(4 * DAY)
    await asyncio.gather(*tasks[:3])
    assert woken == [1, 2, 3]
    assert not tasks[3].done()
    tasks[3].cancel()


async def test_a_world_that_is_kept_goes_on_from_the_moment_where_it_was_left(opened, tmp_path):
    async with opened(world_file=tmp_path / "world") as sandbox:
        sandbox.people.message("ann", "long ago", channel_id="general")
        await Timekeeping(sandbox.core).advance(200 * DAY)
        sandbox.people.message("ann", "then", channel_id="general")
    async with opened(world_file=tmp_path / "world") as sandbox:
        sandbox.people.message("ann", "now", channel_id="general")
        first, then, now = (
            datetime.fromisoformat(each["timestamp"]) for each in sandbox.people.sees("ann", "general")
        )
    assert then - first > timedelta(days=200)
    assert timedelta() < now - then < timedelta(minutes=1)
