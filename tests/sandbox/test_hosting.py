"""discord.py points at the sandbox, goes by its time, and is as before afterwards."""

import operator
from contextlib import suppress
from datetime import timedelta

import discord
import pytest
from discord import app_commands

from sandbox.hosting import NeverReady
from sandbox.server import Sandbox

DAY = 86_400
WHERE = (
    (discord.http.Route, "BASE"),
    (discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY"),
    (discord.asset.Asset, "BASE"),
    (discord.utils, "utcnow"),
    (discord.abc, "time"),
    (app_commands.checks, "time"),
)


def looks():
    return [getattr(where, name) for where, name in WHERE]


async def test_all_is_as_before_afterwards_also_after_a_failure():
    before = looks()
    async with Sandbox() as one, Sandbox() as other:
        with one.redirect(discord):
            at_one = looks()
            assert not any(map(operator.eq, at_one, before))
            with suppress(ZeroDivisionError), other.redirect(discord):
                assert not any(map(operator.eq, looks(), at_one))
                raise ZeroDivisionError
            assert looks() == at_one
    assert looks() == before


async def test_after_a_fortnight_purge_deletes_one_by_one(sandbox, bot):
    """Discord refuses to delete messages of more than 14 days in bulk (50034): discord.py has to know their age."""
    general = bot.channel()
    for text in ("one", "two", "three"):
        await general.send(text)
    sandbox.clock.advance(15 * DAY)
    newer = [await general.send(text) for text in ("four", "five")]
    number = max(each.number for each in sandbox.recorder.since())
    assert len(await general.purge()) == 5
    done = [(each.method, each.route) for each in sandbox.recorder.since(number) if each.kind == "rest"]
    assert [method for method, _ in done].count("DELETE") == 3
    assert [route for _, route in done if route.endswith("/bulk-delete")] != []
    assert discord.utils.utcnow() - newer[0].created_at < timedelta(minutes=1)


async def test_a_time_out_is_over_when_it_is_over_there(sandbox, bot, until):
    ann = bot.member("ann")
    await ann.timeout(timedelta(days=2))
    await until(ann.is_timed_out)
    sandbox.clock.advance(3 * DAY)
    assert not ann.is_timed_out()


async def test_a_cooldown_goes_by_the_sandboxs_time(timed, clock):
    cooldown = app_commands.Cooldown(rate=1, per=DAY)
    assert cooldown.update_rate_limit() is None
    assert cooldown.update_rate_limit() == DAY
    clock.advance(DAY + 1)
    assert cooldown.update_rate_limit() is None


async def test_a_bot_runs_for_as_long_as_the_context_lasts(sandbox):
    bot = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)
    async with sandbox.running(bot) as same:
        assert same is bot
        assert bot.is_ready()
        assert len(sandbox.gateway.connections) == 1
    assert bot.is_closed()


async def test_what_ends_a_bot_is_raised_at_once(opened, tmp_path):
    seed = tmp_path / "seed.json"
    seed.write_text(
        '{"applications": [{"name": "Helper", "owner": "max", "token": "made.up", "intents": []}]}'
    )
    async with opened(seed=seed) as sandbox:
        bot = discord.Client(intents=discord.Intents.all())
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with sandbox.running(bot):
                raise AssertionError("it was never ready")
        assert bot.is_closed()


async def test_a_bot_that_is_sent_away_while_it_plays_is_not_taken_for_well(sandbox, until):
    bot = discord.Client(intents=discord.Intents.default(), guild_ready_timeout=0.01)

    async def play():
        async with sandbox.running(bot):
            next(iter(sandbox.gateway.connections)).close(4004, "Authentication failed.")
            await until(bot.is_closed)

    with pytest.raises(discord.ConnectionClosed):
        await play()


async def test_a_bot_that_closes_itself_at_the_start_is_told_of(sandbox):
    class Shy(discord.Client):
        async def on_connect(self):
            await self.close()

    with pytest.raises(NeverReady, match="closed itself"):
        async with sandbox.running(Shy(intents=discord.Intents.default())):
            raise AssertionError("it was never ready")
