"""/points reverse: move back what an operation moved, or all of a batch, after a look at what will move."""

from collections.abc import Mapping

from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer
from bot.typed import one_line
from cogs.points._asking import CONFIRMED, ask, say_instead
from cogs.points._award import award_reasons
from cogs.points._batch_words import carry_out, members_in_words
from cogs.points._group import PointsPart, points_in_words
from cogs.points._names import names_of
from cogs.points._staff import Reason
from cogs.points._suggesting import Happened, suggested
from database.errors import DatabaseUnavailable
from database.models import Draft, OperationKind
from database.models.reversal_steps import Recent
from database.reversing import Spent

QUESTION = "points_reverse"
WHAT = {OperationKind.GIVE: "gift", OperationKind.SEASON: "end of a season"}
IF_SPENT = [
    app_commands.Choice(name="refuse", value=Spent.REFUSE.value),
    app_commands.Choice(name="take what is there", value=Spent.TAKE_WHAT_IS_THERE.value),
    app_commands.Choice(name="allow a debt", value=Spent.DEBT.value),
]


async def _operations(interaction: Interaction, current: object) -> list[app_commands.Choice[int]]:
    """Of the newest that can be moved back: those that have what was typed."""
    if interaction.guild is None:
        return []
    try:
        recent = await interaction.client.database.batches.recent(guild_id=interaction.guild.id)
        names = await names_of(
            interaction, (who for each in recent for who in (each.actor_id, each.member_id))
        )
        return await suggested(interaction, current, [_happened(each, names) for each in recent])
    except DatabaseUnavailable:  # a suggestion is a courtesy: none is better than an error
        return []


def _happened(done: Recent, names: Mapping[int, str]) -> Happened:
    whose = names[done.member_id] if done.members == 1 else members_in_words(done.members)
    if done.actor_id != done.member_id:
        whose += f" by {names[done.actor_id]}"
    words = (WHAT.get(done.kind, done.kind.value), whose, points_in_words(done.total))
    return Happened(done.operation_id, words, done.asked_at, done.note)


class ReverseCommands(PointsPart):
    @app_commands.command()
    @app_commands.describe(
        operation="Its number: what you type is looked for in recent ones",
        reason="Why; the ledger keeps it",
        if_spent="What if the points are spent (default: refuse)",
    )
    @app_commands.choices(if_spent=IF_SPENT)
    @app_commands.autocomplete(operation=_operations)
    @app_commands.autocomplete(reason=award_reasons)
    @requires(Level.MANAGER)
    async def reverse(
        self,
        interaction: Interaction,
        operation: app_commands.Range[int, 1, 2**53 - 1],
        reason: Reason,
        if_spent: str = Spent.REFUSE.value,
    ) -> None:
        """Move back what an operation moved; asks before it does."""
        await defer(interaction)
        policy = Spent(if_spent)
        found = await self.bot.database.batches.would_move_back(
            guild_id=guild_of(interaction).id, operation_id=operation, policy=policy
        )
        total, short, transfers, _ = found.result
        request = {"operation_id": operation, "policy": policy.value, "reason": reason, "batch_id": None}
        note = f" ({one_line(found.operation.note, 200)})" if found.operation.note else ""
        kind = WHAT.get(found.operation.kind, found.operation.kind.value)
        what = f"Operation {operation}, {kind} by <@{found.operation.actor_id}>{note}"
        if found.batch is not None:
            request["batch_id"] = found.batch.batch_id
            done = members_in_words(found.batch.done - found.batch.left_out)
            moved = points_in_words(found.batch.moved)
            text = f"{what} is a piece of a batch: {moved}, {done}. All of it is moved back."
            if policy is Spent.REFUSE:
                text += " A piece of which points are spent is left as it is."
        else:
            in_all = f"{transfers:,} transfer{'' if transfers == 1 else 's'}"
            text = f"{what}: {points_in_words(total)} will be moved back ({in_all})."
            if short and policy is Spent.DEBT:
                text += f" {points_in_words(short)} of them are spent and become a debt."
            elif short:
                text += f" {points_in_words(short)} are spent and stay where they are, for good."
        await ask(interaction, QUESTION, request, text, confirm="Yes, move back")


async def _confirmed(interaction: Interaction, draft: Draft) -> None:
    database, request = interaction.client.database, draft.request
    asked = {
        "guild_id": draft.guild_id,
        "interaction_id": draft.interaction_id,
        "policy": Spent(request["policy"]),
        "reason": request["reason"],
        "actor_id": draft.asked_by_id,
    }
    if request["batch_id"] is not None:
        batch = await database.batches.open_reversal(of_batch_id=request["batch_id"], **asked)
        await carry_out(interaction.client, draft.guild_id, batch.batch_id, interaction)
        return
    done = await database.staff_points.reverse(operation_id=request["operation_id"], **asked)
    text = f"Moved {points_in_words(done.total)} back. This is operation {done.operation_id}."
    if done.short:
        text += f" {points_in_words(done.short)} were spent."
    await say_instead(interaction, text)


CONFIRMED[QUESTION] = _confirmed
