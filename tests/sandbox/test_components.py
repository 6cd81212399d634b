"""Components: buttons, menus, forms and layouts, pressed and filled by people."""

import io

import discord


def command(act):
    """A bot with one command, /go."""

    def prepare(bot):
        @bot.tree.command(name="go", description="Go")
        async def go(interaction: discord.Interaction):
            await act(bot, interaction)

    return prepare


def shows(view):
    async def show(_bot, interaction):
        await interaction.response.send_message("Sure?", view=view())

    return command(show)


class Asked(discord.ui.View):
    @discord.ui.button(label="Yes", custom_id="yes")
    async def yes(self, interaction: discord.Interaction, _button):
        await interaction.response.edit_message(content="agreed", view=None)

    @discord.ui.button(label="Later", disabled=True)
    async def later(self, _interaction: discord.Interaction, _button):
        raise AssertionError

    @discord.ui.button(label="Whisper")
    async def whisper(self, interaction: discord.Interaction, _button):
        await interaction.response.defer()
        await interaction.followup.send("psst", ephemeral=True)

    @discord.ui.select(
        options=[discord.SelectOption(label=name, value=name[0]) for name in ("apple", "pear")]
    )
    async def fruit(self, interaction: discord.Interaction, select):
        await interaction.response.send_message(select.values[0], ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Who?", max_values=2)
    async def who(self, interaction: discord.Interaction, select):
        await interaction.response.send_message(" ".join(user.name for user in select.values), ephemeral=True)

    @discord.ui.select(cls=discord.ui.RoleSelect, placeholder="Which role?")
    async def role(self, interaction: discord.Interaction, select):
        await interaction.response.send_message(select.values[0].name, ephemeral=True)

    @discord.ui.select(cls=discord.ui.ChannelSelect, placeholder="Where?")
    async def where(self, interaction: discord.Interaction, select):
        await interaction.response.send_message(select.values[0].name, ephemeral=True)


async def test_a_button_edits_its_message(sandbox, login):
    async with login(sandbox, shows(Asked)):
        first = await sandbox.people.slash("max", "go")
        message_id = first.messages[0]["id"]
        answer = await sandbox.people.click("mia", message_id=message_id, label="yes")
    assert (answer.messages[0]["id"], answer.messages[0]["content"]) == (message_id, "agreed")
    assert answer.messages[0]["components"] == []


async def test_a_deferred_update_can_whisper(sandbox, login):
    async with login(sandbox, shows(Asked)):
        await sandbox.people.slash("max", "go")
        answer = await sandbox.people.click("mia", label="Whisper")
    assert (answer.deferred, answer.ephemeral, answer.messages[0]["content"]) == (True, True, "psst")
    assert [one["content"] for one in sandbox.people.sees("max", "general")] == ["Sure?"]


async def test_a_disabled_button_cannot_be_pressed(sandbox, login):
    async with login(sandbox, shows(Asked)):
        await sandbox.people.slash("max", "go")
        assert (await sandbox.people.click("max", label="Later")).failed == "The button Later is disabled."


async def test_every_kind_of_menu_gives_its_values(sandbox, login):
    async with login(sandbox, shows(Asked)):
        told = await sandbox.people.slash("max", "go")
        menu = told.messages[0]["components"][1]["components"][0]["custom_id"]
        people = sandbox.people
        assert (await people.select("max", custom_id=menu, values=["pear"])).messages[0]["content"] == "p"
        assert (await people.select("max", label="Who?", values=["ann", "ben"])).messages[0][
            "content"
        ] == "ann ben"
        assert (await people.select("max", label="Which role?", values=["senior"])).messages[0][
            "content"
        ] == "senior"
        assert (await people.select("max", label="Where?", values=["staff"])).messages[0][
            "content"
        ] == "staff"
        assert (
            await people.select("max", custom_id=menu, values=["plum"])
        ).failed == "'plum' is not among apple, pear."
        assert (
            await people.select("max", custom_id=menu, values=[])
        ).failed == "Choose 1 to 1 values, not 0."


class Form(discord.ui.Modal, title="Tell us"):
    name = discord.ui.TextInput(label="Name", custom_id="name", min_length=2)
    more = discord.ui.TextInput(label="More", required=False, default="nothing")
    mood = discord.ui.Label(
        text="Mood",
        component=discord.ui.Select(
            custom_id="mood", options=[discord.SelectOption(label=each) for each in ("good", "bad")]
        ),
    )
    note = discord.ui.TextDisplay("A note.")

    async def on_submit(self, interaction: discord.Interaction):
        said = f"{self.name.value} {self.more.value} {self.mood.component.values}"
        await interaction.response.send_message(said, ephemeral=True)


async def test_a_form_is_shown_filled_and_answered(sandbox, login):
    async def act(_bot, interaction):
        await interaction.response.send_modal(Form())

    async with login(sandbox, command(act)):
        shown = await sandbox.people.slash("ann", "go")
        opened = shown.modal["interaction_id"]
        short = await sandbox.people.submit(
            "ann", interaction_id=opened, fields={"name": "x", "mood": "good"}
        )
        empty = await sandbox.people.submit("ann", interaction_id=opened, fields={"mood": "good"})
        done = await sandbox.people.submit(
            "ann", interaction_id=opened, fields={"Name": "Ann", "mood": ["bad"]}
        )
    assert shown.modal["title"] == "Tell us"
    assert short.failed == "The field Name takes 2 to 4000 characters, not 1."
    assert empty.failed == "The field Name is required."
    assert done.messages[0]["content"] == "Ann nothing ['bad']"


async def test_a_form_from_a_button_can_update_the_buttons_message(sandbox, login):
    class Rename(discord.ui.Modal, title="Rename"):
        name = discord.ui.TextInput(label="Name")

        async def on_submit(self, interaction: discord.Interaction):
            await interaction.response.edit_message(content=self.name.value)

    class Opens(discord.ui.View):
        @discord.ui.button(label="Open")
        async def open(self, interaction: discord.Interaction, _button):
            await interaction.response.send_modal(Rename())

    async def act(_bot, interaction):
        await interaction.response.send_message("old", view=Opens())

    async with login(sandbox, command(act)):
        first = await sandbox.people.slash("max", "go")
        opened = await sandbox.people.click("max", label="Open")
        done = await sandbox.people.submit(
            "max", interaction_id=opened.interaction_id, fields={"Name": "new"}
        )
    assert (done.messages[0]["id"], done.messages[0]["content"]) == (first.messages[0]["id"], "new")


async def test_a_layout_comes_back_with_numbered_components_and_its_button_works(sandbox, login):
    class Layout(discord.ui.LayoutView):
        box = discord.ui.Container(
            discord.ui.Section("Hello", accessory=discord.ui.Thumbnail("attachment://a.png")),
            discord.ui.Separator(),
            discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png")),
        )
        row = discord.ui.ActionRow()

        @row.button(label="Press")
        async def press(self, interaction: discord.Interaction, _button):
            await interaction.response.send_message("pressed", ephemeral=True)

    async def act(_bot, interaction):
        await interaction.response.send_message(view=Layout(), file=discord.File(io.BytesIO(b"x"), "a.png"))

    async with login(sandbox, command(act)) as bot:
        told = await sandbox.people.slash("max", "go")
        assert bot.errors == []
        pressed = await sandbox.people.click("max", label="Press")
    ids = [each["id"] for each in told.messages[0]["components"]]
    assert len(set(ids)) == len(ids) == 2
    thumbnail = told.messages[0]["components"][0]["components"][0]["accessory"]
    assert thumbnail["media"]["url"].startswith(sandbox.url)
    assert pressed.messages[0]["content"] == "pressed"
    assert pressed.messages[0]["type"] == 19


async def test_an_answer_with_a_file_shows_it_in_the_embed(sandbox, login, http):
    async def act(_bot, interaction):
        embed = discord.Embed(title="Chart").set_image(url="attachment://chart.png")
        await interaction.response.send_message(
            embed=embed, file=discord.File(io.BytesIO(b"bytes"), "chart.png")
        )

    async with login(sandbox, command(act)):
        answer = await sandbox.people.slash("max", "go")
    url = answer.messages[0]["embeds"][0]["image"]["url"]
    async with http.get(url) as response:
        assert await response.read() == b"bytes"
