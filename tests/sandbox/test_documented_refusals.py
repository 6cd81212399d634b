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


async def test_of_around_before_and_after_only_one_is_taken(bot, api):
    path = f"/channels/{bot.channel().id}/messages"
    status, told = await api("GET", path + "?before=5&after=1")
    assert (status, told["code"]) == (400, 50035)
    assert (await api("GET", path + "?before=5"))[0] == 200


async def test_who_may_not_come_into_a_voice_channel_neither_reads_nor_changes_it(sandbox, bot, api, green):
    voice = sandbox.people.manage_channel("olga", action="create", name="Lounge", type="voice")["id"]
    said = sandbox.people.message("olga", "inside", channel_id=voice)
    paths = f"/channels/{voice}/messages", f"/channels/{voice}/messages/{said.id}"
    assert [(await api("GET", path))[0] for path in paths] == [200, 200]
    sandbox.people.set_channel_permissions(
        "olga", channel_id=voice, role_id="Reeve", allow=["MANAGE_CHANNELS"], deny=["CONNECT"]
    )
    assert [(await api("GET", path))[1]["code"] for path in paths] == [50013, 50013]
    assert (await api("PATCH", f"/channels/{voice}", {"name": "louder"}))[1]["code"] == 50013
    sandbox.people.set_channel_permissions(
        "olga", channel_id=voice, role_id="Reeve", allow=["MANAGE_CHANNELS", "CONNECT"]
    )
    assert (await api("PATCH", f"/channels/{voice}", {"name": "louder"}))[0] == 200


async def test_text_to_speech_needs_its_permission(sandbox, bot, api):
    path = f"/channels/{bot.channel().id}/messages"
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", allow=["SEND_TTS_MESSAGES"]
    )
    assert (await api("POST", path, {"content": "hear", "tts": True}))[1]["tts"] is True
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", deny=["SEND_TTS_MESSAGES"]
    )
    assert (await api("POST", path, {"content": "hear", "tts": True}))[1]["code"] == 50013


async def test_what_is_no_id_is_told_where_an_id_should_be(bot, api):
    status, told = await api("GET", "/channels/abc")
    assert (status, told["code"]) == (400, 50035)
    assert told["errors"]["channel_id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"
    assert (await api("GET", "/chanels/1"))[0] == 404


async def test_tags_of_one_forum_have_names_of_their_own(sandbox, bot, api, green):
    made = sandbox.people.manage_channel("olga", action="create", name="ideas", type="forum")["id"]
    sandbox.people.set_channel_permissions(
        "olga", channel_id=made, role_id="Reeve", allow=["MANAGE_CHANNELS"]
    )
    body = {"available_tags": [{"name": "a"}, {"name": "a"}]}
    assert (await api("PATCH", f"/channels/{made}", body))[1]["code"] == 40061


@pytest.mark.parametrize("name", ["disCord", "a@b", "a#b", "a:b", "a```b", "everyone", "Here"])
async def test_a_username_is_none_that_misleads(bot, api, name):
    status, told = await api("PATCH", "/users/@me", {"username": name})
    assert (status, told["code"], list(told["errors"])) == (400, 50035, ["username"])


async def test_names_are_tidied(sandbox, bot, api):
    assert (await api("PATCH", "/users/@me", {"username": "  The   Reeve "}))[1]["username"] == "The Reeve"
    path = f"/guilds/{bot.guild().id}/members/@me/nick"
    assert await api("PATCH", path, {"nick": "  the \t reeve "}) == (200, {"nick": "the reeve"})
    assert await api("PATCH", path, {"nick": "  "}) == (200, {"nick": None})
    sandbox.people.moderate("olga", "nick", "ann", nick="Ann  of   Green", guild_id="Green")
    assert (await bot.guild().fetch_member(bot.member("ann").id)).nick == "Ann of Green"


async def test_a_message_is_sent_and_changed_without_the_space_around_it(bot):
    sent = await bot.channel().send("  one\n two \n")
    assert sent.content == "one\n two"
    assert (await sent.edit(content="\tthree ")).content == "three"


async def test_an_overwrite_that_says_no_type_is_about_what_has_that_id(sandbox, bot, api, green):
    sandbox.people.set_channel_permissions(
        "olga", channel_id="general", role_id="Reeve", allow=["MANAGE_ROLES"]
    )
    ann = bot.member("ann").id
    path = f"/channels/{bot.channel().id}/permissions"
    for subject, kind in ((green.id, 0), (ann, 1)):
        assert (await api("PUT", f"{path}/{subject}", {"deny": "2048"}))[0] == 204
        assert sandbox.world.channel(bot.channel().id).overwrites[subject].type == kind
