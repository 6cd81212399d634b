"""Commands: registered as Discord registers them, used as its client lets people use them."""

import base64
from typing import Literal

import discord
import pytest
from discord import app_commands

from sandbox.interactions.options import Unacceptable

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def every_option(bot):
    @bot.tree.command()
    @app_commands.describe(text="2 to 5 characters")
    async def every(
        interaction: discord.Interaction,
        *,
        text: app_commands.Range[str, 2, 5],
        whole: app_commands.Range[int, 1, 10],
        yes: bool,
        share: app_commands.Range[float, 0.0, 1.0],
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
        anyone: discord.Member | discord.Role,
        proof: discord.Attachment,
        kind: Literal["spam", "scam"] = "spam",
    ):
        size = len(await proof.read())
        names = f"{who.name} {where.name} {role.name} {anyone.name} {proof.filename} {size}"
        await interaction.response.send_message(f"{text} {whole} {yes} {share} {names} {kind}")


GIVEN = {
    "text": "abc",
    "whole": 3,
    "yes": True,
    "share": 0.5,
    "who": "ann",
    "where": "general",
    "role": "moderator",
    "anyone": "member",
    "proof": {"filename": "a.png", "base64": base64.b64encode(PIXEL).decode()},
    "kind": "scam",
}


async def test_a_slash_command_takes_every_kind_of_option(sandbox, login):
    async with login(sandbox, every_option):
        answer = await sandbox.people.slash("max", "every", options=GIVEN)
    assert answer.failed is None
    assert answer.messages[0]["content"] == "abc 3 True 0.5 ann general moderator member a.png 70 scam"
    assert not answer.deferred
    assert not answer.ephemeral


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"text": "a"}, "Option text: it must have 2 to 5 characters, not 1."),
        ({"text": None}, "The option text is required."),
        ({"whole": 11}, "Option whole: 11 is above 10."),
        ({"whole": "x"}, "Option whole: 'x' is not a whole number."),
        ({"share": -1}, "Option share: -1.0 is below 0.0."),
        ({"yes": "perhaps"}, "Option yes: 'perhaps' is neither true nor false."),
        ({"kind": "ham"}, "Option kind: 'ham' is none of spam, scam."),
        ({"who": "nobody"}, "Option who: There is no person 'nobody'; there is olga"),
        ({"where": "attic"}, "Option where: There is no channel 'attic'; there is general"),
        ({"more": 1}, "There is no option more; it has"),
    ],
)
async def test_what_discords_client_would_not_send_is_not_sent(sandbox, login, changed, sentence):
    async with login(sandbox, every_option):
        answer = await sandbox.people.slash("max", "every", options=GIVEN | changed)
    assert answer.failed.startswith(sentence)
    assert not [one for one in sandbox.recorder.since() if one.route == "INTERACTION_CREATE"]


async def test_the_interaction_is_whole(sandbox, login):
    async with login(sandbox, every_option):
        await sandbox.people.slash("max", "every", options=GIVEN)
    sent = next(one.response for one in sandbox.recorder.since() if one.route == "INTERACTION_CREATE")
    assert sent["context"] == 0
    assert sent["authorizing_integration_owners"] == {"0": sent["guild_id"]}
    assert (sent["locale"], sent["guild_locale"], sent["attachment_size_limit"]) == (
        "en-GB",
        "en-US",
        10485760,
    )
    assert sent["entitlements"] == []
    assert int(sent["member"]["permissions"]) & discord.Permissions(kick_members=True).value
    assert int(sent["app_permissions"]) & discord.Permissions(manage_roles=True).value
    resolved = sent["data"]["resolved"]
    assert set(resolved) == {"users", "members", "channels", "roles", "attachments"}
    assert "user" not in next(iter(resolved["members"].values()))
    assert next(iter(resolved["attachments"].values()))["width"] == 1


def nested(bot):
    points = app_commands.Group(name="points", description="Points")
    shop = app_commands.Group(name="shop", description="The shop", parent=points)

    @points.command()
    async def give(interaction: discord.Interaction, amount: int):
        await interaction.response.send_message(f"gave {amount}")

    @shop.command()
    async def buy(interaction: discord.Interaction, item: str):
        await interaction.response.send_message(f"bought {item}")

    @buy.autocomplete("item")
    async def offer(_interaction: discord.Interaction, typed: str):
        return [app_commands.Choice(name=name, value=name) for name in ("apple", "pear") if typed in name]

    bot.tree.add_command(points)


async def test_sub_commands_and_groups_are_spelled_out(sandbox, login):
    async with login(sandbox, nested):
        assert (await sandbox.people.slash("ann", "points give", options={"amount": 5})).messages[0][
            "content"
        ] == "gave 5"
        bought = await sandbox.people.slash("ann", "points shop buy", options={"item": "pear"})
        wrong = await sandbox.people.slash("ann", "points lend", options={})
    assert bought.messages[0]["content"] == "bought pear"
    assert wrong.failed == "/points lend is not a command; there is /points shop buy, /points give."


async def test_a_message_tells_the_command_in_full_and_the_interaction_its_root(sandbox, login):
    async with login(sandbox, nested):
        given = await sandbox.people.slash("ann", "points give", options={"amount": 5})
        bought = await sandbox.people.slash("ann", "points shop buy", options={"item": "pear"})
    for answer, name in ((given, "points give"), (bought, "points shop buy")):
        assert answer.messages[0]["interaction"]["name"] == name
        assert answer.messages[0]["interaction_metadata"]["name"] == name
    sent = [one.response["data"] for one in sandbox.recorder.since() if one.route == "INTERACTION_CREATE"]
    assert [each["name"] for each in sent] == ["points", "points"]


async def test_autocomplete_gives_the_choices_of_the_bot(sandbox, login):
    async with login(sandbox, nested):
        choices = await sandbox.people.autocomplete(
            "ann", "points shop buy", options={"item": "pe"}, focused="item"
        )
        with pytest.raises(Unacceptable, match="has no option amount that autocompletes"):
            await sandbox.people.autocomplete("ann", "points give", focused="amount")
    assert choices == [{"name": "pear", "value": "pear"}]


def menus(bot):
    @bot.tree.context_menu(name="History")
    async def history(interaction: discord.Interaction, member: discord.Member):
        await interaction.response.send_message(f"history of {member.name}", ephemeral=True)

    @bot.tree.context_menu(name="Report message")
    async def report(interaction: discord.Interaction, message: discord.Message):
        await interaction.response.send_message(f"{message.author.name}: {message.content}", ephemeral=True)


async def test_context_menus_work_on_people_and_messages(sandbox, login):
    async with login(sandbox, menus):
        said = sandbox.people.message("ben", "rude", channel_id="general")
        history = await sandbox.people.context("max", "History", target_id="ann")
        report = await sandbox.people.context("ann", "Report message", target_id=said.id)
    assert history.messages[0]["content"] == "history of ann"
    assert report.messages[0]["content"] == "ben: rude"
    assert report.ephemeral


async def test_ids_stay_with_the_name_and_versions_change_with_the_content(sandbox, login, api):
    application_id = next(iter(sandbox.world.applications))
    path = f"/applications/{application_id}/commands"
    body = [{"name": "a", "description": "one"}, {"name": "b", "description": "two"}]
    _, first = await api("PUT", path, body)
    _, again = await api("PUT", path, [{"name": "a", "description": "changed"}, body[1]])
    assert [each["id"] for each in first] == [each["id"] for each in again]
    assert first[0]["version"] != again[0]["version"]
    assert first[1]["version"] == again[1]["version"]
    _, fewer = await api("PUT", path, body[:1])
    assert [each["name"] for each in fewer] == ["a"]


async def test_single_commands_are_made_changed_and_deleted(sandbox, api):
    application_id = next(iter(sandbox.world.applications))
    guild_id = next(iter(sandbox.world.guilds))
    path = f"/applications/{application_id}/guilds/{guild_id}/commands"
    status, made = await api("POST", path, {"name": "only-here", "description": "in Green"})
    assert (status, made["guild_id"]) == (201, str(guild_id))
    status, changed = await api("PATCH", f"{path}/{made['id']}", {"description": "still in Green"})
    assert (status, changed["description"]) == (200, "still in Green")
    assert (await api("GET", f"{path}/{made['id']}"))[1]["name"] == "only-here"
    assert (await api("DELETE", f"{path}/{made['id']}"))[0] == 204
    assert (await api("GET", f"{path}/{made['id']}"))[1]["code"] == 10063
    assert (await api("GET", path))[1] == []


async def test_localisations_come_only_when_asked_for(sandbox, api):
    path = f"/applications/{next(iter(sandbox.world.applications))}/commands"
    await api("PUT", path, [{"name": "a", "description": "one", "name_localizations": {"de": "ah"}}])
    assert "name_localizations" not in (await api("GET", path))[1][0]
    assert (await api("GET", path + "?with_localizations=true"))[1][0]["name_localizations"] == {"de": "ah"}


async def test_a_wrong_command_is_told_field_by_field(sandbox, api):
    path = f"/applications/{next(iter(sandbox.world.applications))}/commands"
    wrong = [
        {"name": "Upper", "description": ""},
        {"name": "ok", "description": "x", "options": [{"type": 3}]},
    ]
    status, body = await api("PUT", path, wrong)
    assert (status, body["code"], body["message"]) == (400, 50035, "Invalid Form Body")
    assert body["errors"]["0"]["name"]["_errors"][0]["code"] == "APPLICATION_COMMAND_INVALID_NAME"
    assert body["errors"]["0"]["description"]["_errors"]
    assert body["errors"]["1"]["options"]["0"]["name"]["_errors"][0]["code"] == "BASE_TYPE_REQUIRED"


async def test_another_application_is_not_ours(sandbox, api):
    assert (await api("GET", "/applications/1/commands"))[1]["code"] == 20012


def guarded(bot):
    @bot.tree.command()
    @app_commands.default_permissions(kick_members=True)
    @app_commands.guild_only()
    async def warn(interaction: discord.Interaction):
        await interaction.response.send_message("warned")


async def test_default_member_permissions_hide_a_command_until_an_admin_opens_it(sandbox, login):
    people = sandbox.people
    async with login(sandbox, guarded):
        assert (await people.slash("max", "warn")).failed is None
        assert (await people.slash("ann", "warn")).failed.startswith("/warn is not offered to ann")
        assert "warn" not in [each.name for each in people.offered("ann")]
        people.set_command_permissions("olga", command="warn", allow=["everyone"])
        assert (await people.slash("ann", "warn")).failed is None
        people.set_command_permissions("olga", command="warn", allow=["everyone"], deny=["ann"])
        assert (await people.slash("ann", "warn")).failed
        assert (await people.slash("ben", "warn")).failed is None
        assert (await people.slash("ann", "warn", guild_id="Hill")).failed


async def test_the_bot_can_read_what_an_admin_opened(sandbox, login, api):
    async with login(sandbox, guarded):
        sandbox.people.set_command_permissions("olga", command="warn", allow=["everyone", "ann"])
    application_id, guild = next(iter(sandbox.world.applications)), next(iter(sandbox.world.guilds.values()))
    status, body = await api("GET", f"/applications/{application_id}/guilds/{guild.id}/commands/permissions")
    assert status == 200
    assert [(rule["type"], rule["permission"]) for rule in body[0]["permissions"]] == [(1, True), (2, True)]


async def test_commands_are_where_the_person_is(sandbox, login):
    people = sandbox.people
    async with login(sandbox, guarded) as bot:
        hidden = await people.slash("ann", "warn", channel_id="staff")
        direct = people.message("max", "hello", to="Reeve")
        in_private = await people.slash("max", "warn", channel_id=direct.channel_id)
        people.moderate("olga", "timeout", "max")
        silenced = await people.slash("max", "warn")
        assert bot.errors == []
    assert hidden.failed == "ann does not see #staff."
    assert in_private.failed == "/warn can be used in a server only."
    assert silenced.failed == "max is timed out and cannot use commands."


async def test_a_slash_command_in_a_direct_channel_comes_from_a_user(sandbox, login):
    def hello(bot):
        @bot.tree.command()
        async def hello(interaction: discord.Interaction):
            await interaction.response.send_message(
                f"{interaction.user.name} {interaction.guild} {interaction.channel}"
            )

    async with login(sandbox, hello):
        direct = sandbox.people.message("ann", "hi", to="Reeve")
        answer = await sandbox.people.slash("ann", "hello", channel_id=direct.channel_id)
    assert answer.messages[0]["content"].startswith("ann None Direct Message with")
