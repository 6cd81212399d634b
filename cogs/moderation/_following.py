"""What follows from a warning by the ladder: done at once, and told beside the warning."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord

from bot.typed import shown
from cogs.moderation._direct_message import tell_now
from cogs.moderation._ladder import length_of
from cogs.moderation._outcome_words import in_english
from cogs.moderation._performing import perform
from database.models import ActKind, Case, CaseState, Climb

if TYPE_CHECKING:
    from bot.client import Reeve


async def follow_up(
    bot: "Reeve", guild: discord.Guild, warning: Case
) -> tuple[Case, Sequence[Case], Climb | None]:
    """The warning, what followed from it, and where they stand now. Who is kicked reads of the warning before."""
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    if not config.ladder_steps:
        return warning, (), None
    acts = await bot.database.acts.take(guild_id=guild.id, interaction_id=warning.interaction_id)
    if any(each.kind in (ActKind.KICK, ActKind.BAN) for each in acts):
        await tell_now(bot, guild, warning)
    for each in acts:
        await perform(bot, each)
    bot.dispatch("acts_due")
    warning, *further = await bot.database.cases.of_interaction(
        guild_id=guild.id, interaction_id=warning.interaction_id
    )
    climb = await bot.database.ladders.standing(guild_id=guild.id, target_id=warning.target_id)
    return warning, further, climb


def further_line(case: Case) -> str:
    """As `Case 8 follows from it: timeout for 1d.`"""
    state = "" if case.state is CaseState.ACTIVE else f" ({case.state})"
    length = "" if case.expires_at is None else f" for {length_of(case.expires_at - case.created_at)}"
    trouble = f" {shown(in_english(case.trouble))}" if case.trouble else ""
    return f"Case {case.number} follows from it: {case.kind}{length}{state}.{trouble}"
