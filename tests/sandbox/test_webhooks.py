"""Webhooks that a bot makes: their life, their messages, and who may do what with them."""

import base64
import io

import discord
import pytest
from asking import code_of, heard_in, logged

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def allow(sandbox, **more):
    sandbox.people.set_channel_permissions("olga", channel_id="general", role_id="Reeve", **more)


@pytest.fixture
async def hook(sandbox, bot):
    allow(sandbox, allow=["MANAGE_WEBHOOKS"])
    return await bot.channel().create_webhook(name="News")


async def test_one_is_made_read_changed_moved_and_removed(sandbox, bot, hook):
    sandbox.people.set_channel_permissions(
        "olga", channel_id="staff", role_id="Reeve", allow=["VIEW_CHANNEL", "MANAGE_WEBHOOKS"]
    )
    assert (hook.type, hook.user.id, hook.channel.name) == (
        discord.WebhookType.incoming,
        bot.user.id,
        "general",
    )
    assert (await bot.fetch_webhook(hook.id)).token == hook.token
    assert [each.id for each in await bot.channel().webhooks()] == [hook.id]
    edited = await hook.edit(name="Weather", avatar=PIXEL, channel=bot.channel("staff"), reason="rain")
    assert (edited.name, edited.channel.name, edited.avatar is not None) == ("Weather", "staff", True)
    assert await bot.channel().webhooks() == []
    await edited.delete(reason="over")
    assert await code_of(bot.fetch_webhook(hook.id)) == (404, 10015)
    [made] = await logged(bot, discord.AuditLogAction.webhook_create)
    assert (made.target.id, made.after.name, made.after.channel.name) == (hook.id, "News", "general")
    [changed] = await logged(bot, discord.AuditLogAction.webhook_update)
    assert (changed.before.name, changed.after.name, changed.reason) == ("News", "Weather", "rain")
    assert (changed.before.channel.name, changed.after.channel.name) == ("general", "staff")
    [gone] = await logged(bot, discord.AuditLogAction.webhook_delete)
    assert (gone.before.name, gone.reason) == ("Weather", "over")


async def test_every_change_is_told_with_its_channel(sandbox, bot):
    allow(sandbox, allow=["MANAGE_WEBHOOKS"])
    heard = bot.wait_for("webhooks_update")
    hook = await bot.channel().create_webhook(name="News")
    assert (await heard).name == "general"
    heard = bot.wait_for("webhooks_update")
    await hook.edit(name="Weather")
    assert (await heard).name == "general"
    sandbox.people.set_channel_permissions(
        "olga", channel_id="staff", role_id="Reeve", allow=["VIEW_CHANNEL", "MANAGE_WEBHOOKS"]
    )
    before = len(heard_in(sandbox, "WEBHOOKS_UPDATE"))
    hook = await hook.edit(channel=bot.channel("staff"))
    moved = [each.response["channel_id"] for each in heard_in(sandbox, "WEBHOOKS_UPDATE")[before:]]
    assert moved == [str(bot.channel(name).id) for name in ("general", "staff")]
    heard = bot.wait_for("webhooks_update", check=lambda place: place.name == "staff")
    await hook.delete()
    await heard


async def test_without_the_permission_nothing_of_it_is_seen(sandbox, bot, hook):
    allow(sandbox, deny=["MANAGE_WEBHOOKS"])
    channel = bot.channel()
    assert await code_of(channel.create_webhook(name="x")) == (403, 50013)
    assert await code_of(channel.webhooks()) == (403, 50013)
    assert await code_of(hook.edit(name="x", prefer_auth=True)) == (403, 50013)
    assert await code_of(hook.delete(prefer_auth=True)) == (403, 50013)
    assert (await bot.fetch_webhook(hook.id)).name == "News"  # its own: no permission is needed


async def test_a_guilds_webhooks_need_the_permission_in_the_guild(sandbox, bot, hook, api):
    path = f"/guilds/{bot.guild().id}/webhooks"
    status, told = await api("GET", path)
    assert (status, told["code"]) == (403, 50013)
    sandbox.world.guild(bot.guild().id).roles[bot.guild().me.top_role.id].permissions |= 1 << 29
    _, [listed] = await api("GET", path)
    assert listed["id"] == str(hook.id)
    assert listed["user"]["id"] == str(bot.user.id)


async def test_a_channel_takes_fifteen(bot, hook):
    for number in range(14):
        await bot.channel().create_webhook(name=f"w{number}")
    assert await code_of(bot.channel().create_webhook(name="one more")) == (400, 30007)


@pytest.mark.parametrize("name", ["Clyde", "my DISCORD news", "", "x" * 81])
async def test_some_names_are_refused(api, bot, hook, name):
    status, told = await api("POST", f"/channels/{bot.channel().id}/webhooks", {"name": name})
    assert (status, told["code"]) == (400, 50035)
    assert "name" in told["errors"]
    status, told = await api("POST", f"/webhooks/{hook.id}/{hook.token}", {"content": "x", "username": name})
    assert (status, told["code"]) == (400, 50035)
    assert "username" in told["errors"]


async def test_a_direct_channel_has_none(api, bot, hook):
    direct = await bot.member("ann").create_dm()
    status, told = await api("POST", f"/channels/{direct.id}/webhooks", {"name": "x"})
    assert (status, told["code"]) == (403, 50003)


async def test_the_token_alone_is_enough_and_a_wrong_one_is_not(sandbox, hook, http):
    url = f"{sandbox.api_url}/webhooks/{hook.id}"
    async with http.get(f"{url}/{hook.token}") as response:
        told = await response.json()
    assert (told["name"], "user" in told) == ("News", False)
    async with http.patch(f"{url}/{hook.token}", json={"name": "Renamed"}) as response:
        assert (await response.json())["name"] == "Renamed"
    async with http.get(f"{url}/wrong") as response:
        assert (response.status, (await response.json())["code"]) == (401, 50027)
    async with http.get(f"{sandbox.api_url}/webhooks/{sandbox.core.ids.next()}/x") as response:
        assert (response.status, (await response.json())["code"]) == (404, 10015)
    async with http.delete(f"{url}/{hook.token}") as response:
        assert response.status == 204
    assert sandbox.world.webhooks == {}


async def test_a_message_tells_the_webhooks_name_or_another_and_its_author_is_no_member(sandbox, bot, hook):
    heard = bot.wait_for("message")
    assert await hook.send("quiet") is None
    message = await heard
    assert (message.webhook_id, message.author.name, message.author.bot) == (hook.id, "News", True)
    assert message.author.discriminator == "0000"
    assert not isinstance(message.author, discord.Member)
    assert bot.guild().get_member(hook.id) is None
    sent = await hook.send("x", username="Ann's echo", avatar_url="https://e.org/a.png", wait=True)
    assert (sent.author.name, sent.author.avatar is not None) == ("Ann's echo", True)
    await hook.edit(name="Other")
    assert (await bot.channel().fetch_message(message.id)).author.name == "News"
    assert [one["author"]["username"] for one in sandbox.people.sees("ann", "general")] == [
        "News",
        "Ann's echo",
    ]


async def test_its_messages_are_read_edited_and_deleted_through_it_alone(sandbox, bot, hook):
    other = await bot.channel().create_webhook(name="Other")
    file = discord.File(io.BytesIO(b"bytes"), "a.txt")
    sent = await hook.send("one", embed=discord.Embed(title="e"), file=file, wait=True)
    assert (await hook.fetch_message(sent.id)).content == "one"
    assert await code_of(other.fetch_message(sent.id)) == (404, 10008)
    edited = await hook.edit_message(sent.id, content="two", attachments=[])
    assert (edited.content, edited.attachments, edited.edited_at is not None) == ("two", [], True)
    channels = await bot.channel().fetch_message(sent.id)
    assert await code_of(channels.edit(content="mine?")) == (403, 50005)
    persons = sandbox.people.message("ann", "hers")
    assert await code_of(hook.delete_message(persons.id)) == (404, 10008)
    await hook.delete_message(sent.id)
    assert await code_of(bot.channel().fetch_message(sent.id)) == (404, 10008)


async def test_a_button_on_its_message_reaches_the_bot_that_made_it(sandbox, bot, hook):
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Go", custom_id="go"))
    await hook.send("press", view=view)

    @bot.event
    async def on_interaction(interaction):
        await interaction.response.send_message(f"pressed on {interaction.message.author.name}")

    answer = await sandbox.people.click("ann", label="Go")
    assert answer.messages[0]["content"] == "pressed on News"


async def test_it_writes_in_threads_of_its_channel_only(bot, hook):
    thread = await bot.channel().create_thread(name="talk", type=discord.ChannelType.public_thread)
    sent = await hook.send("in there", thread=thread, wait=True)
    assert sent.channel.id == thread.id
    assert (await hook.fetch_message(sent.id, thread=thread)).content == "in there"
    elsewhere = await bot.channel("reports").create_thread(name="t", type=discord.ChannelType.public_thread)
    assert await code_of(hook.send("x", thread=elsewhere)) == (404, 10003)


async def test_forms_are_as_strict_as_for_any_message(api, hook):
    path = f"/webhooks/{hook.id}/{hook.token}"
    status, told = await api("POST", path, {"content": "x" * 2001})
    assert (status, told["code"]) == (400, 50035)
    status, told = await api("POST", path, {})
    assert (status, told["code"]) == (400, 50006)
    status, told = await api("POST", path, {"content": "x", "thread_name": "t"})
    assert (status, told["code"]) == (400, 220003)


async def test_a_deleted_channel_takes_its_webhooks_along(sandbox, bot, hook):
    channel = await bot.guild().create_text_channel("short-lived")
    sandbox.people.set_channel_permissions(
        "olga", channel_id="short-lived", role_id="Reeve", allow=["MANAGE_WEBHOOKS"]
    )
    other = await channel.create_webhook(name="Gone")
    await channel.delete()
    assert await code_of(bot.fetch_webhook(other.id)) == (404, 10015)
    assert (await bot.fetch_webhook(hook.id)).name == "News"


async def test_an_interactions_webhook_is_none_of_them(api, sandbox):
    application_id = next(iter(sandbox.world.applications))
    status, told = await api("GET", f"/webhooks/{application_id}/nonsense")
    assert (status, told["code"]) == (401, 50027)
    status, told = await api("POST", f"/webhooks/{application_id}/nonsense", {"content": "x"})
    assert (status, told["code"]) == (404, 10015)


async def test_a_reply_to_a_webhook_and_a_moderators_deletion_work(sandbox, bot, hook):
    sent = await hook.send("news", wait=True)
    reply = await (await bot.channel().fetch_message(sent.id)).reply("thanks")
    assert reply.mentions == []
    sandbox.people.delete_message("max", message_id=sent.id)
    [entry] = await logged(bot, discord.AuditLogAction.message_delete)
    assert entry.target.id == hook.id
