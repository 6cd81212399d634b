"""Worlds by the number: the same at every start, small in memory, and told without holding anybody up."""

import asyncio
import json
import types
import typing
from dataclasses import is_dataclass

import discord
import pytest

from sandbox import rows
from sandbox.errors import UnknownName
from sandbox.names import Names
from sandbox.outgoing import AT_ONCE, in_pieces
from sandbox.recorder import KEPT_CHARACTERS, Recorder
from sandbox.rows import Mass, User
from sandbox.seeds import crowd
from sandbox.seeds.growth import Growth, world_entry
from sandbox.seeds.seed import seeded_world, world_of

ROWS = [kind for kind in vars(rows).values() if isinstance(kind, type) and is_dataclass(kind)]


def large(members=300, guilds=5):
    world = seeded_world()
    crowd.add_guilds(world, guilds)
    crowd.add_members(world, next(iter(world.guilds.values())), members)
    return world


def test_a_large_world_is_the_same_at_every_start_and_the_same_words_add_nothing():
    world, again = large(), large()
    again.link_key = world.link_key
    assert world == again
    before = len(world.users), len(world.guilds), len(world.channels)
    crowd.add_guilds(world, 5)
    crowd.add_members(world, next(iter(world.guilds.values())), 300)
    assert (len(world.users), len(world.guilds), len(world.channels)) == before


def test_generated_guilds_have_the_staff_and_the_bot_and_spread_over_shards():
    world = large(guilds=40)
    generated = [guild for guild in world.guilds.values() if guild.name.startswith("Guild ")]
    assert len({each for guild in generated for each in (guild.id, *guild.channel_ids)}) == 40 * 5
    for guild in generated:
        names = {world.user(each).username for each in guild.members}
        assert {"olga", "sam", "max", "mia", "mel", "Reeve"} == names
    for shards in (2, 3, 8):
        assert {(guild.id >> 22) % shards for guild in generated} == set(range(shards))


def test_a_seed_may_ask_for_more_members_and_guilds():
    seed = {
        "people": [{"name": "eve"}],
        "applications": [{"name": "Helper"}],
        "guilds": [{"name": "Fen", "owner": "eve", "more_members": 20}],
        "more_guilds": 3,
    }
    world = world_of(seed)
    assert [len(guild.members) for guild in world.guilds.values()] == [22, 2, 2, 2]


async def test_a_bot_gets_all_members_of_a_large_guild(opened, login):
    async with opened() as sandbox:
        crowd.add_members(sandbox.world, next(iter(sandbox.world.guilds.values())), 2500)
        intents = discord.Intents.default()
        intents.members = True
        async with login(sandbox, intents=intents) as bot:
            assert len(bot.guild().members) == bot.guild().member_count == 2518


async def test_applications_are_told_without_the_world(sandbox, http):
    async with http.get(f"{sandbox.url}/sandbox/applications") as answer:
        told = await answer.json()
    [application] = told.pop("applications")
    assert (application["name"], bool(application["token"]), told) == ("Reeve", True, {})


@pytest.mark.parametrize("kind", [kind for kind in ROWS if issubclass(kind, Mass)])
def test_rows_that_say_themselves_that_they_changed_hold_nothing_that_changes_in_place(kind):
    """Else a change would not be stored: `user.blocked_ids.append(...)` sets no field."""
    for name, hint in typing.get_type_hints(kind).items():
        arms = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        assert not {typing.get_origin(arm) or arm for arm in arms} & {list, dict, set}, name


@pytest.mark.parametrize("kind", ROWS)
def test_no_row_has_a_dict_of_its_own(kind):
    """100 bytes a row, and a misspelled field would be taken for a new one."""
    assert "__slots__" in vars(kind)


def test_the_recorder_keeps_so_many_bytes(clock):
    recorder = Recorder(clock)
    chunk = "x" * (KEPT_CHARACTERS // 4)
    for _ in range(9):
        recorder.gateway("SEND", "GUILD_MEMBERS_CHUNK", chunk)
    assert [each.number for each in recorder.since()] == [6, 7, 8, 9]
    assert [each.number for each in recorder.since(8)] == [9]


def test_a_large_world_is_told_in_small_pieces():
    world = large(members=3 * AT_ONCE)
    pieces = list(in_pieces(world_entry(world)))
    told = json.loads("".join(pieces))
    [green, *_] = told["guilds"]
    members = world.guild(int(green["id"])).members
    assert [each["id"] for each in told["people"]] == [str(each) for each in world.users]
    assert [each["user_id"] for each in green["members"]] == [str(each) for each in members]
    assert max(piece.count('"user_id"') for piece in pieces) <= AT_ONCE


def test_an_empty_list_is_told_as_one():
    world = seeded_world()
    world.guilds.clear()
    assert json.loads("".join(in_pieces(world_entry(world, 0)))) | {"applications": []} == {
        "guilds": [],
        "people": [],
        "applications": [],
    }


async def test_the_beginning_of_a_world_can_be_asked_for(sandbox, http):
    async with http.get(f"{sandbox.url}/sandbox/world", params={"most": 2}) as answer:
        told = await answer.json()
    assert (len(told["guilds"]), len(told["people"]), len(told["guilds"][0]["members"])) == (2, 2, 2)
    assert told["applications"][0]["token"]


async def test_a_large_guild_at_run_time_has_everybody_and_lets_others_have_their_turn(sandbox):
    turns = 0

    async def count_turns():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    before = turns
    guild = await Growth(sandbox.core).new_guild("Large", members=5 * AT_ONCE)
    counting.cancel()
    assert len(guild.members) == 5 * AT_ONCE + len({"olga", "sam", "max", "mia", "mel", "Reeve"})
    assert turns - before >= 4


def test_a_person_is_found_by_the_name_of_now():
    world = large(members=10)
    names = Names(world)
    ann = names.user("ANN")
    assert names.user("@ann") is ann
    ann.username = "anna"
    assert names.user("anna") is ann
    with pytest.raises(UnknownName):
        names.user("ann")
    world.users[1] = User(1, "ann")
    assert names.user("ann").id == 1
