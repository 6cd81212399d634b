"""Deliver one row of the outbox: the post of a case, or the word to its target."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord
from discord.utils import escape_markdown

from cogs.moderation._log_post import NotYet, nonce, post_case
from cogs.moderation._words import WORDS
from database.models import CaseState, Delivery, DirectMessage, OutboxRow

if TYPE_CHECKING:
    from bot.client import Reeve


async def deliver(bot: "Reeve", row: OutboxRow) -> None:
    """Show what is true now. Raises NotYet, or what Discord and the database raise."""
    guild = bot.get_guild(row.guild_id)
    if guild is None or guild.unavailable:
        raise NotYet("Reeve is not in that server at the moment.")
    await DELIVERIES[row.kind](bot, guild, row.subject_id)


async def give_up(bot: "Reeve", row: OutboxRow) -> None:
    """Say on the case that its target was not told."""
    if row.kind is Delivery.CASE_DIRECT_MESSAGE:
        await bot.database.cases.told(
            guild_id=row.guild_id, number=row.subject_id, outcome=DirectMessage.FAILED
        )


async def _tell(bot: "Reeve", guild: discord.Guild, number: int) -> None:
    """Tell the target once. A message that Discord refuses for good is noted on the case and not tried again."""
    case = await bot.database.cases.get(guild_id=guild.id, number=number)
    if case.direct_message is not DirectMessage.PENDING or case.state is CaseState.VOID:
        return
    config = await bot.database.guild_configs.get(guild_id=guild.id)
    words = WORDS[config.language]
    embed = discord.Embed(
        title=words.you_were_warned.format(guild=guild.name)[:256],
        description=escape_markdown(case.reason),
        colour=discord.Colour(0xF0B232),
    )
    embed.set_footer(text=f"{words.case} {case.number} · {words.look_up}")
    outcome = DirectMessage.SENT
    try:
        channel = await bot.create_dm(discord.Object(case.target_id))
        await channel.send(embed=embed, nonce=nonce(case, "dm"))
    except (discord.Forbidden, discord.NotFound):
        outcome = DirectMessage.FAILED
    await bot.database.cases.told(guild_id=guild.id, number=case.number, outcome=outcome)
    bot.dispatch("outbox_filled")


DELIVERIES: dict[Delivery, Callable[["Reeve", discord.Guild, int], Awaitable[None]]] = {
    Delivery.CASE_LOG: post_case,
    Delivery.CASE_DIRECT_MESSAGE: _tell,
}
