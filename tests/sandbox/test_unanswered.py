"""Why somebody waits in vain: no bot, a bot that was refused something, a clock that stands still."""

import asyncio

import discord
from gateway_client import identify, raw

from sandbox.interactions import waiting

NOBODY = "no bot is connected as Reeve: start it, or look at its log"


def asks_for_webhooks(bot):
    @bot.tree.command()
    async def hooks(interaction: discord.Interaction):
        await interaction.channel.webhooks()

    @bot.tree.command()
    async def later(interaction: discord.Interaction):
        await interaction.response.defer()
        await interaction.channel.webhooks()

    @bot.tree.command()
    async def long(interaction: discord.Interaction):
        await interaction.response.send_message("x" * 2001)

    @bot.tree.command()
    async def silent(interaction: discord.Interaction):
        bot.reached.put_nowait(interaction)


async def test_without_a_bot_it_is_said_at_once(timed, clock, login, until):
    async with login(timed, asks_for_webhooks):
        pass
    await until(lambda: not timed.gateway.connections)
    clock.advance(601)  # discord.py leaves a session behind that it could resume
    before = timed.clock.now()
    answer = await asyncio.wait_for(timed.people.slash("ann", "silent"), 1)
    assert (answer.failed, timed.clock.now()) == (NOBODY, before)


async def test_a_bot_that_lost_its_socket_may_still_come_back_and_answer(timed, login, until):
    def greets(bot):
        @bot.tree.command()
        async def greet(interaction: discord.Interaction):
            await interaction.response.send_message("hello")

    async with login(timed, greets):
        timed.gateway.drop()
        await until(lambda: all(session.line is None for session in timed.gateway.sessions.values()))
        answer = await timed.people.slash("ann", "greet")
        assert (answer.failed, answer.messages[0]["content"]) == (None, "hello")


async def test_a_bot_that_was_killed_is_waited_for_and_then_missed(timed, clock, http, login, until):
    async with login(timed, asks_for_webhooks):
        pass
    async with raw(timed, http) as socket:
        await socket.receive_json()
        await identify(socket, timed)
        await until(lambda: timed.gateway.sessions)
        timed.gateway.drop()
        await until(lambda: not timed.gateway.connections)
        acting = asyncio.create_task(timed.people.slash("ann", "silent"))
        await until(lambda: clock.deadlines)
        clock.advance(3)
        assert (await acting).failed == NOBODY


async def test_the_last_refusal_is_named(timed, clock, login, until):
    async with login(timed, asks_for_webhooks) as bot:
        channel = bot.channel()
        for command, kind in (
            ("hooks", "did not respond"),
            ("later", "is still thinking: the deferred answer did not come within 15 s"),
        ):
            bot.errors.clear()
            acting = asyncio.create_task(timed.people.slash("ann", command, channel_id=channel.id))
            await until(lambda: bot.errors and clock.deadlines)
            clock.advance(15)
            refused = f"GET /channels/{channel.id}/webhooks 403 Missing Permissions (50013)"
            expected = f"{kind}; the last thing it asked was refused: {refused}"
            assert (await acting).failed == expected


async def test_a_refused_answer_is_named_with_its_field_and_without_its_token(timed, clock, login, until):
    async with login(timed, asks_for_webhooks) as bot:
        acting = asyncio.create_task(timed.people.slash("ann", "long"))
        await until(lambda: bot.errors)
        clock.advance(3)
        answer = await acting
        asked = f"POST /interactions/{answer.interaction_id}/.../callback"
        problem = "Invalid Form Body (50035): content: Must be 2000 or fewer in length."
        assert answer.failed == f"did not respond; the last thing it asked was refused: {asked} 400 {problem}"


async def test_what_was_refused_before_is_not_named(timed, clock, login, until):
    async with login(timed, asks_for_webhooks) as bot:
        acting = asyncio.create_task(timed.people.slash("ann", "hooks"))
        await until(lambda: bot.errors)
        clock.advance(3)
        await acting
        acting = asyncio.create_task(timed.people.slash("ann", "silent"))
        await bot.reached.get()
        clock.advance(3)
        assert (await acting).failed == "did not respond"


async def test_on_a_clock_that_stands_still_the_wait_ends_in_real_time(timed, login, monkeypatch):
    monkeypatch.setattr(waiting, "PATIENCE", 0.1)
    monkeypatch.setattr(waiting, "ACKNOWLEDGE_WITHIN", waiting.ACKNOWLEDGE_WITHIN / 100)
    async with login(timed, asks_for_webhooks):
        answer = await asyncio.wait_for(timed.people.slash("ann", "silent"), 30)
        assert answer.failed == "did not respond: the clock stands still; advance it"
