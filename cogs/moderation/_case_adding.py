"""/case note, evidence"""

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from bot.typed import one_line
from cogs.moderation import _suggestions
from cogs.moderation._case_options import CaseNumber
from cogs.moderation._links import keep_links
from cogs.moderation._opening import files_of
from database.models import LONGEST_CASE_NOTE


class CaseAdding(BaseCog):
    @app_commands.command()
    @app_commands.describe(number="The number of the case", text="What the staff should know about it")
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def note(
        self,
        interaction: Interaction,
        number: CaseNumber,
        text: app_commands.Range[str, 1, LONGEST_CASE_NOTE],
    ) -> None:
        """Add a note to a case, with its day and your name: only the staff sees it."""
        await defer(interaction)
        note = await self.bot.database.case_notes.write(
            guild_id=guild_of(interaction).id,
            number=number,
            note=text,
            author_id=interaction.user.id,
            author_name=interaction.user.name,
            interaction_id=interaction.id,
        )
        kept = await keep_links(interaction, number, text)
        self.bot.dispatch("outbox_filled")
        await reply(interaction, f"Case {number}: note {note.position} is added.{kept}")

    @app_commands.command()
    @app_commands.describe(
        number="The number of the case", file="What shows what happened, kept with the case (up to 8 MiB)"
    )
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def evidence(self, interaction: Interaction, number: CaseNumber, file: discord.Attachment) -> None:
        """Keep a file with a case: it stays when Discord's own link to it ends."""
        await defer(interaction)
        await self.bot.database.case_evidence.add(
            guild_id=guild_of(interaction).id,
            number=number,
            proof=await files_of(file),
            added_by_id=interaction.user.id,
            interaction_id=interaction.id,
        )
        self.bot.dispatch("outbox_filled")
        name = one_line(file.filename, 100)
        await reply(interaction, f"Case {number}: {name} is kept, and its SHA-256 with it.")
