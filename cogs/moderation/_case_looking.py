"""/case view, list, revisions"""

import discord
from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction, guild_of
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation import _suggestions
from cogs.moderation._case_options import FILTERS, KINDS, STATES, Asked, CaseNumber, filter_of
from cogs.moderation._case_pages import LONGEST_SEARCH, case_page
from cogs.moderation._evidence_view import evidence_button
from cogs.moderation._mass_looks import add_progress, job_of, mass_view
from cogs.moderation._post_words import ENGLISH
from cogs.moderation._record import add_standing
from cogs.moderation._rendering import case_embed
from cogs.moderation._revision_pages import revision_page
from database.models import CaseKind


class CaseLooking(BaseCog):
    @app_commands.command()
    @app_commands.describe(number="The number of the case")
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def view(self, interaction: Interaction, number: CaseNumber) -> None:
        """Show one case with its edits, its notes and what proves it."""
        await defer(interaction)
        whole = await self.cases.whole(guild_id=guild_of(interaction).id, number=number)
        view = evidence_button(number, len(whole.files)) if whole.files else None
        embed = case_embed(whole)
        if (job := await job_of(interaction.client, whole.case)) is not None:
            add_progress(embed, job, ENGLISH)
            view = mass_view(job, beside=view)
        if whole.case.kind is CaseKind.WARN:
            await add_standing(interaction, embed, whole.case.target_id)
        await reply(interaction, embeds=[embed], view=view)

    @app_commands.command(name="list")
    @app_commands.describe(**FILTERS)
    @app_commands.choices(kind=KINDS, state=STATES)
    @requires(Level.MODERATOR)
    async def list_cases(  # noqa: PLR0917  # the options of the command; discord.py fills them in by name
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        moderator: discord.User | None = None,
        kind: str | None = None,
        state: str | None = None,
        text: app_commands.Range[str, 1, LONGEST_SEARCH] | None = None,
        since: str | None = None,
        until: str | None = None,
        evidence: bool | None = None,
    ) -> None:
        """List cases, newest first; all filters given must fit."""
        await defer(interaction)
        asked = Asked(
            member=member, moderator=moderator, kind=kind, state=state, text=text, since=since, until=until,
            evidence=evidence,
        )  # fmt: skip
        await show(interaction, await case_page(interaction, await filter_of(interaction, asked)))

    @app_commands.command()
    @app_commands.describe(number="The number of the case")
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def revisions(self, interaction: Interaction, number: CaseNumber) -> None:
        """Show every edit of a case with what changed, and take edits back."""
        await defer(interaction)
        await show(interaction, await revision_page(interaction, number))
