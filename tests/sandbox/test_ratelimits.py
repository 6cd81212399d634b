"""Rate limits as the reference describes them, by the sandbox's clock; and the ban of who asks too much amiss."""

import asyncio
import json
import re
import sys
from pathlib import Path

import discord
import pytest

from sandbox.rest.ratelimits import MANY_WINDOWS, Limit, RateLimits

PROJECT = Path(__file__).parents[2]


@pytest.fixture
async def limited(opened, clock):
    async with opened(clock=clock, rate_limits=True) as sandbox:
        yield sandbox


@pytest.fixture
def ask(limited, http):
    """`await ask("GET", "/users/@me")` -> status, headers, body."""
    token = next(iter(limited.world.applications.values())).token

    async def call(method, path, body=None, *, bearer=token):
        headers = {"Authorization": f"Bot {bearer}"} if bearer else {}
        async with http.request(method, limited.api_url + path, json=body, headers=headers) as response:
            return response.status, response.headers, json.loads(await response.text() or "null")

    return call


@pytest.fixture
def messages(limited):
    """The path of a channel's messages."""

    def path(channel="general", guild="Green"):
        where = next(each for each in limited.world.guilds.values() if each.name == guild)
        found = (each for each in limited.world.channels.values() if each.guild_id == where.id)
        return f"/channels/{next(each.id for each in found if each.name == channel)}/messages"

    return path


@pytest.fixture
def member(limited):
    def path(name):
        guild = next(iter(limited.world.guilds.values()))
        user = next(each for each in limited.world.users.values() if each.username == name)
        return f"/guilds/{guild.id}/members/{user.id}"

    return path


async def test_every_answer_tells_of_its_bucket(ask, messages, clock):
    _, headers, _ = await ask("POST", messages(), {"content": "1"})
    told = {key: value for key, value in headers.items() if key.startswith("X-RateLimit")}
    bucket, reset = told.pop("X-RateLimit-Bucket"), float(told.pop("X-RateLimit-Reset"))
    assert told == {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "4",
        "X-RateLimit-Reset-After": "5.000",
    }
    assert re.fullmatch("[0-9a-f]{32}", bucket)
    assert reset == pytest.approx(clock.now().timestamp() + 5, abs=0.002)
    clock.advance(2)
    _, headers, _ = await ask("POST", messages(), {"content": "2"})
    assert (headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset-After"]) == ("3", "3.000")


async def test_a_sixth_message_within_five_seconds_is_refused_until_they_are_over(
    ask, messages, clock, limited
):
    assert [(await ask("POST", messages(), {"content": "x"}))[0] for _ in range(5)] == [200] * 5
    clock.advance(3.5)
    status, headers, body = await ask("POST", messages(), {"content": "too much"})
    assert (status, body) == (
        429,
        {"message": "You are being rate limited.", "retry_after": 1.5, "global": False, "code": 0},
    )
    assert (headers["Retry-After"], headers["X-RateLimit-Scope"]) == ("2", "user")
    assert (headers["X-RateLimit-Remaining"], headers["X-RateLimit-Reset-After"]) == ("0", "1.500")
    assert headers["Via"]
    assert "X-RateLimit-Global" not in headers
    clock.advance(1.5)
    assert (await ask("POST", messages(), {"content": "again"}))[0] == 200
    assert [one["content"] for one in limited.people.sees("ann", "general")] == [*"xxxxx", "again"]


async def test_each_channel_has_a_window_of_its_own_in_the_same_bucket(ask, messages):
    for _ in range(5):
        _, here, _ = await ask("POST", messages(), {"content": "x"})
    status, there, _ = await ask("POST", messages("reports"), {"content": "x"})
    assert (status, there["X-RateLimit-Remaining"]) == (200, "4")
    assert there["X-RateLimit-Bucket"] == here["X-RateLimit-Bucket"]


async def test_sending_editing_and_deleting_have_buckets_of_their_own_and_so_have_old_messages(
    ask, messages, clock
):
    _, sending, one = await ask("POST", messages(), {"content": "x"})
    _, _, other = await ask("POST", messages(), {"content": "x"})
    _, editing, _ = await ask("PATCH", f"{messages()}/{one['id']}", {"content": "y"})
    _, deleting, _ = await ask("DELETE", f"{messages()}/{one['id']}")
    clock.advance(15 * 24 * 3600)
    _, deleting_old, _ = await ask("DELETE", f"{messages()}/{other['id']}")
    answers = (sending, editing, deleting, deleting_old)
    assert len({each["X-RateLimit-Bucket"] for each in answers}) == 4
    assert deleting_old["X-RateLimit-Limit"] == "30"


async def test_giving_and_taking_a_role_share_a_bucket(ask, member, limited):
    guild = next(iter(limited.world.guilds.values()))
    role = next(each.id for each in guild.roles.values() if each.name == "manager")
    _, giving, _ = await ask("PUT", f"{member('ann')}/roles/{role}")
    _, taking, _ = await ask("DELETE", f"{member('ben')}/roles/{role}")
    assert giving["X-RateLimit-Bucket"] == taking["X-RateLimit-Bucket"]
    assert (giving["X-RateLimit-Remaining"], taking["X-RateLimit-Remaining"]) == ("9", "8")


async def test_a_channel_is_renamed_twice_in_ten_minutes_whoever_does_it(ask, messages, clock, limited):
    channel = messages().removesuffix("/messages")
    limited.admission.invalid.most = 1
    assert [(await ask("PATCH", channel, {"name": f"n{each}"}))[0] for each in range(2)] == [200, 200]
    status, headers, body = await ask("PATCH", channel, {"name": "n3"})
    assert (status, headers["X-RateLimit-Scope"], headers["X-RateLimit-Remaining"]) == (429, "shared", "2")
    assert (headers["Retry-After"], body["retry_after"]) == ("600", 600.0)
    assert body["message"] == "The resource is being rate limited."
    assert (await ask("PATCH", channel, {"nsfw": False}))[0] == 200, "nor was it an invalid request"
    assert (await ask("PATCH", channel, {"topic": "What has a limit of its own"}))[0] == 200
    clock.advance(600)
    assert (await ask("PATCH", channel, {"name": "n3"}))[0] == 200


def commands(first, count):
    return [{"name": f"c{number}", "description": "x", "type": 1} for number in range(first, first + count)]


async def test_two_hundred_new_commands_a_day_can_be_made_in_a_guild(ask, limited, clock):
    application = next(iter(limited.world.applications))
    here, there = (f"/applications/{application}/guilds/{each}/commands" for each in limited.world.guilds)
    assert (await ask("PUT", here, commands(0, 100)))[0] == 200
    assert (await ask("PUT", here, commands(100, 100)))[0] == 200
    assert (await ask("PUT", here, commands(100, 100)))[0] == 200, "nothing of it is new"
    status, _, body = await ask("PUT", here, commands(150, 51))
    assert (status, body["code"], body["retry_after"]) == (429, 30034, 24 * 3600)
    assert (await ask("PUT", there, commands(0, 1)))[0] == 200
    clock.advance(24 * 3600)
    assert (await ask("PUT", here, commands(150, 51)))[0] == 200


async def test_fifty_requests_a_second_over_all_routes(ask, messages, clock):
    paths = ["/users/@me", "/applications/@me", "/gateway/bot", "/users/@me/guilds"]
    statuses = [(await ask("GET", paths[number % 4]))[0] for number in range(50)]
    assert statuses == [200] * 50
    clock.advance(0.6)
    status, headers, body = await ask("GET", messages())
    assert (status, body) == (
        429,
        {"message": "You are being rate limited.", "retry_after": 0.4, "global": True, "code": 0},
    )
    assert (headers["X-RateLimit-Global"], headers["X-RateLimit-Scope"]) == ("true", "global")
    assert (headers["Retry-After"], "X-RateLimit-Bucket" in headers) == ("1", False)
    clock.advance(0.4)
    assert (await ask("GET", messages()))[0] == 200


async def test_answers_to_interactions_do_not_count_among_all_requests(limited, ask, login):
    def prepare(bot):
        @bot.tree.command()
        async def ping(interaction: discord.Interaction):
            """Answer, and once more."""
            limited.admission.rates.global_per_second = 1
            await interaction.response.send_message("1")
            await interaction.followup.send("2")
            await interaction.edit_original_response(content="3")

    async with login(limited, prepare) as bot:
        await limited.people.slash("ann", "ping")
        statuses = [(await ask("GET", "/users/@me"))[0] for _ in range(2)]
        assert bot.errors == []
    assert statuses[-1] == 429
    assert [each["content"] for each in limited.people.sees("ann", "general")] == ["3", "2"]


async def test_each_interaction_may_be_answered_however_many_there_are(limited, login):
    def prepare(bot):
        @bot.tree.command()
        async def ping(interaction: discord.Interaction):
            """Answer."""
            await interaction.response.send_message("pong")

    async with login(limited, prepare):
        answers = [await limited.people.slash("ann", "ping") for _ in range(60)]
    assert {each.failed for each in answers} == {None}
    assert 429 not in {each.status for each in limited.recorder.since()}


async def test_windows_that_are_over_are_forgotten(clock):
    limits, limit = RateLimits(clock), Limit("some", 1, 1)
    for number in range(3 * MANY_WINDOWS):
        limits.spend(limit, (number,))
        clock.advance(0.01)
    assert len(limits._windows) <= MANY_WINDOWS


async def test_who_has_no_token_counts_by_address(limited, ask):
    limited.admission.rates.global_per_second = 1
    assert [(await ask("GET", "/gateway", bearer=None))[0] for _ in range(2)] == [200, 429]
    assert (await ask("GET", "/gateway"))[0] == 200, "the bot's own count"


async def test_who_asks_too_much_amiss_is_banned_by_cloudflare_for_an_hour(limited, ask, http, clock):
    limited.admission.invalid.most = 3
    statuses = [(await ask("GET", "/users/@me", bearer="wrong"))[0] for _ in range(2)]
    assert statuses == [401, 401]
    clock.advance(601)
    assert (await ask("GET", "/guilds/1"))[0] == 404, "which is no invalid request"
    for _ in range(3):
        assert (await ask("GET", "/users/@me", bearer="wrong"))[0] == 401
    clock.advance(60)
    async with http.get(limited.api_url + "/gateway") as response:
        assert (response.status, await response.text()) == (429, "error code: 1015")
        assert (response.headers["Retry-After"], response.content_type) == ("3540", "text/plain")
        assert not {"Via", "X-RateLimit-Scope"} & set(response.headers)
    last = list(limited.recorder.since())[-1]
    assert (last.fault, last.response) == ("banned by Cloudflare", "error code: 1015")
    clock.advance(3540)
    assert (await ask("GET", "/users/@me"))[0] == 200


async def test_discord_py_takes_the_ban_for_cloudflares(limited, ask, login):
    async with login(limited) as bot:
        limited.admission.invalid.most = 1
        assert (await ask("GET", "/users/@me", bearer="wrong"))[0] == 401
        with pytest.raises(discord.HTTPException, match="1015") as raised:
            await bot.channel().send("x")
        assert raised.value.status == 429


async def test_a_burst_of_discord_py_all_arrives(opened, login):
    """It waits as the headers and the 429 say, on the real clock."""
    async with opened(rate_limits=True) as sandbox, login(sandbox) as bot:
        sandbox.admission.rates.global_per_second = 4
        channels = bot.guild().text_channels + bot.guild("Hill").text_channels
        fetched = await asyncio.gather(*(bot.fetch_channel(each.id) for each in channels[:6]))
        assert [each.id for each in fetched] == [each.id for each in channels[:6]]
        found = [each for each in sandbox.recorder.since() if each.status == 429]
    assert found


async def test_without_rate_limits_nobody_is_told_of_any(sandbox, api, http):
    for _ in range(60):
        assert (await api("GET", "/users/@me"))[0] == 200
    async with http.get(sandbox.api_url + "/gateway") as response:
        assert not [key for key in response.headers if key.startswith("X-RateLimit")]


async def test_limits_are_made_tighter_and_bans_lifted_over_http(limited, ask, http):
    url = limited.url + "/sandbox/rate-limits"
    async with http.post(url, json={"global_per_second": 1, "invalid_requests": 1}) as response:
        told = {"on": True, "global_per_second": 1, "invalid_requests": 1}
        assert (response.status, await response.json()) == (200, told)
    assert [(await ask("GET", "/users/@me"))[0] for _ in range(2)] == [200, 429]
    with pytest.raises(json.JSONDecodeError):
        await ask("GET", "/users/@me")
    async with http.post(url, json={"on": False}) as response:
        assert await response.json() == {**told, "on": False}
    assert [(await ask("GET", "/users/@me"))[0] for _ in range(2)] == [200, 200]
    async with http.post(url, json={"global_per_second": 0}) as response:
        assert (response.status, await response.json()) == (
            400,
            {"error": "The field 'global_per_second' must be between 1 and 1000000."},
        )


@pytest.mark.parametrize(("words", "are_told"), [((), True), (("--no-rate-limits",), False)])
async def test_limits_are_on_unless_the_command_line_says_otherwise(http, words, are_told):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", "0", *words), cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    try:
        api = ""
        async with asyncio.timeout(60):
            while not api:
                line = (await child.stdout.readline()).decode()
                api = line.split()[1] if line.strip().startswith("API") else ""
        async with http.get(api + "/gateway") as response:
            assert ("X-RateLimit-Limit" in response.headers) is are_told
    finally:
        child.terminate()
        await child.communicate()
