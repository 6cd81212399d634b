"""Faults to order: an act done or not, an answer lost, late or another one."""

import asyncio

import aiohttp
import pytest

from sandbox.shell import fault_errand

BANS = "PUT /guilds/*/bans/*"
SAY = "POST /channels/*/messages"


@pytest.fixture
def user_id(sandbox):
    return lambda name: next(each.id for each in sandbox.world.users.values() if each.username == name)


@pytest.fixture
def is_banned(green, user_id):
    return lambda name: user_id(name) in green.bans


@pytest.fixture
def ban(api, green, user_id):
    return lambda name, **more: api("PUT", f"/guilds/{green.id}/bans/{user_id(name)}", {}, **more)


@pytest.fixture
def say(api, sandbox):
    channel = next(each.id for each in sandbox.world.channels.values() if each.name == "general")
    return lambda content: api("POST", f"/channels/{channel}/messages", {"content": content})


def faults(sandbox):
    return [each.fault for each in sandbox.recorder.since() if each.kind == "rest"]


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("status", [400, 403, 404, 500, 502, 503, 504, 524])
async def test_an_answer_is_replaced_and_the_act_done_or_not(sandbox, ban, is_banned, status, applied):
    sandbox.faults.add(BANS, status, applied=applied)
    answered, body = await ban("gus")
    assert (answered, body["code"], str(status) in body["message"]) == (status, 0, True)
    assert is_banned("gus") is applied
    assert faults(sandbox) == [f"{status}, applied" if applied else str(status)]
    assert (await ban("gus"))[0] == 204, "it is used up"
    assert faults(sandbox)[-1] is None


@pytest.mark.parametrize(("applied", "said"), [(True, ["x"]), (False, [])])
async def test_a_reset_cuts_the_connection_without_an_answer(sandbox, say, applied, said):
    sandbox.faults.add(SAY, "reset", applied=applied)
    with pytest.raises(aiohttp.ClientOSError) as raised:
        await say("x")
    assert raised.value.errno == 104
    assert [each["content"] for each in sandbox.people.sees("ann", "general")] == said
    last = list(sandbox.recorder.since())[-1]
    assert (last.status, last.response, last.fault) == (None, None, "reset, applied" if applied else "reset")


async def test_a_reset_is_one_on_the_wire(sandbox, order):
    """Not even the end of a stream: whoever reads learns that the peer is gone."""
    await order(route="GET /gateway", status="reset")
    reader, writer = await asyncio.open_connection(*sandbox.url.removeprefix("http://").split(":"))
    writer.write(b"GET /api/v10/gateway HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: raw\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 30)
    writer.close()


@pytest.mark.parametrize("applied", [True, False])
async def test_a_timeout_lasts_until_the_client_gives_up_and_leaves_nothing_behind(
    sandbox, ban, is_banned, until, applied
):
    sandbox.faults.add(BANS, "timeout", applied=applied)
    before = len(asyncio.all_tasks())
    asked = asyncio.create_task(ban("gus"))
    await until(lambda: faults(sandbox) and is_banned("gus") is applied)
    asked.cancel()  # as a timeout of aiohttp's does it
    await asyncio.wait([asked])
    await until(lambda: len(asyncio.all_tasks()) <= before)
    assert (await ban("gus"))[0] == 204


async def test_clearing_releases_who_waits_without_an_answer(sandbox, order, say, until):
    sandbox.faults.add(SAY, "timeout")
    waiting = asyncio.create_task(say("x"))
    await until(lambda: faults(sandbox) == ["timeout"])
    assert await order("DELETE") == (200, {"faults": []})
    with pytest.raises(aiohttp.ClientOSError):
        await asyncio.wait_for(waiting, 30)


async def test_a_sandbox_that_stops_waits_for_no_fault(opened, http, until):
    async with opened() as sandbox:
        sandbox.faults.add("GET /gateway", "timeout")
        sandbox.faults.add("GET /gateway", after_seconds=1000)
        waiting = [asyncio.create_task(http.get(sandbox.api_url + "/gateway")) for _ in range(2)]
        await until(lambda: all(each.hits for each in sandbox.faults.all))
        async with asyncio.timeout(30):
            await sandbox.close()
        found = await asyncio.gather(*waiting, return_exceptions=True)
    assert len([each for each in found if isinstance(each, aiohttp.ClientError)]) >= 1


async def test_a_429_has_the_headers_of_its_bucket(sandbox, order, http, green):
    await order(route="GET /guilds/*", status=429, retry_after=2.5, times=3)
    token = next(iter(sandbox.world.applications.values())).token
    url, headers = f"{sandbox.api_url}/guilds/{green.id}", {"Authorization": f"Bot {token}"}
    async with http.get(url, headers=headers) as response:
        body, told = await response.json(), response.headers
    assert body == {
        "message": "You are being rate limited.",
        "retry_after": 2.5,
        "global": False,
        "code": 0,
    }
    assert (response.status, told["Retry-After"], told["X-RateLimit-Scope"]) == (429, "3", "user")
    assert (told["X-RateLimit-Remaining"], told["X-RateLimit-Reset-After"]) == ("0", "2.500")
    assert told["Via"]
    assert told["X-RateLimit-Bucket"]


@pytest.mark.parametrize(
    ("scope", "message", "is_global"),
    [("global", "You are being", True), ("shared", "The resource is being", False)],
)
async def test_a_429_may_be_everybodys_or_the_resources(sandbox, ban, scope, message, is_global):
    sandbox.faults.add(BANS, 429, scope=scope, code=20028)
    status, body = await ban("gus")
    assert (status, body["global"], body["code"]) == (429, is_global, 20028)
    assert body["message"].startswith(message)


async def test_an_answer_that_is_only_late_is_discords_own(timed, clock, http, until):
    timed.faults.add("GET /gateway", after_seconds=30)
    asking = asyncio.create_task(http.get(timed.api_url + "/gateway"))
    await until(lambda: 30 in [(each - clock.now()).total_seconds() for each in clock.deadlines])
    clock.advance(29)
    assert not asking.done()
    clock.advance(1)
    assert (await asking).status == 200
    assert faults(timed) == [None]


async def test_faults_of_a_route_come_in_their_order_and_are_listed_with_their_hits(order, ban):
    await order(route=BANS, status=502, times=2)
    await order(route="* /guilds/**", status=503, code=7, message="Busy")
    assert [(await ban("gus"))[0] for _ in range(4)] == [502, 502, 503, 204]
    usual = {"applied": False, "after_seconds": 0}
    listed = [
        {"route": BANS, "status": 502, "times": 2, "hits": 2, **usual},
        {
            "route": "* /guilds/**",
            "status": 503,
            "times": 1,
            "hits": 1,
            "code": 7,
            "message": "Busy",
            **usual,
        },
    ]
    assert await order("GET") == (200, {"faults": listed})


@pytest.mark.parametrize(
    ("route", "is_hit"),
    [
        ("PUT /guilds/*/bans/*", True),
        ("PUT /api/v10/guilds/{guild_id}/bans/{user_id}?reason=x", True),
        ("* /guilds/**", True),
        ("PUT /**", True),
        ("DELETE /guilds/*/bans/*", False),
        ("PUT /guilds/*/**", True),
        ("GET /guilds/*", False),
    ],
)
async def test_a_route_is_a_method_and_a_path_with_stars(order, ban, route, is_hit):
    assert (await order(route=route, status=503))[0] == 200
    assert (await ban("gus"))[0] == (503 if is_hit else 204)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The body must be an object with 'route' and 'status', or with 'gateway'."),
        (
            {"route": BANS},
            "The body needs 'status', or 'after_seconds' alone for an answer that is only late.",
        ),
        ({"route": "/guilds", "status": 502}, "'/guilds' is no route: write it as PUT /guilds/*/bans/*."),
        (
            {"route": "PUT /guild/*", "status": 502},
            "No route of this sandbox is PUT /guild/*: did you mean PATCH /guilds/* or GET /guilds/* "
            "or PUT /guilds/*/bans/*?",
        ),
        (
            {"route": BANS, "status": 200},
            'The field \'status\' must be from 400 to 599, "reset" or "timeout", not 200.',
        ),
        (
            {"route": BANS, "status": 502, "retry_after": 1},
            "The fields 'retry_after' and 'scope' go with the status 429 only.",
        ),
        (
            {"route": BANS, "status": 429, "scope": "us"},
            "The field 'scope' must be one of user, global, shared.",
        ),
        (
            {"route": BANS, "status": "reset", "code": 1},
            "The fields 'code' and 'message' go with a status from 400 to 599 only.",
        ),
        ({"route": BANS, "status": 502, "times": 0}, "The field 'times' must be between 1 and 1000000."),
        (
            {"gateway": "explode"},
            "The field 'gateway' must be one of drop, reconnect, invalid, duplicate, not 'explode'.",
        ),
        (
            {"gateway": "drop", "resumable": True},
            "The field 'resumable' goes with the gateway fault invalid only.",
        ),
        ({"gateway": "drop", "status": 1}, "There is no field 'status'; there is gateway, times, resumable."),
    ],
)
async def test_nonsense_is_one_sentence(order, body, sentence):
    assert await order(**body) == (400, {"error": sentence})
    assert await order("GET") == (200, {"faults": []})


async def test_faults_are_ordered_from_a_shell(sandbox, ban, is_banned):
    async def fault(*words):
        return await fault_errand.run([*words, "--url", sandbox.url])

    assert await fault(BANS, "502", "--applied") == (0, f"{BANS} 502 (applied): hit 0 of 1")
    assert ((await ban("gus"))[0], is_banned("gus")) == (502, True)
    assert await fault() == (0, f"{BANS} 502 (applied): hit 1 of 1")
    assert (await fault("GET /gateway", "--after", "0.01", "--times", "2"))[1].endswith(
        "GET /gateway 0.01 s late: hit 0 of 2"
    )
    assert (await fault("duplicate", "--times", "3"))[1].endswith("duplicate: hit 0 of 3")
    assert await fault("--clear") == (0, "No faults are set.")
    assert (await fault(BANS, "fine"))[0] == 1
    assert await fault("explode") == (
        64,
        "✗ 'explode' is nothing that breaks: say drop, reconnect, invalid, duplicate, "
        'or a route such as "PUT /guilds/*/bans/*".',
    )


async def test_a_client_that_gives_up_leaves_no_error_in_the_log(sandbox, http, caplog, until):
    late = sandbox.faults.add("GET /gateway", after_seconds=0.5)
    asked = asyncio.create_task(http.get(sandbox.api_url + "/gateway"))
    await until(lambda: late.hits)
    asked.cancel()  # as a timeout of aiohttp's does it
    await asyncio.wait([asked])
    await until(lambda: len(faults(sandbox)) == 1)
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == []
