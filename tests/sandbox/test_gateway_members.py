"""What a bot asks of the gateway: members, sounds, channels' states."""

import pytest
from gateway_client import closed_with, in_session, told, until_event

from sandbox.events import Intent
from sandbox.gateway.pacing import Pacing
from sandbox.seeds import crowd

ALL_MEMBERS = {"query": "", "limit": 0}
WITH_MEMBERS = int(Intent.GUILDS | Intent.GUILD_MEMBERS)


async def chunk_of(socket, guild, **asked):
    await socket.send_json({"op": 8, "d": {"guild_id": str(guild.id), **asked}})
    return (await until_event(socket, "GUILD_MEMBERS_CHUNK"))["d"]


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


async def test_the_whole_list_needs_the_intent_and_the_start_of_a_name_does_not(sandbox, http, green):
    async with in_session(sandbox, http) as (socket, _):
        assert (await chunk_of(socket, green, **ALL_MEMBERS))["members"] == []
        assert (await chunk_of(socket, green, query="", limit=5))["members"] == []
        found = (await chunk_of(socket, green, query="ann", limit=0))["members"]
    assert [each["user"]["username"] for each in found] == ["ann"]


async def test_by_name_and_by_id_at_most_100_come(sandbox, http, green):
    crowd.add_members(sandbox.world, green, 170)
    for member in green.members.values():
        member.nick = "same"
    async with in_session(sandbox, http) as (socket, _):
        assert len((await chunk_of(socket, green, query="SAME", limit=0))["members"]) == 100
        assert len((await chunk_of(socket, green, query="same", limit=101))["members"]) == 100
        ids = [str(each) for each in green.members][:101]
        assert len((await chunk_of(socket, green, user_ids=ids))["members"]) == 100
        found = await chunk_of(socket, green, user_ids=ids[0], query="", limit=0)
    assert [each["user"]["id"] for each in found["members"]] == ids[:1]


async def test_who_is_not_there_is_not_found(sandbox, http, green):
    async with in_session(sandbox, http) as (socket, _):
        assert (await chunk_of(socket, green, user_ids=["7", "8"]))["not_found"] == ["7", "8"]


@pytest.mark.parametrize(("nonce", "kept"), [("ü" * 16, True), ("ü" * 17, False), (7, False)])
async def test_a_nonce_has_at_most_32_bytes(sandbox, http, green, nonce, kept):
    async with in_session(sandbox, http) as (socket, _):
        chunk = await chunk_of(socket, green, query="ann", limit=1, nonce=nonce)
    assert chunk.get("nonce") == (nonce if kept else None)


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "a", "limit": 1},
        {"guild_id": ["1"], "query": "a", "limit": 1},
        {"guild_id": "1"},
        {"guild_id": "1", "query": "a"},
        {"guild_id": "1", "query": 3, "limit": 1},
        [],
    ],
)
async def test_a_request_without_what_it_needs_is_4002(sandbox, http, green, asked):
    if isinstance(asked, dict) and asked.get("guild_id") == "1":
        asked = {**asked, "guild_id": str(green.id)}
    async with in_session(sandbox, http) as (socket, _):
        await socket.send_json({"op": 8, "d": asked})
        assert await closed_with(socket) == 4002


async def test_presences_are_told_with_their_intent_alone_and_of_who_is_not_offline(sandbox, http, green):
    asked = {"query": "a", "limit": 0, "presences": True}
    sandbox.people.presence("ann", status="dnd")
    async with in_session(sandbox, http) as (socket, _):
        assert "presences" not in await chunk_of(socket, green, **asked)
    async with in_session(sandbox, http, intents=int(Intent.GUILDS | Intent.GUILD_PRESENCES)) as (socket, _):
        assert [each["status"] for each in (await chunk_of(socket, green, **asked))["presences"]] == ["dnd"]
        assert "presences" not in await chunk_of(socket, green, query="ann", limit=1)


async def test_the_whole_list_comes_once_in_30_seconds_for_each_guild(opened, clock, http):
    async with (
        opened(clock=clock, pacing=Pacing()) as sandbox,
        in_session(sandbox, http, intents=WITH_MEMBERS) as (socket, _),
    ):
        green, hill = sandbox.world.guilds.values()
        await chunk_of(socket, green, **ALL_MEMBERS)
        await chunk_of(socket, hill, **ALL_MEMBERS)
        clock.advance(10)
        await socket.send_json({"op": 8, "d": {"guild_id": str(green.id), "nonce": "n", **ALL_MEMBERS}})
        limited = (await until_event(socket, "RATE_LIMITED"))["d"]
        assert limited == {
            "opcode": 8,
            "retry_after": 20.0,
            "meta": {"guild_id": str(green.id), "nonce": "n"},
        }
        assert len((await chunk_of(socket, green, query="ann", limit=1))["members"]) == 1
        clock.advance(20)
        assert len((await chunk_of(socket, green, **ALL_MEMBERS))["members"]) == 18


async def test_sounds_and_channel_states_are_answered_for_each_guild_of_the_bot(sandbox, http):
    ids = [str(each) for each in sandbox.world.guilds]
    async with in_session(sandbox, http) as (socket, _):
        await socket.send_json({"op": 31, "d": {"guild_ids": [*ids, "7"]}})
        for guild_id in ids:
            sounds = (await until_event(socket, "SOUNDBOARD_SOUNDS"))["d"]
            assert sounds == {"guild_id": guild_id, "soundboard_sounds": []}
        await socket.send_json({"op": 43, "d": {"guild_id": ids[1], "fields": ["status"]}})
        assert (await until_event(socket, "CHANNEL_INFO"))["d"] == {"guild_id": ids[1], "channels": []}
    assert told(sandbox, "REQUEST_SOUNDBOARD_SOUNDS", "RECEIVE") == [{"guild_ids": [*ids, "7"]}]


@pytest.mark.parametrize("envelope", [{"op": 31, "d": {}}, {"op": 43, "d": {"guild_id": "1"}}, {"op": 31}])
async def test_a_request_for_sounds_or_states_that_names_nothing_is_4002(sandbox, http, envelope):
    async with in_session(sandbox, http) as (socket, _):
        await socket.send_json(envelope)
        assert await closed_with(socket) == 4002
