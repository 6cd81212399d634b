"""How often a bot may begin a session, and what happens to who does it too often."""

import asyncio

import discord
import pytest
from gateway_client import application_of, closed_with, identify, in_session, raw, until_event, until_op

from sandbox.gateway.pacing import Pacing

DAY = 86_400


@pytest.fixture
def limit_of(http):
    async def ask(sandbox):
        headers = {"Authorization": f"Bot {application_of(sandbox).token}"}
        async with http.get(sandbox.api_url + "/gateway/bot", headers=headers) as response:
            return (await response.json())["session_start_limit"]

    return ask


async def test_who_identifies_again_within_5_seconds_is_told_to_wait(opened, clock, http):
    async with opened(clock=clock, pacing=Pacing()) as sandbox, in_session(sandbox, http):
        clock.advance(4.9)
        async with raw(sandbox, http) as socket:
            await identify(socket, sandbox)
            assert await until_op(socket, 9) == {"t": None, "s": None, "op": 9, "d": False}
            clock.advance(0.1)
            await identify(socket, sandbox)
            await until_event(socket, "READY")


async def test_it_is_the_rule_of_a_sandbox_that_nobody_told_otherwise(opened, http):
    async with opened(rate_limits=True) as sandbox, in_session(sandbox, http), raw(sandbox, http) as socket:
        await identify(socket, sandbox)
        assert (await until_op(socket, 9))["d"] is False


async def test_bots_of_other_applications_do_not_wait_for_each_other(opened, clock, http, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"applications": [{"name": "Reeve"}, {"name": "Helper", "token": "made.up"}]}')
    async with (
        opened(clock=clock, seed=seed, pacing=Pacing()) as sandbox,
        in_session(sandbox, http),
        in_session(sandbox, http, token="made.up") as (_socket, ready),
    ):
        assert ready["user"]["username"] == "Helper"


async def test_shards_with_different_keys_start_at_once(opened, clock, http):
    async with (
        opened(clock=clock, pacing=Pacing(max_concurrency=2)) as sandbox,
        in_session(sandbox, http, shard=[0, 4]),
        in_session(sandbox, http, shard=[1, 4]),
        raw(sandbox, http) as socket,
    ):
        await identify(socket, sandbox, shard=[2, 4])
        assert (await until_op(socket, 9))["d"] is False


async def test_the_start_limit_is_told_as_it_is(opened, clock, http, limit_of):
    async with opened(clock=clock, pacing=Pacing(max_concurrency=16)) as sandbox:
        fresh = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 16}
        assert await limit_of(sandbox) == fresh
        async with in_session(sandbox, http):
            clock.advance(3600)
            assert await limit_of(sandbox) == {**fresh, "remaining": 999, "reset_after": (DAY - 3600) * 1000}
            clock.advance(DAY - 3600)
            assert await limit_of(sandbox) == fresh


async def test_who_has_used_up_all_starts_loses_sessions_and_token(opened, http, limit_of, until):
    async with opened(pacing=Pacing(starts=2, between_starts=0)) as sandbox:
        before = application_of(sandbox).token
        async with in_session(sandbox, http) as (old, _), in_session(sandbox, http):
            assert (await limit_of(sandbox))["remaining"] == 0
            async with raw(sandbox, http) as socket:
                await identify(socket, sandbox)
                assert await closed_with(socket) == 4004
            assert await closed_with(old) == 4004
            assert sandbox.gateway.sessions == {}
            async with raw(sandbox, http) as socket:
                await identify(socket, sandbox, token=before)
                assert await closed_with(socket) == 4004
            async with in_session(sandbox, http, token=application_of(sandbox).token):
                assert (await limit_of(sandbox))["remaining"] == 1


async def test_resuming_counts_for_nothing(opened, clock, http, limit_of):
    async with opened(clock=clock, pacing=Pacing()) as sandbox:
        async with in_session(sandbox, http) as (socket, ready):
            await socket.close(code=4000)
        async with raw(sandbox, http) as socket:
            token = application_of(sandbox).token
            await socket.send_json(
                {"op": 6, "d": {"token": token, "session_id": ready["session_id"], "seq": 1}}
            )
            await until_event(socket, "RESUMED")
            assert (await limit_of(sandbox))["remaining"] == 999


async def test_discord_py_waits_and_comes_again(opened, clock, until):
    """op 9 makes discord.py wait in its own hook before it identifies again."""
    async with opened(clock=clock, pacing=Pacing()) as sandbox:
        token = application_of(sandbox).token
        waited = []

        class Impatient(discord.Client):
            async def before_identify_hook(self, _shard_id, *, initial=False):
                if not initial:
                    waited.append(clock.advance(5))

        for expected in (0, 1):
            client = Impatient(intents=discord.Intents.none())
            async with client:
                ready = []
                client.on_connect = lambda ready=ready: _note(ready)
                await client.login(token)
                running = asyncio.ensure_future(client.connect())
                await until(lambda ready=ready: ready)
                await client.close()
                await running
            assert len(waited) == expected


async def _note(ready):
    ready.append(True)


@pytest.fixture
def in_many_guilds(sandbox):
    """So many guilds on the first shard of any two: one guild under many ids."""
    one, before = next(iter(sandbox.world.guilds.values())), dict(sandbox.world.guilds)
    yield lambda number: sandbox.world.guilds.update(dict.fromkeys(range(number), one))
    sandbox.world.guilds.clear()
    sandbox.world.guilds.update(before)


async def test_more_shards_are_recommended_to_who_is_in_many_guilds(sandbox, api, in_many_guilds):
    assert (await api("GET", "/gateway/bot"))[1]["shards"] == 1
    in_many_guilds(2000)
    assert (await api("GET", "/gateway/bot"))[1]["shards"] == 3


async def test_more_than_2500_guilds_on_a_shard_are_4011(sandbox, http, in_many_guilds):
    in_many_guilds(2501)
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox)
        assert await closed_with(socket) == 4011
