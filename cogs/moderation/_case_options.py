"""Options that commands on cases share, and the filter that they make."""

from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

import discord
from discord import app_commands

from bot.clock import clock
from bot.durations import parse_moment
from bot.invocation import Interaction, guild_of
from cogs.moderation._refusals import PeriodIsEmpty
from database.models import CaseFilter, CaseKind, CaseState

LARGEST_NUMBER = 2**53 - 1  # https://discord.com/developers/docs/interactions/application-commands
KINDS = [app_commands.Choice(name=kind.value, value=kind.value) for kind in CaseKind]
STATES = [app_commands.Choice(name=state.value, value=state.value) for state in CaseState]
CaseNumber = app_commands.Range[int, 1, LARGEST_NUMBER]
FILTERS = {
    "member": "Cases of this person, also somebody who left",
    "moderator": "Cases that this moderator opened",
    "kind": "Cases of this kind",
    "state": "Cases in this state",
    "text": "Words in the reason or in a note",
    "since": "From when on: 7d (ago), 2026-11-01, yesterday 18:00",
    "until": "Until when: 7d (ago), 2026-11-01, yesterday 18:00",
    "evidence": "Only cases with evidence",
}


class Asked(TypedDict):
    """The options of a filter as Discord gave them."""

    member: discord.User | None
    moderator: discord.User | None
    kind: str | None
    state: str | None
    text: str | None
    since: str | None
    until: str | None
    evidence: bool | None


async def filter_of(interaction: Interaction, asked: Asked) -> CaseFilter:
    """Moments are in the server's time zone. Raises MomentNotUnderstood, PeriodIsEmpty."""
    member, moderator = asked["member"], asked["moderator"]
    since = await _moment(interaction, asked["since"])
    until = await _moment(interaction, asked["until"], day_ends=True)
    if since is not None and until is not None and since >= until:
        raise PeriodIsEmpty(since, until)
    return CaseFilter(
        target_id=member.id if member else None,
        moderator_id=moderator.id if moderator else None,
        kind=CaseKind(asked["kind"]) if asked["kind"] else None,
        state=CaseState(asked["state"]) if asked["state"] else None,
        text=(asked["text"] or "").strip() or None,
        since=since,
        until=until,
        with_evidence=bool(asked["evidence"]),
    )


async def _moment(interaction: Interaction, text: str | None, *, day_ends: bool = False) -> datetime | None:
    """A day alone is its beginning, or its end."""
    if text is None:
        return None
    config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
    return parse_moment(text, now=clock.now(), zone=ZoneInfo(config.time_zone), past=True, day_ends=day_ends)
