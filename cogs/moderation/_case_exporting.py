"""/case export: cases as a file, written as they come, so that memory does not grow with their number."""

import asyncio
import gzip
import io
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import IO

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation._case_options import FILTERS, KINDS, STATES, Asked, filter_of
from cogs.moderation._case_pages import LONGEST_SEARCH
from cogs.moderation._export_formats import FORMS
from cogs.moderation._refusals import ExportTooLarge
from database.models import ExportFormat, WholeCase

LARGEST_UPLOAD = 10 * 1024 * 1024 - 64 * 1024
"""Bytes, with room for what stands around the file: https://discord.com/developers/docs/reference#uploading-files"""
LARGEST_WRITTEN = 25 * LARGEST_UPLOAD
"""Of a temporary file: such text does not become a tenth of that by compression alone."""
FORMATS = [app_commands.Choice(name=each.value, value=each.value) for each in ExportFormat]


class CaseExporting(BaseCog):
    @app_commands.command()
    @app_commands.describe(
        **FILTERS, format="csv for a spreadsheet, json with all there is, html to read or print"
    )
    @app_commands.choices(kind=KINDS, state=STATES, format=FORMATS)
    @requires(Level.MODERATOR)
    async def export(  # noqa: PLR0917  # the options of the command; discord.py fills them in by name
        self,
        interaction: Interaction,
        format: str = ExportFormat.CSV.value,  # noqa: A002  # its name in Discord
        member: discord.User | None = None,
        moderator: discord.User | None = None,
        kind: str | None = None,
        state: str | None = None,
        text: app_commands.Range[str, 1, LONGEST_SEARCH] | None = None,
        since: str | None = None,
        until: str | None = None,
        evidence: bool | None = None,
    ) -> None:
        """Take cases out as a file; that you did is kept in the audit trail."""
        await defer(interaction)
        guild, chosen = guild_of(interaction), ExportFormat(format)
        asked = Asked(
            member=member, moderator=moderator, kind=kind, state=state, text=text, since=since, until=until,
            evidence=evidence,
        )  # fmt: skip
        matching = await filter_of(interaction, asked)
        given = {name: str(value) for name, value in asked.items() if value is not None}
        about = {
            "server": guild.name,
            "server_id": str(guild.id),
            "exported_at": clock.now().isoformat(),
            **given,
        }
        exports = self.bot.database.case_exports
        with tempfile.TemporaryFile() as written:
            cases = await _write(written, chosen, about, exports.stream(guild_id=guild.id, matching=matching))
            if cases == 0:
                await reply(interaction, "No case fits, so there is no file.")
                return
            packed, ending = await asyncio.to_thread(_packed, written)
            await exports.note(
                guild_id=guild.id,
                matching=matching,
                format=chosen,
                cases=cases,
                exported_by_id=interaction.user.id,
                interaction_id=interaction.id,
            )
            name = f"cases-{guild.id}-{clock.now():%Y-%m-%d}.{chosen.value}{ending}"
            words = f"{cases:,} case{'' if cases == 1 else 's'}. The audit trail says that you took them."
            await reply(interaction, words, files=[discord.File(packed, filename=name)])


async def _write(
    file: IO[bytes], chosen: ExportFormat, about: Mapping[str, str], cases: AsyncIterator[WholeCase]
) -> int:
    """How many they were. Raises ExportTooLarge."""
    form, count = FORMS[chosen](), 0
    file.write(form.head(about).encode())
    async with aclosing(cases) as stream:  # type: ignore[type-var]  # an action's iterator is a generator
        async for whole in stream:
            file.write(form.case(whole).encode(errors="replace"))
            count += 1
            if file.tell() > LARGEST_WRITTEN:
                raise ExportTooLarge
    file.write(form.tail().encode())
    return count


def _packed(file: io.BufferedRandom) -> tuple[io.BufferedIOBase, str]:
    """As it is, or compressed where Discord would not take it. Raises ExportTooLarge where that does not help."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size <= LARGEST_UPLOAD:
        return file, ""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", filename="", mtime=0) as compressed:
        shutil.copyfileobj(file, compressed, 1024 * 1024)
    if packed.tell() > LARGEST_UPLOAD:
        raise ExportTooLarge
    packed.seek(0)
    return packed, ".gz"
