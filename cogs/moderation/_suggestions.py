"""What autocompletion offers for case numbers and reasons."""

from typing import Any

from discord import app_commands

from bot.invocation import Interaction, guild_of
from cogs.moderation._ladder import preset_words
from cogs.moderation._rendering import case_choice
from cogs.moderation._request import NO_REASON
from database.errors import DatabaseUnavailable
from database.models import ReasonPreset

MOST_CHOICES = 25  # https://discord.com/developers/docs/interactions/application-commands#autocomplete
LONGEST_CHOICE = 100


async def case_numbers(interaction: Interaction, current: Any) -> list[app_commands.Choice[int]]:
    """The newest cases that fit what was typed: a number's beginning, or words of the reason or the name."""
    if interaction.guild_id is None:
        return []
    try:
        cases = await interaction.client.database.cases.suggest(
            guild_id=interaction.guild_id, typed=str(current).strip(), limit=MOST_CHOICES
        )
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []
    return [app_commands.Choice(name=case_choice(case), value=case.number) for case in cases]


async def reasons(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """The server's presets with what they weigh, then reasons that it has used, the most used first."""
    if interaction.guild_id is None:
        return []
    try:
        presets = await _presets(interaction, current.strip().casefold())
        used = await interaction.client.database.cases.reasons(
            guild_id=interaction.guild_id, typed=current.strip(), longest=LONGEST_CHOICE, limit=MOST_CHOICES
        )
    except DatabaseUnavailable:  # likewise
        return []
    chosen = [
        app_commands.Choice(
            name=preset_words(each, LONGEST_CHOICE),
            value=each.text if len(each.text) <= LONGEST_CHOICE else each.name,
        )
        for each in presets
    ]
    texts = {NO_REASON, *(each.text for each in presets)}
    others = [app_commands.Choice(name=reason, value=reason) for reason in used if reason not in texts]
    return [*chosen, *others][:MOST_CHOICES]


async def _presets(interaction: Interaction, typed: str) -> list[ReasonPreset]:
    database, guild_id = interaction.client.database, guild_of(interaction).id
    config = await database.guild_configs.get(guild_id=guild_id)
    if not config.reason_presets:
        return []
    presets = await database.ladders.presets(guild_id=guild_id)
    return [each for each in presets if typed in each.name.casefold() or typed in each.text.casefold()]
