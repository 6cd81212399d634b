import asyncio
import time

import discord
import pytest

from sandbox.server import PortTaken, Sandbox


async def test_it_is_up_in_milliseconds():
    begin = time.process_time()  # not the other processes of a busy machine
    sandbox = Sandbox()
    await sandbox.start()
    passed = time.process_time() - begin
    await sandbox.close()
    assert passed < 0.2


async def test_discord_py_logs_in_and_sees_both_guilds_with_all_members(bot):
    assert {guild.name: guild.member_count for guild in bot.guilds} == {"Green": 18, "Hill": 8}
    assert bot.user.name == "Reeve"
    assert len(bot.guild().members) == 18
    assert bot.guild().me.top_role.name == "Reeve"


async def test_a_wrong_token_is_refused(sandbox):
    client = discord.Client(intents=discord.Intents.none())
    async with client:
        with pytest.raises(discord.LoginFailure):
            await client.login("sandbox.nobody")


async def test_the_token_is_clearly_not_a_real_one(sandbox):
    application = next(iter(sandbox.world.applications.values()))
    assert application.token.endswith(".sandbox.opens-nothing-on-discord")


async def test_rest_without_the_token_is_401(api):
    assert await api("GET", "/users/@me", bearer="other") == (
        401,
        {"message": "401: Unauthorized", "code": 0},
    )


async def test_an_unknown_route_is_loud(sandbox, api, caplog):
    assert await api("POST", "/guilds/1/nowhere", {}) == (404, {"message": "404: Not Found", "code": 0})
    assert [(one.method, one.path) for one in sandbox.recorder.unknown] == [("POST", "/guilds/1/nowhere")]
    assert "no route POST /guilds/1/nowhere" in caplog.text


async def test_a_body_that_is_no_json_is_50109(api, http, sandbox):
    headers = {"Authorization": "Bot " + next(iter(sandbox.world.applications.values())).token}
    url = f"{sandbox.api_url}/users/@me/channels"
    async with http.post(url, data=b"{", headers=headers | {"Content-Type": "application/json"}) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (400, 50109)


async def test_the_gateway_is_told_at_both_addresses(api, sandbox):
    assert await api("GET", "/gateway") == (200, {"url": sandbox.gateway_url})
    status, body = await api("GET", "/gateway/bot")
    assert (status, body["url"], body["session_start_limit"]["max_concurrency"]) == (
        200,
        sandbox.gateway_url,
        1,
    )


class Sharded(discord.AutoShardedClient):
    async def before_identify_hook(self, _shard_id, *, initial=False):
        """discord.py would sleep 5 s before the second shard."""


async def test_a_sharded_client_asks_and_is_served(sandbox):
    client = Sharded(intents=discord.Intents.default(), shard_count=2, guild_ready_timeout=0.01)
    token = next(iter(sandbox.world.applications.values())).token
    async with client:
        await client.login(token)
        ready = asyncio.ensure_future(client.wait_for("ready", timeout=10))
        running = asyncio.create_task(client.connect())
        await ready
        assert len(client.guilds) == 2
        await client.close()
        await running


async def test_a_taken_port_is_one_sentence(sandbox):
    other = Sandbox()
    port = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(PortTaken, match=rf"^Port {port} is taken: .*\.$"):
        await other.start(port=port)


async def test_responses_say_exactly_application_json_and_via(sandbox, http):
    async with http.get(sandbox.api_url + "/gateway") as response:
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Via"]


async def test_ids_of_the_seed_are_the_same_at_every_start_and_new_ones_never_repeat(sandbox):
    other = Sandbox()
    assert list(other.world.users) == list(sandbox.world.users)
    assert list(other.world.channels) == list(sandbox.world.channels)
    ids = {sandbox.core.ids.next() for _ in range(10_000)} | {other.core.ids.next() for _ in range(10_000)}
    assert len(ids) == 20_000
    assert min(ids) > max(sandbox.world.channels)
