"""What autocompletion offers for case numbers and reasons."""

from typing import Any

from discord import app_commands

from bot.invocation import Interaction
from cogs.moderation._rendering import case_choice
from database.errors import DatabaseUnavailable

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
    """Reasons that this server has used, the most used first."""
    if interaction.guild_id is None:
        return []
    try:
        used = await interaction.client.database.cases.reasons(
            guild_id=interaction.guild_id, typed=current.strip(), longest=LONGEST_CHOICE, limit=MOST_CHOICES
        )
    except DatabaseUnavailable:  # likewise
        return []
    return [app_commands.Choice(name=reason, value=reason) for reason in used]
