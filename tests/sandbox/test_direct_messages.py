"""Direct messages: who can be reached, who hears of them, and which commands are there."""

import discord
from asking import code_of
from discord import app_commands


async def test_opening_always_works_and_gives_the_same_channel_again(sandbox, api, bot):
    ann = bot.member("ann")
    sandbox.people.set_preferences("ann", dms_closed=True)
    status, first = await api("POST", "/users/@me/channels", {"recipient_id": str(ann.id)})
    _, again = await api("POST", "/users/@me/channels", {"recipient_id": str(ann.id)})
    assert (status, first["type"], first["id"]) == (200, 1, again["id"])
    assert [each["username"] for each in first["recipients"]] == ["ann"]
    _, fetched = await api("GET", f"/channels/{first['id']}")
    assert fetched == first


async def test_a_person_who_blocks_the_bot_is_as_closed_as_one_who_lets_nobody_in(sandbox, bot):
    ann = bot.member("ann")
    told = sandbox.people.set_preferences("ann", blocked=["Reeve"])
    assert told["blocked"] == [str(bot.user.id)]
    assert await code_of(ann.send("hello")) == (403, 50007)
    sandbox.people.set_preferences("ann", blocked=[])
    await ann.send("hello")
    assert [one["content"] for one in sandbox.people.direct_messages("ann")] == ["hello"]


async def test_a_bot_hears_direct_messages_with_their_intent_and_reads_them_without_another(sandbox, login):
    intents = discord.Intents(guilds=True, dm_messages=True)
    async with login(sandbox, intents=intents) as bot:
        heard = bot.wait_for("message")
        sandbox.people.message("ann", "psst", to="Reeve")
        message = await heard
    assert (message.content, message.guild, message.channel.type) == (
        "psst",
        None,
        discord.ChannelType.private,
    )


async def test_without_that_intent_a_bot_hears_nothing(sandbox, login):
    heard = []

    def prepare(bot):
        @bot.event
        async def on_message(message):
            heard.append(message.content)

    async with login(sandbox, prepare, intents=discord.Intents(guilds=True, guild_messages=True)) as bot:
        sandbox.people.message("ann", "psst", to="Reeve")
        in_guild = bot.wait_for("message")
        sandbox.people.message("ann", f"aloud, <@{bot.user.id}>")
        await in_guild
    assert [text.split(",")[0] for text in heard] == ["aloud"]


def three_commands(bot):
    async def act(interaction):
        await interaction.response.send_message(f"{interaction.context.dm_channel}", ephemeral=True)

    for name, contexts in (
        ("everywhere", None),
        ("guilds", app_commands.AppCommandContext(guild=True)),
        ("direct", app_commands.AppCommandContext(dm_channel=True)),
    ):

        async def callback(interaction: discord.Interaction):
            await act(interaction)

        one = app_commands.Command(name=name, description="d", callback=callback, allowed_contexts=contexts)
        bot.tree.add_command(one)


async def test_commands_are_offered_where_their_contexts_say(sandbox, login):
    async with login(sandbox, three_commands):
        direct = sandbox.people.direct(
            next(each for each in sandbox.world.users.values() if each.username == "ann"),
            next(each for each in sandbox.world.users.values() if each.bot),
        )
        in_direct = sandbox.people.offered("ann", channel_id=direct.id)
        in_guild = sandbox.people.offered("ann", channel_id="general")
        assert sorted(each.name for each in in_direct) == ["direct", "everywhere"]
        assert sorted(each.name for each in in_guild) == ["everywhere", "guilds"]
        answer = await sandbox.people.slash("ann", "direct", channel_id=direct.id)
        assert (answer.messages[0]["content"], answer.ephemeral) == ("True", True)
        refused = await sandbox.people.slash("ann", "guilds", channel_id=direct.id)
        assert refused.failed == "/guilds can be used in a server only."
