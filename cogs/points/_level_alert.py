"""The staff is told, once, that Reeve may not give the role of a level; /jobs shows it for as long as that is so."""

from typing import TYPE_CHECKING

import discord

from bot.outbox import NotYet
from bot.post_channels import log_channel
from cogs.points._level_roles import obstacle
from cogs.points._level_words import LEVEL_WORDS

if TYPE_CHECKING:
    from bot.client import Reeve


async def post_level_alert(bot: "Reeve", guild: discord.Guild, role_id: int) -> None:
    """Raises NotYet for as long as it cannot be given; then who went without it gets it."""
    levels = bot.database.levels
    rewards = {each.role_id: each for each in await levels.rewards(guild_id=guild.id)}
    if (reward := rewards.get(role_id)) is None:
        return
    trouble = obstacle(guild, role_id)
    if trouble is None:
        await levels.can_give(guild_id=guild.id, role_id=role_id)
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    channel, _ = log_channel(guild.channels, config, guild.me)
    if reward.told_at is None and channel is not None:
        await channel.send(
            LEVEL_WORDS[config.language].alert.format(
                level=reward.level, role=f"<@&{role_id}>", trouble=trouble
            ),
            nonce=f"{guild.id % 10**9}-lr{role_id % 10**12}",
        )
        await levels.told(guild_id=guild.id, role_id=role_id)
    raise NotYet(f"The role of level {reward.level}: {trouble}")
