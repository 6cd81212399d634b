"""What the reference says is refused, and how, where no other topic's tests ask."""

import discord
import pytest


async def test_a_bulk_delete_takes_no_id_twice(sandbox, bot, api):
    sent = [await bot.channel().send(str(number)) for number in range(2)]
    path = f"/channels/{bot.channel().id}/messages/bulk-delete"
    status, told = await api("POST", path, {"messages": [str(sent[0].id), str(sent[1].id), str(sent[0].id)]})
    assert (status, told["code"], list(told["errors"])) == (400, 50035, ["messages"])
    assert len([one async for one in bot.channel().history()]) == 2


@pytest.fixture
async def direct(sandbox, bot):
    """A direct channel with ann, and what she wrote there."""
    channel = await bot.member("ann").create_dm()
    return channel, sandbox.people.message("ann", "hers", to="Reeve")


async def test_in_a_direct_channel_nobody_deletes_what_the_other_wrote(api, direct):
    channel, hers = direct
    one, many = f"/channels/{channel.id}/messages/{hers.id}", f"/channels/{channel.id}/messages/bulk-delete"
    assert (await api("DELETE", one))[1]["code"] == 50003
    assert (await api("POST", many, {"messages": [str(hers.id), "1"]}))[1]["code"] == 50003


async def test_a_system_message_cannot_be_answered(sandbox, bot, api, green):
    green.system_channel_id = bot.channel().id
    sandbox.people.join("zoe", "Green")
    [greeting] = [one async for one in bot.channel().history()]
    path = f"/channels/{bot.channel().id}/messages"
    body = {"content": "hello", "message_reference": {"message_id": str(greeting.id)}}
    status, told = await api("POST", path, body)
    assert (status, told["code"], list(told["errors"])) == (400, 50035, ["message_reference"])


async def test_a_form_of_a_command_can_be_closed_without_an_answer(sandbox, login):
    class Form(discord.ui.Modal, title="Tell us"):
        name = discord.ui.TextInput(label="Name")

        async def on_submit(self, interaction):
            await interaction.response.defer()

    def prepare(bot):
        @bot.tree.command()
        async def go(interaction: discord.Interaction):
            await interaction.response.send_modal(Form())

    async with login(sandbox, prepare):
        await sandbox.people.slash("ann", "go")
        done = await sandbox.people.submit("ann", fields={"Name": "Ann"})
    assert (done.failed, done.messages) == (None, [])
