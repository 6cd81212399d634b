"""/points bulk: award, take or set the points of all who have a role, after a preview."""

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._asking import CONFIRMED, ask
from cogs.points._award import award_reasons
from cogs.points._batch_words import carry_out, members_in_words
from cogs.points._group import Amount, PointsPart, points_in_words
from cogs.points._staff import Reason
from database.batches import MOST_ROWS
from database.models import LARGEST_AMOUNT, Draft
from database.models.point_batch import BatchKind

QUESTION = "points_bulk"
NOT_SEEN = (
    "Discord shows me who has a role only with the members intent: whoever runs me sets REEVE_MEMBERS_INTENT=true and "
    "switches Server Members on in the developer portal. `/points import` takes a list instead."
)


class BulkCommands(PointsPart):
    bulk = app_commands.Group(name="bulk", description="Award, take or set for all who have a role")

    @bulk.command(name="award")
    @app_commands.describe(role="Who has it", amount="How many each", reason="Why; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def bulk_award(
        self, interaction: Interaction, role: discord.Role, amount: Amount, reason: Reason
    ) -> None:
        """Award points to all who have a role."""
        await _preview(interaction, BatchKind.AWARD, role, amount, reason)

    @bulk.command(name="take")
    @app_commands.describe(role="Who has it", amount="How many each", reason="Why; the ledger keeps it")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def bulk_take(
        self, interaction: Interaction, role: discord.Role, amount: Amount, reason: Reason
    ) -> None:
        """Take points from all who have a role."""
        await _preview(interaction, BatchKind.TAKE, role, amount, reason)

    @bulk.command(name="set")
    @app_commands.describe(role="Who has it", amount="How many each has then", reason="Why")
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def bulk_set(
        self,
        interaction: Interaction,
        role: discord.Role,
        amount: app_commands.Range[int, 0, LARGEST_AMOUNT],
        reason: Reason,
    ) -> None:
        """Make the points of all who have a role what you say."""
        await _preview(interaction, BatchKind.SET, role, amount, reason)


async def _preview(
    interaction: Interaction, kind: BatchKind, role: discord.Role, amount: int, reason: str
) -> None:
    await defer(interaction)
    guild = guild_of(interaction)
    if not interaction.client.intents.members:
        await reply(interaction, NOT_SEEN)
        return
    if not guild.chunked:
        await guild.chunk()
    member_ids = sorted(member.id for member in role.members if not member.bot)
    if not 1 <= len(member_ids) <= MOST_ROWS:
        await reply(
            interaction, f"{role.mention} has {members_in_words(len(member_ids))}: 1 to {MOST_ROWS:,} go."
        )
        return
    who = f"{members_in_words(len(member_ids))} with {role.mention}"
    total = points_in_words(amount * len(member_ids))
    texts = {
        BatchKind.AWARD: f"Award {points_in_words(amount)} to each of {who}: {total} in all.",
        BatchKind.TAKE: f"Take {points_in_words(amount)} from each of {who}: up to {total}. "
        "Who has fewer is left out.",
        BatchKind.SET: f"Make the points of each of {who} {amount:,}.",
    }
    request = {"kind": kind.value, "member_ids": member_ids, "amount": amount, "reason": reason}
    confirm = f"Yes, {kind.value} for {len(member_ids):,}"
    await ask(
        interaction, QUESTION, request, f"{texts[kind]} `/points reverse` undoes it as one.", confirm=confirm
    )


async def _confirmed(interaction: Interaction, draft: Draft) -> None:
    request = draft.request
    batch = await interaction.client.database.batches.open(
        guild_id=draft.guild_id,
        interaction_id=draft.interaction_id,
        change=BatchKind(request["kind"]),
        amounts=dict.fromkeys(request["member_ids"], request["amount"]),
        reason=request["reason"],
        actor_id=draft.asked_by_id,
    )
    await carry_out(interaction.client, draft.guild_id, batch.batch_id, interaction)


CONFIRMED[QUESTION] = _confirmed
