"""The gateway: sessions that survive, intents, chunks, close codes, compression."""

import asyncio
import json
import time
import zlib
from contextlib import asynccontextmanager
from types import SimpleNamespace

import aiohttp
import discord
import pytest

from sandbox import connection, crowd
from sandbox.connection import HEARTBEAT_SECONDS
from sandbox.events import Intent


@asynccontextmanager
async def raw(sandbox, http, query=""):
    async with http.ws_connect(sandbox.gateway_url + query) as socket:
        yield socket


async def identify(socket, sandbox, **changed):
    application = next(iter(sandbox.world.applications.values()))
    asked = {"token": application.token, "intents": int(Intent.GUILDS), "properties": {}} | changed
    await socket.send_json({"op": 2, "d": asked})


async def until_event(socket, name):
    while True:
        told = await socket.receive_json(timeout=5)
        if told["t"] == name:
            return told


async def closed_with(socket):
    while True:
        frame = await socket.receive(timeout=5)
        if frame.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
            return socket.close_code


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


async def test_privileged_intents_have_to_be_granted(opened, login, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"applications": [{"name": "Reeve", "intents": ["GUILD_MEMBERS"]}]}))
    async with opened(seed=seed) as sandbox:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with login(sandbox):
                pass


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


async def test_discord_py_measures_a_heartbeat_from_itself_and_not_from_the_one_before(
    sandbox, login, until, monkeypatch, caplog
):
    """discord.py's watch runs 50 times faster: the beats are 12.5 s apart to it, and it complains from 10 s on."""
    watch = SimpleNamespace(perf_counter=lambda: time.perf_counter() * 50, time=time.time)
    monkeypatch.setattr(discord.gateway, "time", watch)
    monkeypatch.setattr(connection, "HEARTBEAT_SECONDS", 0.25)
    measured = set()
    async with login(sandbox) as bot:
        await until(lambda: measured.add(bot.latency) or len(measured) > 5)
    assert [line for line in caplog.messages if "behind" in line] == []


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


async def test_zlib_is_one_stream(sandbox, http):
    async with raw(sandbox, http, "?v=10&encoding=json&compress=zlib-stream") as socket:
        stream = zlib.decompressobj()
        assert json.loads(stream.decompress(await socket.receive_bytes()))["op"] == 10
        await identify(socket, sandbox)
        frame = await socket.receive_bytes()
        assert frame.endswith(b"\x00\x00\xff\xff")
        assert json.loads(stream.decompress(frame))["t"] == "READY"


async def test_a_lost_socket_is_resumed_with_what_was_missed(sandbox, bot):
    resumed, heard = bot.wait_for("resumed", timeout=5), bot.wait_for("message", timeout=5)
    session = next(iter(sandbox.gateway.sessions.values()))
    resuming = asyncio.gather(resumed, heard)
    sandbox.gateway.drop()
    sandbox.people.message("ann", "while you were away")
    _, message = await resuming
    assert message.content == "while you were away"
    assert list(sandbox.gateway.sessions.values()) == [session]


async def test_asked_to_reconnect_the_bot_resumes(sandbox, bot):
    resumed = asyncio.ensure_future(bot.wait_for("resumed", timeout=5))
    await asyncio.sleep(0)
    sandbox.gateway.ask_to_reconnect()
    await resumed


async def test_an_invalid_session_is_resumed_or_made_anew(sandbox, bot):
    resumed = asyncio.ensure_future(bot.wait_for("resumed", timeout=5))
    await asyncio.sleep(0)
    sandbox.gateway.invalidate(resumable=True)
    await resumed
    ready = asyncio.ensure_future(bot.wait_for("ready", timeout=10))
    await asyncio.sleep(0)
    before = set(sandbox.gateway.sessions)
    sandbox.gateway.invalidate(resumable=False)
    await ready
    assert not before & set(sandbox.gateway.sessions)


async def test_a_session_that_nobody_knows_is_op_9(sandbox, http):
    application = next(iter(sandbox.world.applications.values()))
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": application.token, "session_id": "none", "seq": 3}})
        assert await socket.receive_json() == {"t": None, "s": None, "op": 9, "d": False}
        await identify(socket, sandbox)
        assert (await socket.receive_json())["t"] == "READY"


async def test_a_number_from_the_future_is_4007(sandbox, http):
    application = next(iter(sandbox.world.applications.values()))
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox)
        session_id = (await until_event(socket, "READY"))["d"]["session_id"]
        await socket.close(code=4000)
    async with raw(sandbox, http) as socket:
        await socket.send_json(
            {"op": 6, "d": {"token": application.token, "session_id": session_id, "seq": 99}}
        )
        assert await closed_with(socket) == 4007


@pytest.mark.parametrize(("code", "is_kept"), [(1000, False), (1001, False), (4000, True)])
async def test_who_says_goodbye_cannot_resume(sandbox, http, until, code, is_kept):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox)
        await until_event(socket, "READY")
        await socket.close(code=code)
    await until(lambda: not sandbox.gateway.connections)
    assert bool(sandbox.gateway.sessions) is is_kept


async def test_the_server_may_ask_for_a_heartbeat(sandbox, http):
    async with raw(sandbox, http) as socket:
        await socket.receive_json()
        sandbox.gateway.ask_for_heartbeat()
        assert (await socket.receive_json())["op"] == 1


async def test_members_come_by_name_by_id_and_in_chunks(sandbox, bot, login):
    guild = bot.guild()
    assert [each.name for each in await guild.query_members("an", limit=5)] == ["ann"]
    found = await guild.query_members(user_ids=[bot.member("ben").id, 1])
    assert [each.name for each in found] == ["ben"]
    crowd.add_members(sandbox.world, sandbox.world.guilds[guild.id], 2500)
    async with login(sandbox) as other:
        assert len(other.guild().members) == 2518
    chunks = [one for one in sandbox.recorder.since() if one.route == "GUILD_MEMBERS_CHUNK"]
    assert {one.response["chunk_count"] for one in chunks} >= {3}


async def test_without_message_content_only_what_concerns_the_bot_is_readable(sandbox, login):
    intents = discord.Intents.all()
    intents.message_content = False
    async with login(sandbox, intents=intents) as bot:
        heard: asyncio.Queue[discord.Message] = asyncio.Queue()
        bot.on_message = heard.put
        sandbox.people.message("ann", "among us", attachments=[{"filename": "a.txt", "base64": ""}])
        sandbox.people.message("ann", f"<@{bot.user.id}> help")
        sandbox.people.message("ann", "private", to="Reeve")
        await bot.channel().send("own")
        contents = [await heard.get() for _ in range(4)]
    assert [one.content for one in contents] == ["", f"<@{bot.user.id}> help", "private", "own"]
    assert contents[0].attachments == []


async def test_events_go_only_to_who_asked_for_them_and_may_see_them(sandbox, http):
    async with raw(sandbox, http) as socket:
        await identify(
            socket, sandbox, intents=int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.GUILD_MODERATION)
        )
        await until_event(socket, "GUILD_CREATE")
        sandbox.people.leave("lou", "Green")
        sandbox.people.set_channel_permissions(
            "olga", channel_id="staff", role_id="Reeve", deny=["VIEW_CHANNEL"]
        )
        sandbox.people.message("max", "secret", channel_id="staff")
        sandbox.people.moderate("max", "ban", "ann")
        sandbox.people.message("max", "public")
        await until_event(socket, "MESSAGE_CREATE")
    names = [one.route for one in sandbox.recorder.since() if one.kind == "gateway" and one.method == "SEND"]
    assert "GUILD_MEMBER_REMOVE" not in names
    assert names.count("MESSAGE_CREATE") == 1
    assert "GUILD_BAN_ADD" in names


async def test_what_was_told_does_not_change_with_the_world(sandbox, bot):
    sandbox.people.message("ann", "before")
    message = next(iter(sandbox.world.messages.values()))
    next(iter(message.values())).content = "after"
    told = [one.response for one in sandbox.recorder.since() if one.route == "MESSAGE_CREATE"]
    assert told[0]["content"] == "before"
