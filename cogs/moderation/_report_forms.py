"""The forms that staff fill in about a report: a warning, its end, a word to its reporters."""

import re
from collections.abc import Mapping
from dataclasses import replace

import discord

from bot.forms import Field, Form
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import Level, require, require_rank_above
from bot.replies import reply
from cogs.moderation._acting import act
from cogs.moderation._refusals import FineNotUnderstood, PointsNotUnderstood
from cogs.moderation._request import request_of
from database.models import (
    LARGEST_AMOUNT,
    LONGEST_REASON,
    LONGEST_REPORT,
    MOST_CASE_POINTS,
    CaseKind,
    CaseOrigin,
    WholeReport,
)

NUMBER = r"(?P<number>[0-9]{1,18})"
ANSWER = Field("answer", "Tell the reporters (empty: nothing)", shortest=0, longest=LONGEST_REPORT)


class ReportWarning(Form, template=f"report-warn:{NUMBER}"):
    title = "Warn"
    fields = (
        Field("reason", "Reason: the member and the mod log see it", longest=LONGEST_REASON),
        Field(
            "points", f"How much it weighs (0 to {MOST_CASE_POINTS})", is_long=False, shortest=0, longest=3
        ),
        ANSWER,
    )

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        """Everything that /warn asks is asked; the case ends the report and gets its snapshots."""
        await require(interaction, Level.MODERATOR)
        guild, number = guild_of(interaction), int(match["number"])
        points = points_of(values["points"])
        whole = await interaction.client.database.reports.whole(guild_id=guild.id, number=number)
        target = await person_of(interaction, whole)
        require_rank_above(member_of(interaction), target, guild)
        request = request_of(
            interaction,
            CaseKind.WARN,
            target,
            reason=values["reason"],
            points=points,
            origin=CaseOrigin.REPORT,
            payload={"report": {"number": number, "answer": values["answer"] or None}},
        )
        channel_id = whole.report.channel_id or interaction.channel_id
        await act(interaction, replace(request, key=self.key, channel_id=channel_id))


class ReportEnd(Form, template=f"report-close:{NUMBER}"):
    title = "Close"
    fields = (
        Field("outcome", "Outcome, for the staff", shortest=0, longest=LONGEST_REPORT),
        ANSWER,
    )

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MODERATOR)
        report = await interaction.client.database.reports.close(
            guild_id=guild_of(interaction).id,
            number=int(match["number"]),
            moderator_id=interaction.user.id,
            interaction_id=self.key,
            outcome=values["outcome"] or None,
            answer=values["answer"] or None,
        )
        interaction.client.dispatch("outbox_filled")
        told = " Its reporters get your answer." if values["answer"] else " Its reporters are told nothing."
        await reply(interaction, f"Report {report.number} is closed.{told}")


class ReportAnswer(Form, template=f"report-answer:{NUMBER}"):
    title = "Reply to the reporters"
    fields = (Field("answer", "They read it as a direct message", longest=LONGEST_REPORT),)

    async def submit(self, interaction: Interaction, values: Mapping[str, str], match: re.Match[str]) -> None:
        await require(interaction, Level.MODERATOR)
        report = await interaction.client.database.reports.answer(
            guild_id=guild_of(interaction).id,
            number=int(match["number"]),
            moderator_id=interaction.user.id,
            interaction_id=self.key,
            answer=values["answer"],
        )
        interaction.client.dispatch("outbox_filled")
        await reply(interaction, f"Report {report.number}: its reporters get your answer.")


def points_of(text: str | None) -> int | None:
    """From 0 to MOST_CASE_POINTS, None if nothing was typed; PointsNotUnderstood for anything else."""
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,3}", text, re.ASCII) or int(text) > MOST_CASE_POINTS:
        raise PointsNotUnderstood(text, MOST_CASE_POINTS)
    return int(text)


def fine_of(text: str | None) -> int | None:
    """From 1 to LARGEST_AMOUNT, None if nothing was typed; FineNotUnderstood for anything else."""
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,10}", text, re.ASCII) or not 1 <= int(text) <= LARGEST_AMOUNT:
        raise FineNotUnderstood(text, LARGEST_AMOUNT)
    return int(text)


async def person_of(interaction: Interaction, whole: WholeReport) -> discord.Member | discord.User:
    """The reported person, as a member while they are one."""
    guild, target_id = guild_of(interaction), whole.report.target_id
    try:
        return guild.get_member(target_id) or await guild.fetch_member(target_id)
    except discord.NotFound:
        return await interaction.client.fetch_user(target_id)
