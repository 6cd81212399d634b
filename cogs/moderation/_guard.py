"""How much the guard on staff lets one moderator do."""

from typing import TYPE_CHECKING

import discord

from database.models import GUARDED_KINDS, CaseKind

if TYPE_CHECKING:
    from bot.client import Reeve

SECOND = "second"
"""The question that a second moderator answers. What they have approved is not counted."""


async def most_acts(bot: "Reeve", guild: discord.Guild, kind: CaseKind, moderator_id: int) -> int | None:
    """Kicks and bans within an hour, beyond which this moderator is paused; None where nothing is counted.

    The owner is not paused: nobody stands above them to end it, and nobody else is there to be told. Other bots are
    not, either: they ban many on purpose, and Reeve could not stop them.
    """
    if kind not in GUARDED_KINDS or moderator_id == guild.owner_id or _is_bot(guild, moderator_id):
        return None
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    return config.guard_acts_per_hour or None


def _is_bot(guild: discord.Guild, user_id: int) -> bool:
    """By the role that Discord makes for each bot: members are not all known without their intent."""
    return any(role.tags is not None and role.tags.bot_id == user_id for role in guild.roles)
