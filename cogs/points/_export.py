"""/points export: the whole ledger as a file that `python -m bot verify-ledger` proves."""

import gzip
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import IO

import discord
from discord import app_commands

from bot.clock import clock
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.points._group import PointsPart
from database.errors import ActionRefused
from database.ledger_export import Exported, Seal, lines_of

LARGEST_UPLOAD = 10 * 1024 * 1024 - 64 * 1024
"""Bytes, with room for what stands around the file: https://discord.com/developers/docs/reference#uploading-files"""


class LedgerTooLarge(ActionRefused):
    def __init__(self, guild_id: int) -> None:
        super().__init__(
            "This ledger is larger than what Discord takes, even packed: whoever runs me writes it with "
            f"`python -m bot export-ledger {guild_id} FILE`."
        )


class ExportCommands(PointsPart):
    @app_commands.command()
    @requires(Level.MANAGER)
    async def export(self, interaction: Interaction) -> None:
        """Take out the whole ledger as a file that can be proved."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        with tempfile.TemporaryFile() as file:
            rows = self.bot.database.ledger_exports.stream(guild_id=guild_id)
            seal = await _write(file, guild_id, rows)
            if file.tell() > LARGEST_UPLOAD:
                raise LedgerTooLarge(guild_id)
            file.seek(0)
            counts = seal.counts
            text = (
                f"{counts['accounts']:,} accounts, {counts['operations']:,} operations, {counts['transfers']:,} "
                "transfers. `python -m bot verify-ledger FILE` proves them, without a database."
            )
            name = f"ledger-{guild_id}-{clock.now():%Y-%m-%d}.jsonl.gz"
            await reply(interaction, text, files=[discord.File(file, filename=name)])


async def _write(file: IO[bytes], guild_id: int, rows: AsyncIterator[Exported]) -> Seal:
    """Packed. Raises LedgerTooLarge as soon as it is."""
    seal = Seal()
    with gzip.GzipFile(fileobj=file, mode="wb", filename="", mtime=0) as packed:
        async with aclosing(lines_of(guild_id, rows, seal, clock.now())) as lines:  # type: ignore[type-var]  # it is a generator
            async for line in lines:
                packed.write(line)
                if file.tell() > LARGEST_UPLOAD:
                    raise LedgerTooLarge(guild_id)
    return seal
