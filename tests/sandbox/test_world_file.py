"""The world in a file: commands, messages and their buttons, ids and files come back."""

import json

import discord

from sandbox.server import Sandbox
from sandbox.storage import plain, read_as
from sandbox.world import World


class Lasting(discord.ui.View):
    def __init__(self):
        super().__init__(timeout=None)

    @discord.ui.button(label="Still here", custom_id="lasting")
    async def lasting(self, interaction, _button):
        await interaction.response.send_message("yes", ephemeral=True)


def lasting(bot):
    bot.add_view(Lasting())

    @bot.tree.command()
    async def show(interaction: discord.Interaction):
        await interaction.response.send_message("Look", view=Lasting())


async def test_a_button_is_pressed_after_a_restart(opened, login, tmp_path):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as first, login(first, lasting):
        told = await first.people.slash("max", "show")
        commands = list(first.world.commands)
    async with opened(world_file=path) as second, login(second, lasting):
        assert list(second.world.commands) == commands
        assert second.core.ids.next() > int(told.messages[0]["id"])
        answer = await second.people.click("ann", label="Still here")
    assert answer.messages[0]["content"] == "yes"


async def test_files_and_bans_and_overwrites_come_back(opened, tmp_path):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as first:
        first.people.message("ann", attachments=[{"filename": "a.txt", "base64": "eA=="}])
        first.people.moderate("max", "timeout", "ben")
        first.people.moderate("max", "ban", "lou", reason="spam")
        before = first.world
    async with opened(world_file=path) as second:
        assert second.world == before
        assert list(second.core.files.contents.values()) == [b"x"]


async def test_a_change_is_written_soon_without_being_asked(opened, tmp_path, until):
    path = tmp_path / "world.json"
    async with opened(world_file=path) as sandbox:
        sandbox.people.message("ann", "hello")
        await until(path.exists)
        assert "hello" in path.read_text()
        assert [each.name for each in tmp_path.iterdir()] == ["world.json"]


def test_every_row_is_read_back_as_it_was():
    world = Sandbox().world
    assert read_as(World, json.loads(json.dumps(world, default=plain))) == world
