"""/points, of which each topic has its commands in a file of its own."""

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from cogs.points._account import AccountCommands
from cogs.points._asking import AnswerButton
from cogs.points._award import AwardCommands
from cogs.points._boost import BoostCommands
from cogs.points._bulk import BulkCommands
from cogs.points._daily import DailyCommands
from cogs.points._export import ExportCommands
from cogs.points._history import HistoryButton
from cogs.points._import import ImportCommands
from cogs.points._levels import LevelCommands
from cogs.points._rank import RankCommands
from cogs.points._reverse import ReverseCommands
from cogs.points._rules import PanelButton, PanelSelect, RulesCommands
from cogs.points._seasons import SeasonCommands
from cogs.points._staff import StaffCommands
from cogs.points._supply import SupplyCommands
from cogs.points._thanks import ThanksCommands
from cogs.points._top import TopButton, TopCommands
from cogs.points._verify import VerifyCommands
from cogs.points._why import WhyCommands

if TYPE_CHECKING:
    from bot.client import Reeve


@app_commands.guild_only()
class Points(
    AccountCommands,
    AwardCommands,
    BoostCommands,
    BulkCommands,
    DailyCommands,
    ExportCommands,
    ImportCommands,
    LevelCommands,
    RankCommands,
    ReverseCommands,
    RulesCommands,
    SeasonCommands,
    StaffCommands,
    SupplyCommands,
    ThanksCommands,
    VerifyCommands,
    WhyCommands,
    TopCommands,
    commands.GroupCog,
    group_name="points",
    group_description="Earn, give and look at points",
):
    pass


async def setup(bot: "Reeve") -> None:
    bot.add_dynamic_items(AnswerButton, HistoryButton, TopButton, PanelButton, PanelSelect)
    await bot.add_cog(Points(bot))
