"""What Discord answers before a route has its say: no route, no token, no agent, a body that is none."""

import io

import aiohttp
import pytest

EXPECTED = "Expected \"Content-Type\" header to be one of {'application/json', "
EXPECTED += "'application/x-www-form-urlencoded', 'multipart/form-data'}."


@pytest.fixture
def channel(sandbox):
    found = next(each.id for each in sandbox.world.channels.values() if each.name == "general")
    return f"/channels/{found}"


@pytest.fixture
def send(sandbox, http, channel):
    """A message with a body as it is."""
    token = next(iter(sandbox.world.applications.values())).token

    async def call(data, content_type=None, **headers):
        headers = {"Authorization": f"Bot {token}", **headers}
        headers |= {"Content-Type": content_type} if content_type else {}
        url = f"{sandbox.api_url}{channel}/messages"
        async with http.post(url, data=data, headers=headers) as response:
            return response.status, await response.json()

    return call


async def test_a_route_that_is_not_there_is_404_and_another_method_of_one_that_is_405(sandbox, api):
    before = len(sandbox.recorder.unknown)
    assert await api("GET", "/nowhere") == (404, {"message": "404: Not Found", "code": 0})
    assert await api("PATCH", "/gateway/bot") == (405, {"message": "405: Method Not Allowed", "code": 0})
    assert await api("TRACE", "/users/123") == (405, {"message": "405: Method Not Allowed", "code": 0})
    assert await api("GET", "/users/123/cats") == (404, {"message": "404: Not Found", "code": 0})
    assert len(sandbox.recorder.unknown) == before + 4, "a hole of the sandbox is loud either way"


@pytest.mark.parametrize("authorization", ["", "Bot", "Bot wrong", "Bearer {token}", "{token}"])
async def test_only_a_bot_token_named_as_one_is_let_in(sandbox, http, authorization):
    token = next(iter(sandbox.world.applications.values())).token
    headers = {"Authorization": authorization.format(token=token)}
    async with http.get(sandbox.api_url + "/users/@me", headers=headers) as response:
        found = response.status, await response.json()
    assert found == (401, {"message": "401: Unauthorized", "code": 0})


async def test_who_names_no_agent_is_blocked_by_cloudflare(sandbox):
    async with (
        aiohttp.ClientSession(skip_auto_headers=["User-Agent"]) as http,
        http.get(sandbox.api_url + "/gateway") as response,
    ):
        assert (response.status, (await response.json())["code"]) == (403, 40333)


async def test_a_body_that_is_no_json_is_50109(send):
    assert (await send(b"{", "application/json"))[1]["code"] == 50109
    assert (await send(b"\xff", "application/json"))[1]["code"] == 50109


async def test_a_body_of_another_kind_is_a_form_problem(send):
    status, body = await send(b'{"content": "x"}', "text/plain")
    problem = {"code": "CONTENT_TYPE_INVALID", "message": EXPECTED}
    assert (status, body) == (
        400,
        {"message": "Invalid Form Body", "code": 50035, "errors": {"_errors": [problem]}},
    )


async def test_a_form_is_taken_encoded_or_in_parts(send):
    status, one = await send(b"content=a+b%21", "application/x-www-form-urlencoded")
    assert (status, one["content"]) == (200, "a b!")
    form = aiohttp.FormData({"content": "c"}, default_to_multipart=True)
    status, one = await send(form)
    assert (status, one["content"]) == (200, "c")
    assert (await send(b"content=%ff", "application/x-www-form-urlencoded"))[1]["code"] == 50109


async def test_a_request_that_is_too_large_is_40005(send):
    status, body = await send(io.BytesIO(b"x" * (121 * 1024 * 1024)), "application/json")
    assert (status, body) == (413, {"message": "Request entity too large", "code": 40005})


async def test_a_reason_comes_quoted_and_is_not_too_long(api, sandbox):
    guild = next(iter(sandbox.world.guilds.values()))
    gus = next(each.id for each in sandbox.world.users.values() if each.username == "gus")
    path = f"/guilds/{guild.id}/bans/{gus}"
    status, body = await api("PUT", path, {}, headers={"X-Audit-Log-Reason": "%C3%A4" * 513})
    assert (status, body["code"]) == (400, 50035)
    assert (await api("PUT", path, {}, headers={"X-Audit-Log-Reason": "%C3%A4" * 512}))[0] == 204
    assert guild.bans[gus].reason == "ä" * 512
