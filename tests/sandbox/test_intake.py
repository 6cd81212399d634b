"""Nothing that somebody sends breaks what others get: an odd body is refused with a sentence that names the place."""

import asyncio
import io
import json

import pytest

from sandbox.control.control import LARGEST_BODY
from sandbox.fitting import Unfit
from sandbox.intake import parsed

HALF = "\ud800"


@pytest.fixture
def tell(sandbox, http):
    """Status and error of a body sent as it is."""

    async def call(path, body):
        raw = body if isinstance(body, io.BytesIO) else json.dumps(body).encode()
        async with http.post(f"{sandbox.url}/sandbox{path}", data=raw) as response:
            told = await response.json()
            assert response.status < 400 or list(told) == ["error"]
            return response.status, told.get("error")

    return call


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/guilds", {"name": f"Vale{HALF}"}, "name"),
        ("/people/ann/message", {"content": HALF}, "content"),
        ("/people/ann/slash", {"command": "warn", "options": {"reason": f"a{HALF}"}}, "options.reason"),
        ("/people/ann/submit", {"fields": {"Note": HALF}}, "fields.Note"),
        ("/people/max/moderate", {"action": "kick", "target_id": "ann", "reason": HALF}, "reason"),
        ("/people/max/moderate", {"action": "nick", "target_id": "ann", "nick": HALF}, "nick"),
        (
            "/people/ann/message",
            {"attachments": [{"filename": HALF, "base64": ""}]},
            "attachments[0].filename",
        ),
    ],
)
async def test_half_a_character_is_taken_from_nobody(tell, path, body, place):
    half = "holds half of a surrogate pair, which is no character."
    assert await tell(path, body) == (400, f"The field '{place}' {half}")


async def test_half_a_character_is_refused_in_keys_and_addresses_too(tell):
    status, error = await tell("/people/ann/submit", {"fields": {HALF: "x"}})
    assert (status, error.startswith("A key in the field 'fields' holds half")) == (400, True)


async def test_a_bot_may_not_send_half_a_character_either(api, bot):
    path = f"/channels/{bot.channel().id}/messages"
    status, told = await api("POST", path, {"content": HALF})
    assert (status, told["code"]) == (400, 50109)
    assert (await api("POST", path, {"embeds": [{"title": "x", HALF: "y"}]}))[0] == 400


async def test_half_a_character_in_a_header_is_refused(sandbox):
    guild = next(iter(sandbox.world.guilds.values()))
    ann = next(user.id for user in sandbox.world.users.values() if user.username == "ann")
    token = next(iter(sandbox.world.applications.values())).token
    lines = (
        f"PUT /api/v10/guilds/{guild.id}/bans/{ann} HTTP/1.1".encode(),
        b"Host: 127.0.0.1",
        b"User-Agent: raw",
        f"Authorization: Bot {token}".encode(),
        b"X-Audit-Log-Reason: \xff",
        b"Connection: close",
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1]))
    writer.write(b"\r\n".join(lines) + b"\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 400")
    writer.close()
    assert (guild.bans, guild.audit) == ({}, [])


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{", "The body is not JSON: Expecting property name"),
        (b"\xff", "The body is not UTF-8."),
        (b'{"a": NaN}', "The body is not JSON: NaN is no number there."),
        (b'{"a": 1e999}', "The field 'a' is too large a number."),
        (b"[" * 66 + b"]" * 66, "The body is nested more than 64 levels deep."),
        (b"[" * 100_000, "The body is nested more than 64 levels deep."),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "The body is nested more than 64 levels deep."),
    ],
)
def test_what_is_no_body_is_said_in_a_sentence(raw, sentence):
    with pytest.raises(Unfit) as refused:
        parsed(raw)
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        ("/guilds", {"name": ["n"]}, "The field 'name' must be a text, not a list."),
        ("/guilds", {"name": ""}, "The field 'name' must have 2 to 100 characters."),
        ("/guilds", {"name": "  a  "}, "The field 'name' must have 2 to 100 characters."),
        ("/guilds", {"name": "a" * 101}, "The field 'name' must have 2 to 100 characters."),
        ("/guilds", {"name": None}, "The body needs 'name'."),
        (
            "/guilds",
            {"name": "Vale", "members": "9"},
            "The field 'members' must be a whole number, not a text.",
        ),
        (
            "/guilds",
            {"name": "Vale", "members": True},
            "The field 'members' must be a whole number, not true or",
        ),
        ("/guilds", {"name": "Vale", "members": 10**15}, "The field 'members' must be between 0 and 100000."),
        (
            "/guilds",
            {"name": "Vale", "closed_dms": [1]},
            "The field 'closed_dms[0]' must be a text, not a whole",
        ),
        ("/guilds", {"name": "Vale", "closed_dms": ["nobody"]}, "There is no person 'nobody'; there is"),
        ("/people/ann/slash", {"command": 5}, "The field 'command' must be a text, not a whole number."),
        (
            "/people/ann/slash",
            {"command": "x", "options": [1]},
            "The field 'options' must be an object, not a list",
        ),
        (
            "/people/ann/slash",
            {"command": "x", "wait_seconds": -1},
            "The field 'wait_seconds' must be between 0",
        ),
        (
            "/people/ann/slash",
            {"command": "x", "who": 1},
            "There is no field 'who'; there is command, guild_id,",
        ),
        ("/people/ann/select", {"values": "x"}, "The field 'values' must be a list, not a text."),
        (
            "/people/ann/message",
            {"channel_id": {}},
            "The field 'channel_id' must be a whole number or a text, not an",
        ),
        ("/people/ann/message", {"channel_id": "9" * 5000}, "There is no channel"),
        ("/people/ann/message", {"attachments": [{}]}, "An attachment is given as"),
        (
            "/people/ann/message",
            {"attachments": [{"filename": "a", "base64": "?"}]},
            "The attachment's base64",
        ),
        ("/people/ann/click", {}, "Name the component by its label or its custom_id."),
        (f"/people/{'a' * 33}/join", {}, "A person's name has at most 32 characters."),
        ("/people/max/moderate", {"action": "ban"}, "The body needs 'target_id'."),
        (
            "/people/max/moderate",
            {"action": "timeout", "target_id": "ann", "seconds": 1e300},
            "The field 'seconds'",
        ),
        (
            "/people/olga/channel-permissions",
            {"channel_id": "staff", "role_id": "member", "allow": ["FLY"]},
            "There is",
        ),
        (
            "/people/olga/channel-permissions",
            {"channel_id": "staff", "role_id": "member", "allow": "x"},
            "'x' is no",
        ),
        (
            "/people/ann/preferences",
            {"dms_closed": "no"},
            "The field 'dms_closed' must be true or false, not a text.",
        ),
    ],
)
async def test_what_does_not_fit_is_named(tell, sandbox, path, body, sentence):
    guilds = len(sandbox.world.guilds)
    status, error = await tell(path, body)
    assert (status, error[: len(sentence)]) == (400, sentence)
    assert len(sandbox.world.guilds) == guilds


@pytest.mark.parametrize(
    "path", ["/exchanges?since=x", "/exchanges?limit=1.5", "/people/ann/dms?limit=" + "9" * 5000]
)
async def test_what_is_no_number_in_an_address_is_named(sandbox, http, path):
    async with http.get(f"{sandbox.url}/sandbox{path}") as response:
        assert (response.status, "must be a whole number." in (await response.json())["error"]) == (400, True)


async def test_too_long_a_text_says_which(tell):
    status, error = await tell("/people/ann/message", {"content": "a" * 2001})
    assert (status, error) == (
        403,
        "Discord refuses that: Invalid Form Body (50035): content: Must be 2000 or fewer in length.",
    )


async def test_too_large_a_body_is_413(tell):
    assert await tell("/people/ann/message", io.BytesIO(b"x" * (LARGEST_BODY + 1))) == (
        413,
        "The body is larger than 50 MB.",
    )
