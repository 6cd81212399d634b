"""Open a case from a command: what /warn and /note share."""

from typing import TYPE_CHECKING

import discord

from bot.invocation import Interaction, guild_of
from bot.post_channels import log_channel
from cogs.moderation._refusals import ProofEmpty, ProofGone, ProofTooLarge
from database.errors import DatabaseUnavailable
from database.models import LARGEST_EVIDENCE, Case, CaseKind, Proof

if TYPE_CHECKING:
    from bot.base_cog import BaseCog
    from bot.client import Reeve


async def open_case(
    cog: "BaseCog",
    interaction: Interaction,
    target: discord.Member | discord.User,
    *,
    kind: CaseKind,
    reason: str,
    points: int = 0,
    proof: discord.Attachment | None = None,
    tell_target: bool = False,
) -> Case:
    """Write the case and wake those who post it. The interaction was deferred before."""
    case = await cog.cases.open(
        guild_id=guild_of(interaction).id,
        kind=kind,
        target_id=target.id,
        target_name=target.name,
        moderator_id=interaction.user.id,
        moderator_name=interaction.user.name,
        reason=reason,
        points=points,
        channel_id=interaction.channel_id,
        interaction_id=interaction.id,
        proof=await files_of(proof),
        tell_target=tell_target,
    )
    cog.bot.dispatch("outbox_filled")
    return case


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
