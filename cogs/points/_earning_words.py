"""What something earned or would earn, why it is not more, and a server's rules, in words."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import discord
from discord.utils import format_dt

from bot.durations import format_duration
from cogs.points._group import points_in_words
from cogs.points._mentions import channel_mention, role_mention
from database.models.earning import BoostSubject, Decision, Earner, PointBoost, PointRule, RuleSubject, Why

CALLED = {Earner.MESSAGE: "messages", Earner.VOICE: "talk in voice channels"}
REASONS: dict[Why, Callable[[Decision], str]] = {
    Why.LEDGER_FROZEN: lambda _: "no point moves in this server at the moment",
    Why.FROZEN: lambda _: "your points are frozen by the staff",
    Why.TOO_LATE: lambda _: "it is too long ago",
    Why.CHANNEL: lambda decision: f"<#{decision.fact}> earns nothing",
    Why.ROLE: lambda decision: f"who has the role <@&{decision.fact}> earns nothing",
    Why.TOO_SHORT: lambda decision: f"it has fewer than {decision.fact:,} characters",
    Why.REPEATED: lambda _: "it repeats your message before",
    Why.COOL_DOWN: lambda decision: f"cool-down, {format_duration(timedelta(seconds=decision.fact))} left",
    Why.ROUNDED_AWAY: lambda decision: (
        f"{decision.percent:,} % of {points_in_words(decision.fact)} is rounded to none"
    ),
    Why.DAY_FULL: lambda decision: f"the cap of the day is reached, {points_in_words(decision.fact)}",
    Why.BALANCE_FULL: lambda decision: f"nobody can hold more than {points_in_words(decision.fact)}",
}
FULL = 100


def decision_in_words(decision: Decision, earner: Earner = Earner.MESSAGE) -> str:
    rate = f" ({decision.percent:,} % by the rules below)" if decision.percent not in (0, FULL) else ""
    if not decision.points:
        return f"nothing: {_because(decision, earner)}"
    less = f", and no more: {_because(decision, earner)}" if decision.why else ""
    return f"{points_in_words(decision.points)}{rate}{less}"


def _because(decision: Decision, earner: Earner) -> str:
    if decision.why is Why.NOTHING_FOR_IT:
        return f"this server gives no points for {CALLED[earner]}"
    return REASONS[decision.why](decision) if decision.why else ""


def rule_in_words(guild: discord.Guild, rule: PointRule) -> str:
    is_channel = rule.subject is RuleSubject.CHANNEL
    of = (channel_mention if is_channel else role_mention)(guild, rule.subject_id)
    return f"{of} earns {f'{rule.percent:,} %' if rule.percent else 'nothing'}"


def boost_in_words(guild: discord.Guild, boost: PointBoost) -> str:
    match boost.subject, boost.subject_id:
        case BoostSubject.CHANNEL, int(channel_id):
            of = channel_mention(guild, channel_id)
        case BoostSubject.ROLE, int(role_id):
            of = role_mention(guild, role_id)
        case _:
            of = "The whole server"
    return f"{of} earns {boost.percent:,} %, which ends {format_dt(boost.ends_at, 'R')}"


def lines_within(lines: Sequence[str], most: int, none: str) -> str:
    """As many lines as fit into so many characters, and how many more there are."""
    kept: list[str] = []
    used = 0
    for line in lines:
        used += len(line) + 1
        if used > most - 20:
            return "\n".join([*kept, f"and {len(lines) - len(kept):,} more"])
        kept.append(line)
    return "\n".join(kept) or none
