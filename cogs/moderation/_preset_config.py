"""/config preset: reasons that moderators choose by name."""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.moderation._ladder import preset_words
from cogs.moderation._ladder_config import WHY, Why, change_of
from database.errors import SettingNotAllowed
from database.models import LONGEST_PRESET_NAME, LONGEST_REASON, MOST_CASE_POINTS, ReasonPreset

NAME = "The name, as moderators choose it"
TEXT = "The reason that the member and the mod log see"
WEIGHT = "How much a warning for it weighs"
MOST_CHOICES, LONGEST_CHOICE, LONGEST_LINE = 25, 100, 78
"""With fifty lines of that length a list stays within the 4,096 characters of an embed."""

Name = app_commands.Range[str, 1, LONGEST_PRESET_NAME]
Text = app_commands.Range[str, 1, LONGEST_REASON]
Weight = app_commands.Range[int, 0, MOST_CASE_POINTS]


class PresetGroup(app_commands.Group):
    def __init__(self) -> None:
        super().__init__(name="preset", description="Reasons that moderators choose by name")

    @app_commands.command(name="list")
    @requires(Level.ADMIN)
    async def list_presets(self, interaction: Interaction) -> None:
        """Show the reasons that moderators choose from."""
        await defer(interaction)
        lines = [
            one_line(preset_words(each, LONGEST_LINE), LONGEST_LINE) for each in await _presets(interaction)
        ]
        embed = discord.Embed(title="Reasons", colour=discord.Colour(0x5865F2))
        embed.description = "\n".join(lines)[:4096] or "There is none yet: /config preset add makes one."
        await reply(interaction, embeds=[embed])

    @app_commands.command()
    @app_commands.describe(name=NAME, text=TEXT, points=WEIGHT, why=WHY)
    @requires(Level.ADMIN)
    async def add(
        self, interaction: Interaction, name: Name, text: Text, points: Weight = 1, why: Why | None = None
    ) -> None:
        """Add a reason to choose from."""
        await defer(interaction)
        await interaction.client.database.ladders.put_preset(
            **change_of(interaction, why), name=name, reason=text, weight=points, is_new=True
        )
        await reply(
            interaction, f"{one_line(name, 100)} can be chosen as a reason now; a warning weighs {points}."
        )

    @app_commands.command()
    @app_commands.describe(
        name="Which one",
        text=f"{TEXT}; as it is if left out",
        points=f"{WEIGHT}; as it is if left out",
        why=WHY,
    )
    @requires(Level.ADMIN)
    async def edit(
        self,
        interaction: Interaction,
        name: str,
        text: Text | None = None,
        points: Weight | None = None,
        why: Why | None = None,
    ) -> None:
        """Change the words or the weight of a reason; cases keep what they say."""
        await defer(interaction)
        there = await _required(interaction, name)
        weight = there.weight if points is None else points
        await interaction.client.database.ladders.put_preset(
            **change_of(interaction, why),
            name=there.name,
            reason=text or there.text,
            weight=weight,
            is_new=False,
        )
        await reply(interaction, f"{one_line(there.name, 100)} is changed; a warning weighs {weight}.")

    @app_commands.command()
    @app_commands.describe(name="Which one", why=WHY)
    @requires(Level.ADMIN)
    async def remove(self, interaction: Interaction, name: str, why: Why | None = None) -> None:
        """Take a reason away; cases keep what they say."""
        await defer(interaction)
        there = await _required(interaction, name)
        await interaction.client.database.ladders.remove_preset(
            **change_of(interaction, why), name=there.name
        )
        await reply(interaction, f"{one_line(there.name, 100)} is no reason to choose any more.")

    @edit.autocomplete("name")
    @remove.autocomplete("name")
    async def _names(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        fitting = [each for each in await _presets(interaction) if current.casefold() in each.name.casefold()]
        return [
            app_commands.Choice(name=preset_words(each, LONGEST_CHOICE), value=each.name)
            for each in fitting[:MOST_CHOICES]
        ]


async def _presets(interaction: Interaction) -> list[ReasonPreset]:
    return list(await interaction.client.database.ladders.presets(guild_id=guild_of(interaction).id))


async def _required(interaction: Interaction, name: str) -> ReasonPreset:
    for each in await _presets(interaction):
        if each.name.casefold() == name.strip().casefold():
            return each
    raise SettingNotAllowed("The preset", "there is none with that name, /config preset list shows them")
