"""Who uses a command, and where, as types that say so."""

from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord import app_commands

if TYPE_CHECKING:
    from bot.client import Reeve

Interaction: TypeAlias = discord.Interaction["Reeve"]
"""What a command of Reeve's is given."""


def member_of(interaction: discord.Interaction[Any]) -> discord.Member:
    """The person as a member of the server; NoPrivateMessage in a direct message."""
    if not isinstance(interaction.user, discord.Member):
        raise app_commands.NoPrivateMessage
    return interaction.user


def guild_of(interaction: discord.Interaction[Any]) -> discord.Guild:
    """The server; NoPrivateMessage in a direct message."""
    if interaction.guild is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild


def name_of(interaction: discord.Interaction[Any]) -> str:
    """The command, or the button, as the log calls it."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    custom_id = interaction.data.get("custom_id") if interaction.data else None
    return f"{interaction.type.name} {custom_id}"
