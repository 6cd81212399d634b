"""What an unmodified discord.py makes of faults: of REST, and of a gateway that fails its bots."""

import asyncio
import types

import aiohttp
import discord
import pytest
from discord.http import Route

BANS = "PUT /guilds/*/bans/*"
SAY = "POST /channels/*/messages"


@pytest.fixture
def gus(sandbox):
    """The id of a member of Green."""
    return next(each.id for each in sandbox.world.users.values() if each.username == "gus")


@pytest.fixture
def hurried(monkeypatch):
    """discord.py sleeps before each further try: not here."""

    async def at_once(_seconds):
        await asyncio.sleep(0)

    names = {**vars(asyncio), "sleep": at_once}
    for module in (discord.http, discord.webhook.async_):
        monkeypatch.setattr(module, "asyncio", types.SimpleNamespace(**names))


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("applied", [True, False])
async def test_discord_py_bans_again_after_a_502_and_the_second_ban_changes_nothing(
    sandbox, bot, green, gus, applied
):
    sandbox.faults.add(BANS, 502, applied=applied)
    await bot.guild().ban(bot.member("gus"), reason="spam")
    calls = sandbox.recorder.rest_calls("PUT", "/guilds/{guild_id}/bans/{user_id}")
    assert [each.status for each in calls] == [502, 204]
    assert gus in green.bans
    entries = [entry async for entry in bot.guild().audit_logs()]
    assert [(entry.action.name, entry.target.name, entry.reason) for entry in entries] == [
        ("ban", "gus", "spam")
    ]
    heard = [each for each in sandbox.recorder.since() if each.route == "GUILD_BAN_ADD"]
    assert len(heard) == 1


@pytest.mark.usefixtures("hurried")
async def test_discord_py_doubles_a_message_whose_answer_was_lost(sandbox, bot):
    """Without a nonce, with which `send` protects itself."""
    sandbox.faults.add(SAY, 502, applied=True)
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=bot.channel().id)
    await bot.http.request(route, json={"content": "twice"})
    assert [each["content"] for each in sandbox.people.sees("ann", "general")] == ["twice", "twice"]


@pytest.mark.usefixtures("hurried")
async def test_a_kick_whose_answer_was_lost_looks_like_nobody_to_kick(sandbox, bot, green, gus):
    sandbox.faults.add("DELETE /guilds/*/members/*", 502, applied=True)
    with pytest.raises(discord.NotFound, match="10007"):
        await bot.guild().kick(bot.member("gus"))
    assert gus not in green.members


@pytest.mark.usefixtures("hurried")
async def test_the_second_answer_of_a_command_comes_twice_when_its_answer_was_lost(sandbox, login, until):
    def prepare(bot):
        @bot.tree.command()
        async def ping(interaction: discord.Interaction):
            """Answer twice."""
            await interaction.response.send_message("1")
            sandbox.faults.add("POST /webhooks/*/*", 503, applied=True)
            await interaction.followup.send("2")
            bot.reached.put_nowait(interaction)

    async with login(sandbox, prepare) as bot:
        await sandbox.people.slash("ann", "ping")
        await until(bot.reached.qsize)
        assert bot.errors == []
    assert [each["content"] for each in sandbox.people.sees("ann", "general")] == ["1", "2", "2"]


async def test_discord_py_waits_for_a_429_and_comes_again(sandbox, bot):
    sandbox.faults.add(SAY, 429, retry_after=0.05)
    sandbox.faults.add(SAY, 429, retry_after=0.05, scope="global")
    await bot.channel().send("third time lucky")
    calls = sandbox.recorder.rest_calls("POST", "/channels/{channel_id}/messages")
    assert [each.status for each in calls] == [429, 429, 200]
    assert [each["content"] for each in sandbox.people.sees("ann", "general")] == ["third time lucky"]


async def test_a_reset_of_a_post_reaches_discord_pys_caller_on_linux(sandbox, bot):
    """It comes again after the numbers that macOS and Windows have for it."""
    sandbox.faults.add(SAY, "reset", applied=True)
    with pytest.raises(aiohttp.ClientOSError):
        await bot.channel().send("x")
    assert [each["content"] for each in sandbox.people.sees("ann", "general")] == ["x"]


async def test_a_put_that_is_reset_on_a_kept_connection_is_sent_again_by_aiohttp(sandbox, bot, green, gus):
    sandbox.faults.add(BANS, "reset", applied=True)
    await bot.guild().ban(bot.member("gus"))
    calls = sandbox.recorder.rest_calls("PUT", "/guilds/{guild_id}/bans/{user_id}")
    assert [each.status for each in calls] == [None, 204]
    assert gus in green.bans


def heard(sandbox, name):
    return len([each for each in sandbox.recorder.since() if each.route == name])


async def test_a_dropped_bot_resumes_as_often_as_it_is_dropped(sandbox, bot, order, until):
    await order(gateway="drop", times=2)
    await until(lambda: heard(sandbox, "RESUMED") == 2)
    assert await order("GET") == (200, {"faults": [{"gateway": "drop", "times": 2, "hits": 2}]})
    await bot.channel().send("still here")


@pytest.mark.usefixtures("bot")
async def test_a_bot_that_is_asked_to_reconnects(sandbox, order, until):
    await order(gateway="reconnect")
    await until(lambda: heard(sandbox, "RESUMED") == 1)


@pytest.mark.usefixtures("bot")
async def test_a_bot_resumes_its_invalid_session_if_it_may(sandbox, order, until):
    await order(gateway="invalid", resumable=True)
    await until(lambda: heard(sandbox, "RESUMED") == 1)
    assert heard(sandbox, "READY") == 1


async def test_a_bot_begins_anew_without_its_session(sandbox, bot, order):
    bot.is_ready_once.clear()
    await order(gateway="invalid")
    await asyncio.wait_for(bot.is_ready_once.wait(), 30)
    assert (heard(sandbox, "READY"), heard(sandbox, "RESUMED")) == (2, 0)


async def test_the_next_interactions_come_twice(sandbox, login, order):
    def prepare(bot):
        @bot.tree.command()
        async def ping(interaction: discord.Interaction):
            """Count."""
            bot.reached.put_nowait(interaction)
            if bot.reached.qsize() % 2:
                await interaction.response.send_message("pong")

    async with login(sandbox, prepare) as bot:
        await order(gateway="duplicate", times=2)
        for _ in range(3):
            await sandbox.people.slash("ann", "ping")
        ids = [bot.reached.get_nowait().id for _ in range(bot.reached.qsize())]
        _, listed = await order("DELETE")
    assert (len(ids), len(set(ids))) == (5, 3)
    assert listed == {"faults": []}


async def test_cleared_faults_of_the_gateway_are_gone(sandbox, login, order):
    def prepare(bot):
        @bot.tree.command()
        async def ping(interaction: discord.Interaction):
            """Answer."""
            bot.reached.put_nowait(interaction)
            await interaction.response.send_message("pong")

    async with login(sandbox, prepare) as bot:
        await order(gateway="duplicate", times=5)
        await order("DELETE")
        await sandbox.people.slash("ann", "ping")
        assert bot.reached.qsize() == 1
