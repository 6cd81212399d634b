"""/report, and "Report message" in the menu of a message"""

import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from loguru import logger

from bot.base_cog import BaseCog
from bot.forms import SNOWFLAKE, Field, Form
from bot.invocation import Interaction, guild_of
from bot.permissions import Level, requires
from bot.replies import defer, reply
from cogs.moderation._report_post import report_channel
from cogs.moderation._snapshots import MessageSnapshot, snapshot
from database.errors import DatabaseUnavailable
from database.models import LONGEST_REPORT, Report
from database.report_refusals import BotsAreNotReported, CannotReportYourself

if TYPE_CHECKING:
    from bot.client import Reeve

GONE = (discord.NotFound, discord.Forbidden)
BEING_KEPT: dict[int, asyncio.Task[None]] = {}
"""Snapshots on their way, by what asked for them: a form may be filled in before its message's files are here."""


class MakeReport(BaseCog):
    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.describe(member="Whom to report", reason="What the staff should look at")
    @requires(Level.MEMBER)
    async def report(
        self,
        interaction: Interaction,
        member: discord.User,
        reason: app_commands.Range[str, 1, LONGEST_REPORT],
    ) -> None:
        """Report a member to the staff; only the staff learns who reported."""
        _require_reportable(interaction, member)
        await defer(interaction)
        made = await self.bot.database.reports.make(
            guild_id=guild_of(interaction).id,
            target_id=member.id,
            target_name=member.name,
            reporter_id=interaction.user.id,
            reporter_name=interaction.user.name,
            reason=reason,
            interaction_id=interaction.id,
        )
        await _confirm(interaction, made)


class MessageReport(
    Form, template=f"report-message:(?P<channel>{SNOWFLAKE}):(?P<message>{SNOWFLAKE}):(?P<author>{SNOWFLAKE})"
):
    title = "Report message"
    fields = (Field("reason", "What should the staff look at?", longest=LONGEST_REPORT),)

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        """The message may be edited or gone by now: what counts is the snapshot of when the form was opened."""
        channel_id, message_id, author_id = (
            int(match[part], 16) for part in ("channel", "message", "author")
        )
        name = await self._kept(interaction, channel_id, message_id)
        made = await interaction.client.database.reports.make(
            guild_id=guild_of(interaction).id,
            target_id=author_id,
            target_name=name or (await interaction.client.fetch_user(author_id)).name,
            reporter_id=interaction.user.id,
            reporter_name=interaction.user.name,
            reason=values["reason"],
            interaction_id=self.key,
            channel_id=channel_id,
            message_id=message_id,
        )
        await _confirm(interaction, made)

    async def _kept(self, interaction: Interaction, channel_id: int, message_id: int) -> str | None:
        """The author's name by the snapshot; where Reeve was killed before it was kept, it is taken now if it can."""
        reports, guild_id = interaction.client.database.reports, guild_of(interaction).id
        if (being_kept := BEING_KEPT.get(self.key)) is not None:
            await asyncio.wait({being_kept})
        kept = await reports.snapshot(guild_id=guild_id, interaction_id=self.key)
        if kept:
            return MessageSnapshot.read(kept[0].content).author_name
        channel = guild_of(interaction).get_channel_or_thread(channel_id)
        if not isinstance(channel, discord.abc.Messageable):  # of another server, or gone
            return None
        try:
            message = await channel.fetch_message(message_id)
        except GONE:
            return None
        await reports.keep_snapshot(
            guild_id=guild_id, interaction_id=self.key, proofs=await snapshot(message)
        )
        return message.author.name


@app_commands.context_menu(name="Report message")
@app_commands.guild_only()
@requires(Level.MEMBER)
async def report_message(interaction: Interaction, message: discord.Message) -> None:
    """Ask why, and meanwhile keep the message as it is: it may be gone before the form is filled in."""
    _require_reportable(interaction, message.author)
    about = f"{message.channel.id:x}:{message.id:x}:{message.author.id:x}"
    keeping = asyncio.create_task(_keep(interaction, message), name=f"snapshot {message.id}")
    BEING_KEPT[interaction.id] = keeping
    keeping.add_done_callback(lambda _: BEING_KEPT.pop(interaction.id))
    await MessageReport.open(interaction, f"report-message:{about}")
    await keeping


async def _keep(interaction: Interaction, message: discord.Message) -> None:
    try:
        await interaction.client.database.reports.keep_snapshot(
            guild_id=guild_of(interaction).id, interaction_id=interaction.id, proofs=await snapshot(message)
        )
    except DatabaseUnavailable as error:  # the form is open: its submission takes what is there then
        logger.warning("a reported message could not be kept at once: {}", type(error).__name__)


def _require_reportable(interaction: Interaction, author: discord.User | discord.Member) -> None:
    if author.id == interaction.user.id:
        raise CannotReportYourself
    if author.bot:
        raise BotsAreNotReported


async def _confirm(interaction: Interaction, made: Report) -> None:
    """The number, and where the report waits if nobody of the staff can see it yet."""
    interaction.client.dispatch("outbox_filled")
    guild = guild_of(interaction)
    text = f"Report {made.number}: the staff has it. Thank you."
    try:
        config = await interaction.client.database.guild_configs.get(guild_id=guild.id)
    except DatabaseUnavailable:  # it is written: "try again" would be wrong
        await reply(interaction, text)
        return
    if report_channel(guild, config).channel is None:
        text = (
            f"Report {made.number} is kept. This server has no channel for reports that I can post in at the moment: "
            "the staff sees it in /reports list, and there as soon as it has one."
        )
    await reply(interaction, text)


async def setup(bot: "Reeve") -> None:
    await bot.add_cog(MakeReport(bot))
    bot.tree.add_command(report_message)
