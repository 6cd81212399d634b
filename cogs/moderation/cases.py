"""/case view, list, edit"""

import io
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.base_cog import BaseCog
from bot.clock import clock
from bot.durations import parse_moment
from bot.invocation import Interaction, guild_of
from bot.pages import show
from bot.permissions import Level, requires, visible_to
from bot.replies import defer, reply
from cogs.moderation import _suggestions
from cogs.moderation._case_pages import LONGEST_SEARCH, CasePageButton, case_page
from cogs.moderation._rendering import case_embed
from database.models import LONGEST_REASON, LONGEST_WHY, CaseFilter, CaseKind, CaseState

if TYPE_CHECKING:
    from bot.client import Reeve

LARGEST_NUMBER = 2**53 - 1  # https://discord.com/developers/docs/interactions/application-commands
KINDS = [app_commands.Choice(name=kind.value, value=kind.value) for kind in CaseKind]
STATES = [app_commands.Choice(name=state.value, value=state.value) for state in CaseState]
CaseNumber = app_commands.Range[int, 1, LARGEST_NUMBER]


@app_commands.guild_only()
@visible_to(Level.MODERATOR)
class Cases(BaseCog, commands.GroupCog, group_name="case", group_description="Look at cases and edit them"):
    @app_commands.command()
    @app_commands.describe(number="The number of the case")
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def view(self, interaction: Interaction, number: CaseNumber) -> None:
        """Show one case with its edits and its proof."""
        await defer(interaction)
        guild_id = guild_of(interaction).id
        whole = await self.cases.whole(guild_id=guild_id, number=number)
        evidence = await self.cases.evidence(guild_id=guild_id, number=number) if whole.files else []
        embed = case_embed(whole)
        files = [
            discord.File(io.BytesIO(file.content), filename=file.filename)
            for file in evidence
            if file.content is not None
        ]
        await reply(interaction, embeds=[embed], files=files)

    @app_commands.command(name="list")
    @app_commands.describe(
        member="Cases of this person, also somebody who left",
        moderator="Cases that this moderator opened",
        kind="Cases of this kind",
        state="Active or void",
        text="Words in the reason",
        since="From when on: 7d (ago), 2026-11-01, yesterday 18:00",
        until="Until when: 7d (ago), 2026-11-01, yesterday 18:00",
    )
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
    ) -> None:
        """List cases, newest first; all filters given must fit."""
        await defer(interaction)
        matching = CaseFilter(
            target_id=member.id if member else None,
            moderator_id=moderator.id if moderator else None,
            kind=CaseKind(kind) if kind else None,
            state=CaseState(state) if state else None,
            text=text,
            since=await self._moment(interaction, since),
            until=await self._moment(interaction, until, day_ends=True),
        )
        await show(interaction, await case_page(interaction, matching))

    @app_commands.command()
    @app_commands.describe(
        number="The number of the case",
        reason="The new reason; the old one is kept",
        why="Why it is changed; kept in the audit trail",
    )
    @app_commands.autocomplete(number=_suggestions.case_numbers)
    @app_commands.autocomplete(reason=_suggestions.reasons)
    @requires(Level.MODERATOR)
    async def edit(
        self,
        interaction: Interaction,
        number: CaseNumber,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        why: app_commands.Range[str, 1, LONGEST_WHY] | None = None,
    ) -> None:
        """Change the reason of a case; the mod log follows."""
        await defer(interaction)
        revision = await self.cases.edit_reason(
            guild_id=guild_of(interaction).id,
            number=number,
            reason=reason,
            editor_id=interaction.user.id,
            interaction_id=interaction.id,
            why=why,
        )
        self.bot.dispatch("outbox_filled")
        await reply(interaction, f"Case {number}: the reason is changed (edit {revision.revision}).")

    async def _moment(
        self, interaction: Interaction, text: str | None, *, day_ends: bool = False
    ) -> datetime | None:
        """A moment in the server's time zone; a day alone is its beginning, or its end."""
        if text is None:
            return None
        config = await self.guild_configs.get(guild_id=guild_of(interaction).id)
        return parse_moment(
            text, now=clock.now(), zone=ZoneInfo(config.time_zone), past=True, day_ends=day_ends
        )


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(CasePageButton)
    await bot.add_cog(Cases(bot))
