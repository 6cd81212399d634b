"""/jobs, and the buttons that try again"""

from typing import TYPE_CHECKING

from discord import app_commands

from bot.base_cog import BaseCog
from bot.invocation import Interaction
from bot.pages import show
from bot.permissions import Level, requires
from bot.replies import defer
from cogs.moderation import _suggestions
from cogs.moderation._case_options import CaseNumber
from cogs.moderation._job_pages import JobPageButton, RetryButton, job_page
from database.models import JobFilter

if TYPE_CHECKING:
    from bot.client import Reeve


class Jobs(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(
        failed="Only what was tried and failed", case="Only what follows from the case with this number"
    )
    @app_commands.autocomplete(case=_suggestions.case_numbers)
    @requires(Level.MODERATOR)
    async def jobs(
        self, interaction: Interaction, failed: bool = False, case: CaseNumber | None = None
    ) -> None:
        """What is due or waits in this server, why it failed, and a button to try it again."""
        await defer(interaction)
        await show(interaction, await job_page(interaction, JobFilter(failed=failed, case_number=case)))


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(JobPageButton, RetryButton)
    await bot.add_cog(Jobs(bot))
