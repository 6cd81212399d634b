"""The gateway's sockets: opcodes, heartbeats, close codes."""

import asyncio
import contextlib
import time

import aiohttp
import pytest
from gateway_client import application_of, closed_with, identify, in_session, raw, told

from sandbox.gateway import connection
from sandbox.gateway.connection import HEARTBEAT_SECONDS


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ('{"op": 2, "d": {"token": "other", "intents": 1}}', 4004),
        ('{"op": 99}', 4001),
        ("{", 4002),
        ('{"op": 8, "d": {}}', 4003),
        ('{"op": 6, "d": {"token": "other"}}', 4004),
    ],
)
async def test_what_is_wrong_closes_with_its_code(sandbox, http, message, code):
    async with raw(sandbox, http) as socket:
        await socket.send_str(message)
        assert await closed_with(socket) == code


@pytest.mark.parametrize(
    ("changed", "code"), [({"intents": 1 << 40}, 4013), ({"shard": [3, 2]}, 4010), ({"intents": "all"}, 4013)]
)
async def test_a_wrong_identify_closes_with_its_code(sandbox, http, changed, code):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox, **changed)
        assert await closed_with(socket) == code


async def test_identifying_twice_is_4005_and_another_version_4012(sandbox, http):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox)
        await identify(socket, sandbox)
        assert await closed_with(socket) == 4005
    async with raw(sandbox, http, "?v=9") as socket:
        assert await closed_with(socket) == 4012


async def test_a_foreign_page_cannot_listen(sandbox, http):
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await http.ws_connect(sandbox.gateway_url, headers={"Origin": "http://evil.example"})


async def test_ready_and_guilds_come_in_order_and_numbered(sandbox, http):
    async with raw(sandbox, http) as socket:
        assert (await socket.receive_json())["d"]["heartbeat_interval"] == 41250
        await identify(socket, sandbox)
        told = [await socket.receive_json() for _ in range(3)]
    assert [(each["t"], each["s"]) for each in told] == [
        ("READY", 1),
        ("GUILD_CREATE", 2),
        ("GUILD_CREATE", 3),
    ]
    assert [len(each["d"]["members"]) for each in told[1:]] == [1, 1]
    assert told[0]["d"]["guilds"][0]["unavailable"] is True


async def test_a_heartbeat_is_answered_also_before_identify(sandbox, http):
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        await socket.send_bytes(b'{"op": 1, "d": null}')
        assert (await socket.receive_json())["op"] == 11


async def test_a_heartbeat_is_answered_after_discord_py_has_noted_that_it_was_sent(sandbox, http):
    """It notes that in another thread: an answer that is faster is measured from the heartbeat before, and logged as
    "41.3s behind"."""
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        begin = time.monotonic()
        await socket.send_bytes(b'{"op": 1, "d": null}')
        assert (await socket.receive_json())["op"] == 11
        assert time.monotonic() - begin > 0.019


async def test_silence_closes_the_socket(timed, clock, http, until):
    async with raw(timed, http) as socket:
        await socket.receive_json()
        clock.advance(HEARTBEAT_SECONDS * 1.5)
        assert await closed_with(socket) == 4009


async def test_more_than_120_sends_in_a_minute_is_4008(sandbox, http):
    async with raw(sandbox, http) as socket:
        for _ in range(121):
            await socket.send_str('{"op": 1, "d": null}')
        assert await closed_with(socket) == 4008


async def test_the_server_may_ask_for_a_heartbeat(sandbox, http):
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        sandbox.gateway.ask_for_heartbeat()
        assert (await socket.receive_json())["op"] == 1


@pytest.mark.parametrize(
    "frame",
    ["[]", "3", '{"op": "2"}', '{"op": true}', '{"op": 2, "d": 3}', '{"op": 6}', b"\xff", r'"\ud800"'],
)
async def test_what_cannot_be_decoded_is_4002(sandbox, http, frame, caplog):
    async with raw(sandbox, http) as socket:
        await (socket.send_bytes if isinstance(frame, bytes) else socket.send_str)(frame)
        assert await closed_with(socket) == 4002
    assert [each for each in caplog.records if each.exc_info] == []


@pytest.mark.parametrize(("size", "code"), [(4096, None), (4097, 4002), (1_000_000, 4002)])
async def test_a_payload_has_at_most_4096_bytes(sandbox, http, size, code):
    start = '{"op": 1, "d": null, "x": "'
    text = start + "ü" * ((size - len(start) - 2) // 2)
    text += "x" * (size - len(text.encode()) - 2) + '"}'
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        await socket.send_str(text)
        if code:
            assert await closed_with(socket) == code
        else:
            assert (await socket.receive_json())["op"] == 11


@pytest.mark.parametrize(
    "changed", [{"large_threshold": 49}, {"large_threshold": 251}, {"large_threshold": "50"}, {"compress": 1}]
)
async def test_an_identify_with_a_wrong_field_is_4002(sandbox, http, changed):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox, **changed)
        assert await closed_with(socket) == 4002


async def test_resuming_in_a_session_is_4005(sandbox, http):
    async with in_session(sandbox, http) as (socket, ready):
        await socket.send_json({"op": 6, "d": {"session_id": ready["session_id"], "seq": 1}})
        assert await closed_with(socket) == 4005


@pytest.mark.parametrize("op", [3, 4, 8, 31, 43])
async def test_what_needs_a_session_is_4003_without_one(sandbox, http, op):
    async with raw(sandbox, http) as socket:
        await socket.send_json({"op": op, "d": {}})
        assert await closed_with(socket) == 4003


async def test_discord_py_sends_a_heartbeat_when_it_is_asked(sandbox, bot, until, monkeypatch):
    session = next(iter(sandbox.gateway.sessions.values()))
    beaten = []
    handle = session.line._handle
    monkeypatch.setattr(session.line, "_handle", lambda op, asked: (beaten.append(op), handle(op, asked)))
    sandbox.gateway.ask_for_heartbeat()
    await until(lambda: 1 in beaten)


async def test_who_never_reads_is_cut_off_and_can_resume(sandbox, http, until, monkeypatch):
    """What waits for a bot is bounded: the sandbox does not grow with what nobody takes."""
    monkeypatch.setattr(connection, "MOST_WAITING", 1_000_000)
    application = application_of(sandbox)
    _reader, writer = await slow_reader(sandbox)
    hello = b'{"op":2,"d":{"token":"%s","intents":33281,"properties":{}}}' % application.token.encode()
    writer.write(bytes([0x81, 0xFE]) + len(hello).to_bytes(2) + bytes(4) + hello)
    await until(lambda: sandbox.gateway.sessions)
    session = next(iter(sandbox.gateway.sessions.values()))
    sent = 0
    while session.line is not None and sent < 20_000:
        sandbox.people.message("ann", "x" * 2000)
        sent += 1
        await asyncio.sleep(0)
    assert sent < 20_000
    assert sandbox.gateway.connections == set()
    assert session.id in sandbox.gateway.sessions
    writer.close()


async def slow_reader(sandbox):
    """A socket that asks for a WebSocket and then reads nothing more."""
    place = sandbox.url.removeprefix("http://")
    host, port = place.split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    lines = [
        "GET /gateway HTTP/1.1",
        f"Host: {place}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_why_a_socket_was_closed_stands_among_the_exchanges(sandbox, http):
    async with raw(sandbox, http) as socket:
        await socket.send_str("{")
        await closed_with(socket)
    assert told(sandbox, "CLOSE") == [{"code": 4002, "reason": "Error while decoding payload."}]


async def test_a_text_that_is_not_utf_8_ends_with_the_protocols_own_code(sandbox, http, caplog):
    async with raw(sandbox, http) as socket:
        await socket._writer.send_frame(b"\xff", aiohttp.WSMsgType.TEXT)
        assert await closed_with(socket) == 1007
    assert [each for each in caplog.records if each.exc_info] == []


async def test_a_frame_of_megabytes_is_not_read(sandbox, http, until, caplog):
    async with raw(sandbox, http) as socket:
        with contextlib.suppress(ConnectionError):
            await socket.send_str(" " * 5_000_000)
        await until(lambda: not sandbox.gateway.connections)
    assert [each for each in caplog.records if each.exc_info] == []
