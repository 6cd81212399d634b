"""What docs/assumed.md says and no other topic's tests hold."""

import discord


def last_interaction(sandbox):
    return [one.response for one in sandbox.recorder.since() if one.route == "INTERACTION_CREATE"][-1]


def events(sandbox, name):
    return [one for one in sandbox.recorder.since() if one.route == name]


def commands(bot):
    @bot.tree.command()
    async def go(interaction: discord.Interaction):
        await interaction.response.send_message("gone", ephemeral=True)

    @bot.tree.command()
    async def buy(interaction: discord.Interaction, shop: str, amount: int):
        await interaction.response.send_message(f"{amount} of {shop}", ephemeral=True)

    @buy.autocomplete("amount")
    async def amounts(interaction: discord.Interaction, typed: str):
        return [discord.app_commands.Choice(name="3", value=3)]


async def test_a_second_ban_of_the_same_person_changes_nothing(sandbox, bot):
    ann, guild = bot.member("ann"), bot.guild()
    sandbox.people.message("ann", "before")
    await guild.ban(ann, reason="first", delete_message_seconds=0)
    await guild.ban(ann, reason="second", delete_message_seconds=3600)
    entries = [each async for each in guild.audit_logs(action=discord.AuditLogAction.ban)]
    assert [each.reason for each in entries] == ["first"]
    assert (await guild.fetch_ban(ann)).reason == "first"
    assert len(events(sandbox, "GUILD_BAN_ADD")) == 1
    assert [one["content"] for one in sandbox.people.sees("max", "general")] == ["before"]


async def test_an_interactions_permissions_are_those_of_the_channel(sandbox, login):
    """Kicking is denied in no channel, attaching files in this one, to the person and to the bot."""
    people = sandbox.people
    async with login(sandbox, commands):
        await people.slash("max", "go")
        usual = last_interaction(sandbox)
        for role in ("member", "moderator", "Reeve"):
            people.set_channel_permissions("olga", channel_id="general", role_id=role, deny=["ATTACH_FILES"])
        await people.slash("max", "go")
        here = last_interaction(sandbox)
    files = discord.Permissions(attach_files=True).value
    for sent, may in ((usual, True), (here, False)):
        assert bool(int(sent["app_permissions"]) & files) is may
        assert bool(int(sent["member"]["permissions"]) & files) is may


async def test_a_time_out_takes_commands_away_and_holds_no_administrator(timed, login):
    people = timed.people
    async with login(timed, commands):
        people.moderate("olga", "timeout", "max", seconds=600)
        assert people.offered("max") == []
        people.manage_role("olga", "edit", role_id="moderator", permissions=["ADMINISTRATOR"])
        assert {each.name for each in people.offered("max")} == {"go", "buy"}
        assert (await people.slash("max", "go")).failed is None
        people.message("max", "still here")


async def test_of_a_command_that_is_typed_the_option_is_text_and_others_may_be_missing(sandbox, login):
    async with login(sandbox, commands):
        choices = await sandbox.people.autocomplete("ann", "buy", focused="amount", options={"amount": "thr"})
    sent = last_interaction(sandbox)["data"]["options"]
    assert [(each["name"], each["value"], each["focused"]) for each in sent] == [("amount", "thr", True)]
    assert choices == [{"name": "3", "value": 3}]


async def test_ready_says_what_only_peoples_clients_need(sandbox, bot):
    ready = events(sandbox, "READY")[0].response
    undocumented = {"user_settings", "session_type", "relationships", "private_channels", "presences"}
    undocumented |= {"guild_join_requests", "geo_ordered_rtc_regions", "auth", "_trace"}
    assert undocumented <= ready.keys()


async def test_some_keys_are_on_the_wire_and_in_no_table(sandbox, login):
    def button(bot):
        @bot.tree.command()
        async def ask(interaction: discord.Interaction):
            view = discord.ui.View()
            view.add_item(discord.ui.Button(label="Yes", custom_id="yes"))
            await interaction.response.send_message("?", view=view)

        @bot.event
        async def on_interaction(interaction):
            if interaction.type is discord.InteractionType.component:
                await interaction.response.edit_message(content="!")

    async with login(sandbox, button):
        answer = await sandbox.people.slash("ann", "ask")
        await sandbox.people.click("ann", label="Yes")
        sandbox.people.moderate("max", "nick", "ann", nick="Annie")
    pressed = last_interaction(sandbox)
    assert {"id", "custom_id", "component_type"} == pressed["data"].keys()
    assert {"id", "features", "locale"} == pressed["guild"].keys()
    assert pressed["entitlement_sku_ids"] == []
    assert answer.messages[0]["interaction_metadata"]["name"] == "ask"
    assert "command_type" in answer.messages[0]["interaction_metadata"]
    assert "flags" in events(sandbox, "GUILD_MEMBER_UPDATE")[-1].response
