"""What stands beside a case when it is opened: the file that proves it, and what keeps it out of the mod log."""

from typing import TYPE_CHECKING

import discord

from bot.post_channels import log_channel
from cogs.moderation._refusals import ProofEmpty, ProofGone, ProofTooLarge
from database.errors import DatabaseUnavailable
from database.models import LARGEST_EVIDENCE, Proof

if TYPE_CHECKING:
    from bot.client import Reeve


async def log_trouble(bot: "Reeve", guild: discord.Guild) -> str:
    """A sentence to add to the reply if the mod log cannot be written, with a space before it."""
    try:
        config = await bot.database.guild_configs.get(guild_id=guild.id)
    except DatabaseUnavailable:
        return ""  # the case is written: "try again" would make a second one
    trouble = log_channel(guild.channels, config, guild.me).trouble
    return f" {trouble} The post follows then." if trouble else ""


async def files_of(proof: discord.Attachment | None) -> tuple[Proof, ...]:
    """Take the file now: Discord's link to it expires."""
    if proof is None:
        return ()
    if proof.size > LARGEST_EVIDENCE:
        raise ProofTooLarge(proof.size, LARGEST_EVIDENCE)
    if proof.size == 0:
        raise ProofEmpty
    try:
        return (Proof(filename=proof.filename, content=await proof.read()),)
    except (discord.NotFound, discord.Forbidden) as error:
        raise ProofGone from error
