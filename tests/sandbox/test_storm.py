"""Many people act at once, from inside, by the same rules."""

import discord
import pytest

from sandbox.clock import ManualClock
from sandbox.people.storm import Storm


def answering(bot):
    @bot.tree.command()
    async def ping(interaction: discord.Interaction):
        await interaction.response.send_message("pong")

    @bot.tree.command()
    async def silent(interaction: discord.Interaction): ...


@pytest.fixture
def storm(sandbox, http):
    async def post(**body):
        async with http.post(f"{sandbox.url}/sandbox/storm", json=body) as answer:
            return answer.status, await answer.json()

    return post


async def test_every_message_of_a_storm_is_heard(sandbox, login, storm, until):
    heard = []

    def listening(bot):
        async def on_message(message):
            heard.append((message.author.name, message.content))

        bot.on_message = on_message

    async with login(sandbox, listening):
        status, told = await storm(kind="messages", people=4, count=50)
        await until(lambda: len(heard) == 50)
    assert (status, told["done"], told["failed"]) == (200, 50, 0)
    assert {content for _, content in heard} == {f"Storm {number}" for number in range(50)}
    assert len({name for name, _ in heard}) == 4
    assert 0 < told["p50_ms"] <= told["p99_ms"]


async def test_every_command_of_a_storm_is_answered(sandbox, login, storm):
    async with login(sandbox, answering):
        _, told = await storm(kind="slash", command="ping", people=["ann", "max"], count=20)
    assert (told["done"], told["failed"], told["because"]) == (20, 0, None)
    answers = [one["content"] for one in sandbox.people.sees("ann", "general")]
    assert answers == ["pong"] * 20


async def test_a_storm_keeps_the_rules_and_tells_what_failed(sandbox, storm):
    _, told = await storm(kind="messages", people=["ann"], channel_id="staff", count=3)
    assert (told["done"], told["failed"]) == (0, 3)
    assert "50001" in told["because"]


async def test_a_storm_lasts_so_many_seconds_at_a_pace(storm):
    _, told = await storm(kind="messages", people=2, seconds=0.2, per_second=50)
    assert (told["done"], told["failed"]) == (10, 0)


async def test_a_storm_of_nothing_known_is_refused(storm):
    assert await storm(kind="hail") == (
        400,
        {"error": "There is no storm of 'hail'; there is messages and slash."},
    )


async def test_a_storm_passes_also_while_the_clock_stands(opened):
    async with opened(clock=ManualClock(discord.utils.utcnow())) as sandbox:
        told = await Storm(sandbox.core, sandbox.people).run("messages", count=5)
        assert told["done"] == 5
