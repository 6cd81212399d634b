"""What people are called in a server: those whom Reeve saw there, and those whom it asks Discord about."""

from collections.abc import Iterable, Mapping

import discord
from loguru import logger

from bot.invocation import Interaction, guild_of
from bot.outcomes import DiscordAway, read

MOST_ASKED = 100  # https://discord.com/developers/docs/events/gateway-events#request-guild-members
PICTURE_SECONDS, SUGGESTION_SECONDS = 2.0, 1.0
"""A picture waits no longer, nor do suggestions, for which Discord gives 3 s: who is not known by then has an id."""


async def ask_names(
    guild: discord.Guild, user_ids: Iterable[int], *, seconds: float = PICTURE_SECONDS
) -> dict[int, str]:
    """Of those whom Reeve never saw, as after an import: asked of Discord at once, which needs no intent."""
    unseen = list(user_ids)[:MOST_ASKED]
    if not unseen:
        return {}
    try:
        found = await read(
            lambda: guild.query_members(user_ids=unseen, limit=len(unseen), cache=False), seconds=seconds
        )
    except DiscordAway as error:
        logger.info("{} people of {} have no name: {}", len(unseen), guild.id, error)
        return {}
    return {member.id: member.display_name for member in found}


async def names_of(interaction: Interaction, user_ids: Iterable[int]) -> Mapping[int, str]:
    """For a list of suggestions: `@name`, or `@` and the id. Those who come first are asked about first."""
    guild, wanted = guild_of(interaction), list(dict.fromkeys(user_ids))
    names = await interaction.client.database.users.names(guild_id=guild.id, user_ids=sorted(wanted))
    names |= {each: member.display_name for each in wanted if (member := guild.get_member(each))}
    unseen = [each for each in wanted if each not in names]
    names |= await ask_names(guild, unseen, seconds=SUGGESTION_SECONDS)
    return {each: f"@{names.get(each, each)}" for each in wanted}
