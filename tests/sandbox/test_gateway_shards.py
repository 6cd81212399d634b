"""A bot on several sockets: each guild on its own, and what has no guild on the first."""

import asyncio

import discord
import pytest
from gateway_client import application_of, closed_with, identify, in_session, raw, told, until_event

from sandbox.events import Audience, Intent
from sandbox.guilds import payloads
from sandbox.seeds.growth import Growth

EVERYTHING = int(Intent.GUILDS | Intent.GUILD_MESSAGES | Intent.DIRECT_MESSAGES | Intent.MESSAGE_CONTENT)


class Sharded(discord.AutoShardedClient):
    async def before_identify_hook(self, _shard_id, *, initial=False):
        """discord.py would sleep 5 s before the second shard."""


@pytest.fixture
async def guilds(sandbox):
    """One for each shard of two."""
    while len(found := {(guild.id >> 22) % 2: guild for guild in sandbox.world.guilds.values()}) < 2:
        await Growth(sandbox.core).new_guild("Moor", members=3)
    return [found[0], found[1]]


def say(sandbox, guild, content):
    owner = sandbox.world.user(guild.owner_id).username
    sandbox.people.message(owner, content, guild_id=str(guild.id))


async def test_ready_names_the_shard_only_when_it_was_asked_for(sandbox, http):
    async with in_session(sandbox, http, shard=[0, 1]) as (_, ready):
        assert ready["shard"] == [0, 1]
    async with in_session(sandbox, http) as (_, ready):
        assert "shard" not in ready


async def test_each_shard_hears_of_its_guilds_and_the_first_of_all_else(sandbox, http, guilds):
    of_first, of_second = (str(guild.id) for guild in guilds)
    async with (
        in_session(sandbox, http, intents=EVERYTHING, shard=[0, 2]) as (first, ready_of_first),
        in_session(sandbox, http, intents=EVERYTHING, shard=[1, 2]) as (second, ready_of_second),
    ):
        say(sandbox, guilds[0], "here")
        say(sandbox, guilds[1], "there")
        sandbox.people.message("ann", "private", to="Reeve")
        application = application_of(sandbox)
        itself = payloads.own_user(sandbox.world.user(application.bot_user_id))
        sandbox.core.events.emit("USER_UPDATE", itself, Audience(application_id=application.id))
        for guild in guilds:
            say(sandbox, guild, "last")
        assert await until_last(first) == [
            (of_first, "here"),
            (None, "private"),
            (None, None),
            (of_first, "last"),
        ]
        assert await until_last(second) == [(of_second, "there"), (of_second, "last")]
    told_to_first, told_to_second = (
        {guild["id"] for guild in ready["guilds"]} for ready in (ready_of_first, ready_of_second)
    )
    assert of_first in told_to_first - told_to_second
    assert of_second in told_to_second - told_to_first


async def until_last(socket):
    heard = []
    while "last" not in {content for _, content in heard}:
        told = await socket.receive_json(timeout=30)
        if told["t"] in ("MESSAGE_CREATE", "USER_UPDATE"):
            heard.append((told["d"].get("guild_id"), told["d"].get("content")))
    return heard


async def test_sessions_of_one_shard_each_hear_all_of_it(sandbox, http):
    async with in_session(sandbox, http) as (first, _), in_session(sandbox, http) as (second, _):
        sandbox.people.moderate("olga", "nick", "Reeve", nick="Bailiff")
        for socket in (first, second):
            await until_event(socket, "GUILD_MEMBER_UPDATE")


@pytest.mark.parametrize("shard", [[2, 2], [-1, 2], [0, 0], [0], ["0", "1"], "0,1", [True, 2], {}])
async def test_a_shard_that_cannot_be_is_4010(sandbox, http, shard):
    async with raw(sandbox, http) as socket:
        await identify(socket, sandbox, shard=shard)
        assert await closed_with(socket) == 4010


async def test_a_sharded_discord_py_client_has_all_guilds_and_interactions_once(sandbox, until, guilds):
    client = Sharded(intents=discord.Intents.all(), shard_count=2, guild_ready_timeout=0.01)
    tree = discord.app_commands.CommandTree(client)
    reached = []

    @tree.command(description="Ping")
    async def ping(interaction):
        reached.append(interaction.guild_id)
        await interaction.response.send_message("pong")

    async with client:
        await client.login(application_of(sandbox).token)
        await tree.sync()
        running = asyncio.ensure_future(client.connect())
        await until(client.is_ready)
        assert {guild.id: guild.shard_id for guild in client.guilds} == {
            guild_id: (guild_id >> 22) % 2 for guild_id in sandbox.world.guilds
        }
        for guild in guilds:
            owner = sandbox.world.user(guild.owner_id).username
            assert (await sandbox.people.slash(owner, "ping", guild_id=str(guild.id))).messages
        assert (await sandbox.people.slash("ann", "ping", channel_id=None)).messages
        await client.close()
        await asyncio.gather(running, return_exceptions=True)
    assert reached[:2] == [guild.id for guild in guilds]
    assert len(told(sandbox, "INTERACTION_CREATE")) == 3
