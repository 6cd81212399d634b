"""The life of an interaction: answers, deferrals, tokens, components, forms."""

import asyncio
from datetime import timedelta

import discord
import pytest


def command(act, name="go"):
    """A bot with one command."""

    def prepare(bot):
        @bot.tree.command(name=name, description="Go")
        async def go(interaction: discord.Interaction):
            await act(bot, interaction)

    return prepare


async def test_an_ephemeral_answer_is_seen_by_its_addressee_alone(sandbox, login, api):
    async def act(_bot, interaction):
        await interaction.response.send_message("secret", ephemeral=True)

    async with login(sandbox, command(act)):
        answer = await sandbox.people.slash("max", "go")
    seen = sandbox.people.sees("max", "general")
    assert answer.ephemeral
    assert [one["content"] for one in seen] == ["secret"]
    assert sandbox.people.sees("mia", "general") == []
    channel_id, message_id = seen[0]["channel_id"], seen[0]["id"]
    assert (await api("GET", f"/channels/{channel_id}/messages"))[1] == []
    assert (await api("GET", f"/channels/{channel_id}/messages/{message_id}"))[1]["code"] == 10008


async def test_a_deferral_waits_for_its_edit(sandbox, login, until):
    async def act(bot, interaction):
        await interaction.response.defer(ephemeral=True)
        await bot.may_go_on.wait()
        await interaction.edit_original_response(content="done")

    async with login(sandbox, command(act)) as bot:
        playing = asyncio.create_task(sandbox.people.slash("max", "go"))
        await until(lambda: sandbox.people.sees("max", "general"))
        assert sandbox.people.sees("max", "general")[0]["flags"] & 128
        bot.may_go_on.set()
        answer = await playing
    assert (answer.deferred, answer.ephemeral, answer.failed) == (True, True, None)
    assert answer.messages[0]["content"] == "done"
    assert answer.messages[0]["flags"] == 64


async def test_the_first_follow_up_fills_the_deferred_message_and_keeps_it_ephemeral(sandbox, login, until):
    async def act(_bot, interaction):
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("first", ephemeral=False)
        await interaction.followup.send("second")

    async with login(sandbox, command(act)):
        await sandbox.people.slash("max", "go")
        await until(lambda: len(sandbox.people.sees("max", "general")) >= 2)
    first, second = sandbox.people.sees("max", "general")
    assert (first["content"], first["flags"], first["type"]) == ("first", 64, 20)
    assert (second["content"], second["flags"], second["type"]) == ("second", 0, 19)
    assert second["message_reference"]["message_id"] == first["id"]


@pytest.mark.parametrize("complete", ["edit_original_response", "follow up"])
async def test_completing_a_deferral_is_no_edit_but_what_comes_later_is(sandbox, login, complete):
    async def act(bot, interaction):
        await interaction.response.defer()
        if complete == "follow up":
            await interaction.followup.send("done")
        else:
            await interaction.edit_original_response(content="done")
        bot.reached.put_nowait(interaction)

    async with login(sandbox, command(act)) as bot:
        await sandbox.people.slash("max", "go")
        interaction = await bot.reached.get()
        completed = await interaction.original_response()
        edited = await interaction.edit_original_response(content="done, and more")
    assert (completed.content, completed.edited_at) == ("done", None)
    assert edited.edited_at is not None


async def test_a_second_acknowledgement_is_40060(sandbox, login, until):
    async def act(bot, interaction):
        await interaction.response.send_message("one")
        interaction.response._response_type = None
        await interaction.response.send_message("two")

    async with login(sandbox, command(act)) as bot:
        await sandbox.people.slash("max", "go")
        await until(lambda: bot.errors)
    assert bot.errors[0].code == 40060


async def test_three_seconds_of_silence_are_no_answer_and_too_late_is_10062(timed, clock, login, until):
    async def act(bot, interaction):
        bot.reached.put_nowait(interaction)
        await bot.may_go_on.wait()
        await interaction.response.send_message("late")

    async with login(timed, command(act)) as bot:
        playing = asyncio.create_task(timed.people.slash("max", "go"))
        await bot.reached.get()
        clock.advance(3)
        answer = await playing
        bot.may_go_on.set()
        await until(lambda: bot.errors)
    assert (answer.failed, answer.messages, answer.acknowledged_ms) == ("did not respond", [], None)
    assert bot.errors[0].code == 10062


async def test_a_deferral_that_is_never_completed_is_told(timed, clock, login, until):
    async def act(bot, interaction):
        await interaction.response.defer()
        bot.reached.put_nowait(interaction)

    async with login(timed, command(act)) as bot:
        playing = asyncio.create_task(timed.people.slash("max", "go", wait_seconds=5))
        await bot.reached.get()
        await until(lambda: clock.now() + timedelta(seconds=5) in clock.deadlines)
        clock.advance(6)
        answer = await playing
    assert answer.failed == "is still thinking: the deferred answer did not come within 5 s"
    assert answer.deferred


async def test_the_token_ends_after_fifteen_minutes(timed, clock, login):
    async def act(bot, interaction):
        await interaction.response.send_message("now")
        bot.reached.put_nowait(interaction)

    async with login(timed, command(act)) as bot:
        await timed.people.slash("max", "go")
        interaction = await bot.reached.get()
        clock.advance(15 * 60)
        with pytest.raises(discord.HTTPException) as refused:
            await interaction.followup.send("too late")
    assert (refused.value.status, refused.value.code) == (401, 50027)


async def test_before_the_acknowledgement_there_is_no_webhook(sandbox, login):
    async def act(bot, interaction):
        for attempt in (interaction.followup.send("early"), interaction.original_response()):
            try:
                await attempt
            except discord.NotFound as wrong:
                bot.errors.append(wrong)
        await interaction.response.send_message("now")

    async with login(sandbox, command(act)) as bot:
        await sandbox.people.slash("max", "go")
    assert [error.code for error in bot.errors] == [10015, 10015]


async def test_answers_can_be_read_edited_and_deleted(sandbox, login):
    async def act(bot, interaction):
        told = await interaction.response.send_message("one")
        assert told.resource.content == "one"
        assert (await interaction.original_response()).content == "one"
        more = await interaction.followup.send("two", wait=True)
        await more.edit(content="three")
        await more.delete()
        await interaction.delete_original_response()
        bot.reached.put_nowait(interaction)

    async with login(sandbox, command(act)) as bot:
        await sandbox.people.slash("max", "go")
        await bot.reached.get()
    assert bot.errors == []
    assert sandbox.people.sees("max", "general") == []
