"""/points import: points of other bots, after a look at what would change; `/points reverse` undoes it as one."""

import io
from collections.abc import Sequence

import discord
from discord import app_commands

from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.points._asking import CONFIRMED, ask
from cogs.points._batch_words import carry_out, members_in_words
from cogs.points._group import PointsPart, points_in_words
from database.importing import LARGEST_FILE, FileUnreadable, Layout, read
from database.models import Draft
from database.models.batch_steps import Difference
from database.models.point_batch import BatchKind

QUESTION = "points_import"
LONGEST_MAPPING = 100
MOST_SHOWN = 5_000
LAYOUTS = [
    app_commands.Choice(name=name, value=layout.value)
    for name, layout in (
        ("CSV: user id, points", Layout.CSV),
        ("MEE6", Layout.MEE6),
        ("Red (bank)", Layout.RED),
        ("Tux (levels)", Layout.TUX),
        ("UnbelievaBoat", Layout.UNBELIEVABOAT),
    )
]
MODES = [
    app_commands.Choice(name="add to what they have", value=BatchKind.IMPORT.value),
    app_commands.Choice(name="make it what the file says", value=BatchKind.SET.value),
]


class ImportCommands(PointsPart):
    @app_commands.command(name="import")
    @app_commands.describe(
        file="At most 8 MB, 100,000 members",
        written_by="Whose file it is (default: CSV)",
        mapping="Other names of its two fields: user,points",
        mode="Add, or set (default: add)",
    )
    @app_commands.choices(written_by=LAYOUTS, mode=MODES)
    @requires(Level.MANAGER)
    async def import_points(
        self,
        interaction: Interaction,
        file: discord.Attachment,
        written_by: str = Layout.CSV.value,
        mapping: app_commands.Range[str, 1, LONGEST_MAPPING] = "",
        mode: str = BatchKind.IMPORT.value,
    ) -> None:
        """Bring points from another bot, after a preview."""
        await defer(interaction)
        guild, kind = guild_of(interaction), BatchKind(mode)
        if file.size > LARGEST_FILE:
            raise FileUnreadable(f"the file is larger than {LARGEST_FILE // 1024**2} MB")
        try:
            content = await file.read()
        except discord.HTTPException as error:
            raise FileUnreadable("Discord did not give the file: send it again") from error
        found = read(content, Layout(written_by), guild.id, mapping)
        rows = await self.bot.database.batches.differences(guild_id=guild.id, amounts=found.points)
        text = _preview(rows, kind, found.doubles)
        if interaction.client.intents.members:
            if not guild.chunked:
                await guild.chunk()
            unknown = sum(guild.get_member(each.user_id) is None for each in rows)
            text += f" {members_in_words(unknown)} of them {'is' if unknown == 1 else 'are'} not in this server now."
        shown = io.BytesIO("".join(_line(each, kind) for each in rows[:MOST_SHOWN]).encode())
        request = {
            "mode": mode,
            "rows": list(found.points.items()),
            "reason": f"import of {file.filename}"[:200],
        }
        await ask(
            interaction,
            QUESTION,
            request,
            f"{text} Nothing is changed yet. `/points reverse` undoes it as one.",
            confirm=f"Yes, import {len(rows):,}",
            files=[discord.File(shown, "import-preview.txt")],
        )


def _after(row: Difference, kind: BatchKind) -> int:
    return row.amount if kind is BatchKind.SET else (row.has or 0) + row.amount


def _is_over(row: Difference, kind: BatchKind) -> bool:
    return _after(row, kind) - (row.has or 0) > row.room


def _preview(rows: Sequence[Difference], kind: BatchKind, doubles: int) -> str:
    over = sum(_is_over(each, kind) for each in rows)
    same = sum(_after(each, kind) == (each.has or 0) for each in rows)
    new = sum(each.has is None for each in rows)
    more = sum(_after(each, kind) - (each.has or 0) for each in rows if not _is_over(each, kind))
    text = f"{members_in_words(len(rows))}, {new:,} of them new here; {points_in_words(abs(more))} "
    text += "more in all." if more >= 0 else "fewer in all."
    if same:
        text += f" For {same:,} nothing changes."
    if over:
        text += f" {over:,} would have more than an account can hold and are left out."
    if doubles:
        text += f" {doubles:,} rows name somebody again, with the same points: they count once."
    return text


def _line(row: Difference, kind: BatchKind) -> str:
    has = "new" if row.has is None else f"{row.has}"
    return f"{row.user_id}: {has} -> {'too many' if _is_over(row, kind) else _after(row, kind)}\n"


async def _confirmed(interaction: Interaction, draft: Draft) -> None:
    batch = await interaction.client.database.batches.open(
        guild_id=draft.guild_id,
        interaction_id=draft.interaction_id,
        change=BatchKind(draft.request["mode"]),
        amounts=dict(map(tuple, draft.request["rows"])),
        reason=draft.request["reason"],
        actor_id=draft.asked_by_id,
        is_imported=True,
    )
    await carry_out(interaction.client, draft.guild_id, batch.batch_id, interaction)


CONFIRMED[QUESTION] = _confirmed
