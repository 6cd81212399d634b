"""Sessions that outlive their sockets, and those that do not."""

import asyncio
import json

import pytest
from gateway_client import (
    application_of,
    closed_with,
    identify,
    in_session,
    raw,
    resume,
    told,
    until_event,
    until_op,
)

from sandbox.closes import Closes
from sandbox.events import Intent
from sandbox.gateway import session as sessions
from sandbox.gateway.gateway import RESUMABLE_SECONDS

WITH_PRESENCES = int(Intent.GUILDS | Intent.GUILD_PRESENCES)
MESSAGES = int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.MESSAGE_CONTENT)


async def test_a_lost_socket_is_resumed_with_what_was_missed(sandbox, bot):
    resumed, heard = bot.wait_for("resumed"), bot.wait_for("message")
    session = next(iter(sandbox.gateway.sessions.values()))
    resuming = asyncio.gather(resumed, heard)
    sandbox.gateway.drop()
    sandbox.people.message("ann", "while you were away")
    _, message = await resuming
    assert message.content == "while you were away"
    assert list(sandbox.gateway.sessions.values()) == [session]


async def test_asked_to_reconnect_the_bot_resumes(sandbox, bot):
    resumed = asyncio.ensure_future(bot.wait_for("resumed"))
    await asyncio.sleep(0)
    sandbox.gateway.ask_to_reconnect()
    await resumed


async def test_an_invalid_session_is_resumed_or_made_anew(sandbox, bot):
    resumed = asyncio.ensure_future(bot.wait_for("resumed"))
    await asyncio.sleep(0)
    sandbox.gateway.invalidate(resumable=True)
    await resumed
    ready = asyncio.ensure_future(bot.wait_for("ready"))
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


async def test_a_resume_brings_what_was_missed_in_order_and_then_resumed(sandbox, http):
    async with in_session(sandbox, http, intents=MESSAGES) as (socket, ready):
        await until_event(socket, "GUILD_CREATE")
        await socket.close(code=4000)
    for word in ("one", "two"):
        sandbox.people.message("ann", word)
    async with http.ws_connect(ready["resume_gateway_url"]) as socket:
        await socket.receive_json()
        await resume(socket, sandbox, ready["session_id"], 3)
        heard = [await socket.receive_json() for _ in range(3)]
        sandbox.people.message("ann", "three")
        heard.append(await socket.receive_json())
    assert [each["s"] for each in heard] == [4, 5, 6, 7]
    assert [each["t"] for each in heard] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED", "MESSAGE_CREATE"]
    assert [each["d"].get("content") for each in heard] == ["one", "two", None, "three"]


@pytest.mark.parametrize("seq", [-1, 99, None, "3"])
async def test_a_number_that_was_never_given_is_4007(sandbox, http, seq):
    async with in_session(sandbox, http) as (socket, ready):
        await socket.close(code=4000)
    async with raw(sandbox, http) as socket:
        await resume(socket, sandbox, ready["session_id"], seq)
        assert await closed_with(socket) == 4007


async def test_a_session_belongs_to_its_token(opened, http, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text('{"applications": [{"name": "Reeve"}, {"name": "Helper", "token": "made.up"}]}')
    async with opened(seed=seed) as sandbox, in_session(sandbox, http) as (old, ready):
        await old.close(code=4000)
        async with raw(sandbox, http) as new:
            await resume(new, sandbox, ready["session_id"], 1, token="made.up")
            assert (await until_op(new, 9))["d"] is False


async def test_who_resumes_takes_the_session_from_the_socket_that_still_has_it(sandbox, http, until):
    async with in_session(sandbox, http) as (old, ready), raw(sandbox, http) as new:
        await resume(new, sandbox, ready["session_id"], 3)
        assert await closed_with(old) == 4000
        await until_event(new, "RESUMED")
        await until(lambda: len(sandbox.gateway.connections) == 1)
        sandbox.people.moderate("olga", "nick", "Reeve", nick="Bailiff")
        assert (await until_event(new, "GUILD_MEMBER_UPDATE"))["d"]["nick"] == "Bailiff"
        assert ready["session_id"] in sandbox.gateway.sessions


async def test_the_old_socket_says_nothing_more_for_a_session_that_was_taken_over(sandbox, http):
    """What it still sends before it is closed is of a stranger: it does not change the bot's presence."""
    async with in_session(sandbox, http) as (_, ready), raw(sandbox, http) as new:
        [old] = [each for each in sandbox.gateway.connections if each.session is not None]
        await resume(new, sandbox, ready["session_id"], 3)
        await until_event(new, "RESUMED")
        assert old.session is None
        with pytest.raises(Closes, match="4003"):
            old._receive(json.dumps({"op": 3, "d": {"status": "dnd", "activities": []}}))


async def test_after_too_many_minutes_a_session_is_forgotten(timed, clock, http, until):
    async with in_session(timed, http) as (socket, ready):
        await socket.close(code=4000)
    await until(lambda: not timed.gateway.connections)
    clock.advance(RESUMABLE_SECONDS + 1)
    timed.people.message("ann", "hello")
    assert timed.gateway.sessions == {}
    async with raw(timed, http) as socket:
        await resume(socket, timed, ready["session_id"], 1)
        assert (await until_op(socket, 9))["d"] is False


async def test_after_a_heartbeat_that_did_not_come_the_session_can_be_resumed(timed, clock, http):
    async with in_session(timed, http) as (socket, ready):
        clock.advance(100)
        assert await closed_with(socket) == 4009
    async with raw(timed, http) as socket:
        await resume(socket, timed, ready["session_id"], 1)
        await until_event(socket, "RESUMED")


@pytest.mark.parametrize(("name", "limit"), [("REPLAYED", 3), ("REPLAYED_SIZE", 3_000)])
async def test_what_is_forgotten_cannot_be_replayed(sandbox, http, monkeypatch, name, limit):
    """Neither too many events nor too large ones are kept."""
    monkeypatch.setattr(sessions, name, limit)
    async with in_session(sandbox, http, intents=MESSAGES) as (socket, ready):
        await socket.close(code=4000)
    for _ in range(4):
        sandbox.people.message("ann", "x" * 500)
    session = sandbox.gateway.sessions[ready["session_id"]]
    assert 0 < len(session.replay) < 4
    async with raw(sandbox, http) as socket:
        await resume(socket, sandbox, ready["session_id"], 3)
        assert (await until_op(socket, 9))["d"] is False
        await resume(socket, sandbox, ready["session_id"], session.sequence - 1)
        await until_event(socket, "RESUMED")


async def test_an_invalidated_session_is_4003_until_the_bot_identifies_again(sandbox, http):
    async with in_session(sandbox, http) as (socket, _):
        sandbox.gateway.invalidate(resumable=False)
        assert (await until_op(socket, 9))["d"] is False
        await identify(socket, sandbox)
        await until_event(socket, "READY")
        sandbox.gateway.invalidate(resumable=False)
        await until_op(socket, 9)
        await socket.send_json({"op": 8, "d": {}})
        assert await closed_with(socket) == 4003
    assert told(sandbox, "INVALID_SESSION") == [False, False]


async def test_an_interaction_can_be_delivered_twice(sandbox, login):
    sandbox.gateway.duplicate(1)
    heard: asyncio.Queue[int] = asyncio.Queue()

    def prepare(bot):
        @bot.tree.command(description="Ping")
        async def ping(interaction):
            await heard.put(interaction.id)
            if heard.qsize() == 1:
                await interaction.response.send_message("pong")

    async with login(sandbox, prepare):
        await sandbox.people.slash("ann", "ping")
        first, second = await heard.get(), await asyncio.wait_for(heard.get(), 30)
        await sandbox.people.slash("ann", "ping")
    numbers = [one.sequence for one in sandbox.recorder.since() if one.route == "INTERACTION_CREATE"]
    assert first == second
    assert len(set(numbers)) == len(numbers) == 3


async def test_a_guild_in_an_outage_is_silent_until_it_recovers(sandbox, bot, until):
    guild = bot.guild()
    gone = asyncio.ensure_future(bot.wait_for("guild_unavailable"))
    back = asyncio.ensure_future(bot.wait_for("guild_available"))
    await asyncio.sleep(0)
    sandbox.gateway.outage(guild.id)
    assert (await gone).id == guild.id
    sandbox.people.message("ann", "nobody hears me")
    sandbox.gateway.recover(guild.id)
    assert (await back).id == guild.id
    sandbox.people.message("ann", "everybody hears me")
    await until(lambda: told(sandbox, "MESSAGE_CREATE"))
    assert [each["content"] for each in told(sandbox, "MESSAGE_CREATE")] == ["everybody hears me"]
    assert told(sandbox, "GUILD_DELETE") == [{"id": str(guild.id), "unavailable": True}]


async def test_who_identifies_in_an_outage_is_told_of_it(sandbox, http):
    green = next(iter(sandbox.world.guilds.values()))
    sandbox.gateway.outage(green.id)
    async with in_session(sandbox, http) as (socket, ready):
        assert (await until_event(socket, "GUILD_DELETE"))["d"] == {"id": str(green.id), "unavailable": True}
        assert str(green.id) in [guild["id"] for guild in ready["guilds"]]
        sandbox.gateway.recover(green.id)
        await until_event(socket, "GUILD_CREATE")
        assert (await until_event(socket, "GUILD_CREATE"))["d"]["id"] == str(green.id)


async def test_a_bot_is_online_while_it_has_a_session_and_shows_what_it_said_at_first(sandbox, http, until):
    green = next(iter(sandbox.world.guilds.values()))
    user = sandbox.world.user(application_of(sandbox).bot_user_id)
    playing = {"status": "dnd", "activities": [{"name": "Chess", "type": 0}], "since": None, "afk": False}
    async with in_session(sandbox, http, intents=WITH_PRESENCES) as (watching, _):
        assert user.status == "online"
        async with in_session(sandbox, http, presence=playing) as (socket, _):
            shown = (await until_event(watching, "PRESENCE_UPDATE"))["d"]
            await socket.close(code=1000)
            await until(lambda: len(sandbox.gateway.sessions) == 1)
            assert user.status == "dnd"
        await watching.close(code=1000)
    await until(lambda: not sandbox.gateway.sessions)
    assert user.status == "offline"
    assert (shown["status"], shown["activities"][0]["name"]) == ("dnd", "Chess")
    assert shown["guild_id"] == str(green.id)


async def test_an_identify_with_a_presence_that_cannot_be_is_4002(sandbox, http):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox, presence={"status": "asleep"})
        assert await closed_with(socket) == 4002
    assert not sandbox.gateway.sessions
