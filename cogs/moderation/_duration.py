"""Move the end of a ban, timeout or lock that stands, in its case and on Discord."""

from datetime import datetime
from zoneinfo import ZoneInfo

import discord
from discord.utils import format_dt

from bot.clock import clock
from bot.durations import format_duration, parse_duration, parse_moment
from bot.errors import DurationNotUnderstood, MomentNotUnderstood
from bot.invocation import Interaction, guild_of, member_of
from bot.permissions import require_rank_above
from bot.typed import shown
from cogs.moderation._acting import require_by_hand
from cogs.moderation._channel_deeds import LONGEST_LOCK
from cogs.moderation._deeds import LONGEST_BAN, LONGEST_TIMEOUT, SHORTEST
from cogs.moderation._outcome_words import in_english
from cogs.moderation._performing import perform
from cogs.moderation._refusals import DurationOutOfBounds, EndIsOver, TimeoutsEnd
from cogs.moderation._rendering import OF_CHANNELS
from database.models import ActState, Case, CaseKind

LONGEST = {CaseKind.TIMEOUT: LONGEST_TIMEOUT, CaseKind.LOCK: LONGEST_LOCK}
FOR_EVER = frozenset({"forever", "for ever", "permanent", "never", "0"})


async def move_end(interaction: Interaction, number: int, typed: str) -> str:
    """What came of it, for the answer. Raises what a person may read."""
    bot, guild = interaction.client, guild_of(interaction)
    case = await bot.database.cases.get(guild_id=guild.id, number=number)
    await require_by_hand(interaction, case.kind, case.target_id)
    await require_above(interaction, case)
    expires_at = await _end(interaction, case, typed)
    planned = await bot.database.case_edits.duration(
        guild_id=guild.id,
        number=number,
        expires_at=expires_at,
        editor_id=interaction.user.id,
        interaction_id=interaction.id,
    )
    for act in planned:
        await perform(bot, act)
    bot.dispatch("acts_due")
    bot.dispatch("outbox_filled")
    ends = (
        "never ends" if expires_at is None else f"ends {format_dt(expires_at)}, {format_dt(expires_at, 'R')}"
    )
    acts = {act.act_id: act for act in await bot.database.acts.of_case(guild_id=guild.id, number=number)}
    late = [act for act in planned if acts[act.act_id].state is not ActState.DONE]
    note = ""
    if late:
        why = in_english(acts[late[0].act_id].last_error)
        note = f" Discord does not have it yet, and I keep at it.{' ' + shown(why) if why else ''}"
    return f"Case {number}: the {case.kind.value} {ends}.{note}".rstrip()


async def require_above(interaction: Interaction, case: Case) -> None:
    """As for the act itself, as far as its person is here. Raises what require_rank_above raises."""
    guild = guild_of(interaction)
    if case.kind in OF_CHANNELS:
        return
    try:
        target = await guild.fetch_member(case.target_id)
    except discord.NotFound:
        return
    require_rank_above(member_of(interaction), target, guild)


async def _end(interaction: Interaction, case: Case, typed: str) -> datetime | None:
    """Counted from the case's beginning, or a moment in the server's time zone."""
    if typed.strip().lower() in FOR_EVER:
        if case.kind is CaseKind.TIMEOUT:
            raise TimeoutsEnd
        return None
    now, longest = clock.now(), LONGEST.get(case.kind, LONGEST_BAN)
    try:
        end = case.created_at + parse_duration(typed)
    except DurationNotUnderstood:
        config = await interaction.client.database.guild_configs.get(guild_id=guild_of(interaction).id)
        try:
            end = parse_moment(typed, now=now, zone=ZoneInfo(config.time_zone), past=False)
        except MomentNotUnderstood:
            raise DurationNotUnderstood(typed, format_duration(SHORTEST), format_duration(longest)) from None
    if end <= now:
        raise EndIsOver
    if end - case.created_at > longest:
        raise DurationOutOfBounds(f"A {case.kind.value}", format_duration(SHORTEST), format_duration(longest))
    return end
