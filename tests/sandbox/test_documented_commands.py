"""What the reference says of commands, where no other topic's tests ask."""

import discord
import pytest


@pytest.fixture
def paths(sandbox, green):
    """Of the application's commands: everywhere, and in the first guild."""
    application = f"/applications/{next(iter(sandbox.world.applications))}"
    return f"{application}/commands", f"{application}/guilds/{green.id}/commands"


async def test_permissions_that_nobody_set_are_unknown_and_no_bot_sets_any(api, paths):
    everywhere, here = paths
    _, made = await api("POST", everywhere, {"name": "a", "description": "one"})
    path = f"{here}/{made['id']}/permissions"
    status, told = await api("GET", path)
    assert (status, told["code"]) == (404, 10066)
    status, told = await api("PUT", path, {"permissions": []})
    assert (status, told["code"]) == (403, 20001)


@pytest.mark.parametrize("kind", [2, 3])
async def test_a_context_menu_has_no_options(api, paths, kind):
    option = {"type": 3, "name": "text", "description": "some"}
    status, told = await api("POST", paths[0], {"name": "Look", "type": kind, "options": [option]})
    assert (status, told["code"], list(told["errors"])) == (400, 50035, ["options"])
    assert (await api("POST", paths[0], {"name": "Look", "type": kind, "options": []}))[0] == 201


async def test_a_list_of_commands_is_in_the_language_of_who_asks(api, paths):
    option = {"type": 3, "name": "text", "description": "some", "description_localizations": {"de": "etwas"}}
    names = {"name_localizations": {"de": "ah", "en-US": "eh"}, "options": [option]}
    await api("PUT", paths[0], [{"name": "a", "description": "one", **names}])

    async def listed(**headers):
        [told] = (await api("GET", paths[0], headers=headers))[1]
        return told.get("name_localized"), told["options"][0].get("description_localized")

    assert await listed(**{"X-Discord-Locale": "de"}) == ("ah", "etwas")
    assert await listed(**{"X-Discord-Locale": "en-GB"}) == ("eh", None)
    assert await listed(**{"X-Discord-Locale": "fr"}) == (None, None)
    assert await listed(**{"Accept-Language": "de,fr;q=0.5"}) == ("ah", "etwas")
    assert await listed() == ("eh", None)


async def test_a_menu_on_a_person_is_for_who_may_write_there(sandbox, login):
    def prepare(bot):
        @bot.tree.context_menu()
        async def look(interaction: discord.Interaction, member: discord.Member):
            await interaction.response.send_message(member.name)

        @bot.tree.context_menu()
        async def read(interaction: discord.Interaction, message: discord.Message):
            await interaction.response.send_message(message.content)

    async with login(sandbox, prepare):
        assert (await sandbox.people.context("ann", "look", target_id="ben")).failed is None
        message = sandbox.people.message("olga", "news")
        sandbox.people.set_channel_permissions(
            "olga", channel_id="general", role_id="@everyone", deny=["SEND_MESSAGES"]
        )
        denied = await sandbox.people.context("ann", "look", target_id="ben")
        assert denied.failed == "Permission Denied: ann may not write in #general."
        assert (await sandbox.people.context("ann", "read", target_id=message.id)).failed is None
