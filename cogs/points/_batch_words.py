"""How a batch of the staff is carried out and shown."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.clock import clock
from bot.invocation import Interaction
from cogs.points._asking import say_instead
from cogs.points._group import points_in_words
from database.errors import DatabaseUnavailable
from database.ledger_refusals import LedgerFrozen
from database.models.point_batch import BatchKind, PointBatch

if TYPE_CHECKING:
    from bot.client import Reeve

SHOWN_EVERY_SECONDS = 2
MOVED = {BatchKind.REVERSE: "moved back", BatchKind.SEASON: "taken"}
WHY = {
    "they_have_not_enough": "has not so many points",
    "balance_too_high": "would have more points than an account can hold",
    "nothing_to_set": "has these points already",
    "already_reversed": "is moved back already",
    "points_spent": "is spent already",
}


def members_in_words(number: int) -> str:
    return f"{number:,} member{'' if number == 1 else 's'}"


def _operations_in_words(number: int) -> str:
    return f"{number:,} operation{'' if number == 1 else 's'}"


def progress_text(batch: PointBatch) -> str:
    """What is done so far, or what came of it."""
    is_reversal = batch.kind is BatchKind.REVERSE
    of_all = _operations_in_words(batch.rows) if is_reversal else members_in_words(batch.rows)
    if batch.finished_at is None:
        return f"{batch.done:,} of {of_all} are done."
    text = f"Done: {points_in_words(batch.moved)} {MOVED.get(batch.kind, 'moved')}, {of_all}."
    if batch.left_out:
        text += f" {batch.left_out:,} could not be and {'was' if batch.left_out == 1 else 'were'} left out."
    return text


async def carry_out(
    bot: "Reeve", guild_id: int, batch_id: int, interaction: Interaction | None = None, after: str = ""
) -> None:
    """To its end, with the progress shown in the place of the question, after those words. Whoever is at it does the
    next piece.
    """

    async def say(text: str, files: Sequence[discord.File] = ()) -> None:
        if interaction is not None:
            await say_instead(interaction, f"{after} {text}".lstrip(), files)

    try:
        batch = await _to_its_end(bot, guild_id, batch_id, say)
        if interaction is not None:
            await say(await _ending(bot, batch), await _left_out(bot, batch))
    except LedgerFrozen:
        await say("The ledger of this server is frozen: this goes on when it is not.")
    except DatabaseUnavailable:
        if interaction is None:
            raise
        await say("The database does not answer at the moment: this goes on by itself when it does.")


async def _to_its_end(
    bot: "Reeve", guild_id: int, batch_id: int, say: Callable[[str], Awaitable[None]]
) -> PointBatch:
    shown_at = clock.now()
    while True:
        batch = await bot.database.batches.carry_on(guild_id=guild_id, batch_id=batch_id)
        if batch.finished_at is not None:
            break
        if (clock.now() - shown_at).total_seconds() >= SHOWN_EVERY_SECONDS:
            shown_at = clock.now()
            await say(progress_text(batch))
        await asyncio.sleep(0)
    logger.info(
        "batch {} of {} is done: {} rows, {} left out", batch_id, guild_id, batch.rows, batch.left_out
    )
    return batch


async def _ending(bot: "Reeve", batch: PointBatch) -> str:
    text = progress_text(batch)
    if batch.kind is BatchKind.REVERSE or batch.left_out == batch.rows:
        return text
    first = await bot.database.batches.operations(guild_id=batch.guild_id, batch_id=batch.batch_id)
    if len(first) == 1:
        return f"{text} This is operation {first[0]}."
    return (
        f"{text} These are operations {min(first)} to {max(first)}: moving one of them back moves back all."
    )


async def _left_out(bot: "Reeve", batch: PointBatch) -> list[discord.File]:
    if not batch.left_out:
        return []
    rows = await bot.database.batches.left_out(guild_id=batch.guild_id, batch_id=batch.batch_id)
    text = "".join(f"{row.subject_id} {WHY.get(row.refusal or '', row.refusal)}\n" for row in rows)
    return [discord.File(io.BytesIO(text.encode()), f"left-out-{batch.batch_id}.txt")]
