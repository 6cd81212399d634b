"""/case view, list, revisions, edit, void, restore, note, evidence, export"""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.permissions import Level, visible_to
from cogs.moderation._case_adding import CaseAdding
from cogs.moderation._case_changing import CaseChanging
from cogs.moderation._case_exporting import CaseExporting
from cogs.moderation._case_looking import CaseLooking
from cogs.moderation._case_pages import CasePageButton
from cogs.moderation._evidence_view import EvidenceButton
from cogs.moderation._revision_pages import RevertButton, RevisionPageButton
from cogs.moderation._void import VoidButton

if TYPE_CHECKING:
    from bot.client import Reeve


@app_commands.guild_only()
@visible_to(Level.MODERATOR)
class Cases(
    CaseLooking,
    CaseChanging,
    CaseAdding,
    CaseExporting,
    commands.GroupCog,
    group_name="case",
    group_description="Look at cases and work on them",
):
    """The commands are in the files of their topics."""


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(CasePageButton, RevisionPageButton, RevertButton, EvidenceButton, VoidButton)
    await bot.add_cog(Cases(bot))
