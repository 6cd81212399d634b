"""/reports list, view"""

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.base_cog import BaseCog
from bot.errors import ButtonOutdated
from bot.invocation import Interaction, guild_of
from bot.pages import Page, PageButton, show
from bot.permissions import Level, require, requires, visible_to
from bot.replies import defer, reply
from cogs.moderation._report_buttons import ReportButton
from cogs.moderation._report_rendering import report_embed, report_line, report_view
from cogs.moderation._report_words import ENGLISH
from database.models import ReportFilter, ReportState
from database.report_refusals import ReportAboutYourself

if TYPE_CHECKING:
    from bot.client import Reeve

PAGE_SIZE = 10
LARGEST_NUMBER = 2**53 - 1  # https://discord.com/developers/docs/interactions/application-commands
WAITING = "waiting"
STATES = [
    app_commands.Choice(name=name, value=name) for name in (WAITING, *(state.value for state in ReportState))
]


@app_commands.guild_only()
@visible_to(Level.MODERATOR)
class Reports(BaseCog, commands.GroupCog, group_name="reports", group_description="Look at members' reports"):
    @app_commands.command(name="list")
    @app_commands.describe(state="Waiting (open or taken) if left out", member="Reports of this person")
    @app_commands.choices(state=STATES)
    @requires(Level.MODERATOR)
    async def list_reports(
        self, interaction: Interaction, state: str | None = None, member: discord.User | None = None
    ) -> None:
        """List reports, newest first: those that wait, unless a state or a member is given."""
        await defer(interaction)
        wanted = state or ("" if member else WAITING)
        await show(interaction, await report_page(interaction, wanted, member.id if member else None))

    @app_commands.command()
    @app_commands.describe(number="The number of the report")
    @requires(Level.MODERATOR)
    async def view(
        self, interaction: Interaction, number: app_commands.Range[int, 1, LARGEST_NUMBER]
    ) -> None:
        """Show one report with everybody who made it."""
        await defer(interaction)
        whole = await self.bot.database.reports.whole(guild_id=guild_of(interaction).id, number=number)
        if whole.report.target_id == interaction.user.id:
            raise ReportAboutYourself(number)
        embed = report_embed(whole, ENGLISH, with_names=True)
        await reply(interaction, embeds=[embed], view=report_view(whole.report, ENGLISH))


async def report_page(
    interaction: Interaction,
    state: str,
    target_id: int | None,
    *,
    before: int | None = None,
    after: int | None = None,
) -> Page:
    """The newest reports, those older than `before`, or the nearest ones newer than `after`."""
    reports, guild_id = interaction.client.database.reports, guild_of(interaction).id
    matching = ReportFilter(
        state=ReportState(state) if state not in {"", WAITING} else None,
        target_id=target_id,
        waiting=state == WAITING,
    )
    found = await reports.page(
        guild_id=guild_id,
        matching=matching,
        before=None if before is None else (before,),
        after=None if after is None else (after,),
        limit=PAGE_SIZE + 1,
    )
    count = await reports.count(guild_id=guild_id, matching=matching)
    more = len(found) > PAGE_SIZE
    listed = found[-PAGE_SIZE:] if after is not None else found[:PAGE_SIZE]
    which = " ".join(part for part in (state, f"of <@{target_id}>" if target_id else "") if part)
    embed = discord.Embed(
        title=f"{count:,} report{'' if count == 1 else 's'}" if count else "Reports",
        colour=discord.Colour(0x5865F2),
        description="\n".join(
            [
                *([f"-# {which}"] if which else []),
                *(map(report_line, listed) if listed else ["No report fits."]),
            ]
        ),
    )
    if not listed:
        return Page(embed)
    has_newer, has_older = (more, True) if after is not None else (before is not None, more)
    about = f"{state}:{target_id or ''}"
    return Page(
        embed,
        back=f"r:a:{listed[0].number}:{about}" if has_newer else None,
        forward=f"r:b:{listed[-1].number}:{about}" if has_older else None,
    )


class ReportPageButton(PageButton, template=r"r:[ab]:[0-9]{1,18}:[a-z]*:[0-9]{0,20}"):
    async def turn(self, interaction: Interaction) -> Page:
        """Only for whom the list is at this moment: a moderator may have stopped being one."""
        await require(interaction, Level.MODERATOR)
        _, direction, number, state, target_id = self.custom_id.split(":")
        if state not in {"", WAITING, *ReportState}:
            raise ButtonOutdated
        place = {"after" if direction == "a" else "before": int(number)}
        return await report_page(interaction, state, int(target_id) if target_id else None, **place)


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(ReportButton, ReportPageButton)
    await bot.add_cog(Reports(bot))
