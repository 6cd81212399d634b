"""The one way in which a moderator acts: questions, the case, the acts on Discord, and what happened as the answer."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import discord
from discord.utils import format_dt, snowflake_time
from loguru import logger

from bot.clock import clock
from bot.durations import format_duration
from bot.invocation import Interaction, guild_of
from bot.permissions import require_permission
from bot.replies import reply
from bot.typed import one_line, shown
from cogs.moderation._asking import ask
from cogs.moderation._fine_words import points_sentences
from cogs.moderation._following import follow_up, further_line
from cogs.moderation._gates import Question, question_before
from cogs.moderation._guard import SECOND, most_acts
from cogs.moderation._ladder import escalating_for, standing_words, with_preset
from cogs.moderation._links import keep_links
from cogs.moderation._mass_beginning import begin, begun
from cogs.moderation._opening import log_trouble
from cogs.moderation._outcome_words import in_english
from cogs.moderation._performing import perform
from cogs.moderation._request import NO_REASON, Request, plan_of
from database.errors import ActedOnJustNow, DatabaseUnavailable, StaffPaused
from database.models import Case, CaseKind, CaseState, Climb, DirectMessage, Proof

if TYPE_CHECKING:
    from bot.client import Reeve

A_MOMENT = timedelta(seconds=60)
"""So long after another moderator's act the next one is asked whether they knew of it."""
MOMENT_AGO = "moment_ago"

DONE = {
    CaseKind.WARN: "warned {who}",
    CaseKind.NOTE: "noted about {who}",
    CaseKind.TIMEOUT: "timed {who} out{duration}",
    CaseKind.UNTIMEOUT: "ended the timeout of {who}",
    CaseKind.KICK: "kicked {who}",
    CaseKind.BAN: "banned {who}{duration}",
    CaseKind.UNBAN: "unbanned {who}",
    CaseKind.SOFTBAN: "softbanned {who}: they may come back",
    CaseKind.PURGE: "deleted {count} in {who}",
    CaseKind.SLOWMODE: "set the slowmode of {who} to {interval}",
    CaseKind.LOCK: "locked {who}{duration}",
    CaseKind.UNLOCK: "unlocked {who}",
}
IN_CHANNELS = (CaseKind.PURGE, CaseKind.SLOWMODE, CaseKind.LOCK, CaseKind.UNLOCK)
BY_HAND = {
    CaseKind.TIMEOUT: "moderate_members",
    CaseKind.UNTIMEOUT: "moderate_members",
    CaseKind.KICK: "kick_members",
    CaseKind.BAN: "ban_members",
    CaseKind.MASSBAN: "ban_members",
    CaseKind.UNBAN: "ban_members",
    CaseKind.SOFTBAN: "ban_members",
    CaseKind.PURGE: "manage_messages",
    CaseKind.SLOWMODE: "manage_messages",
    CaseKind.LOCK: "manage_messages",
    CaseKind.UNLOCK: "manage_messages",
}
"""The permission with which a moderator could do it without Reeve. Warnings and notes are Reeve's own.

To slow or lock a channel Discord asks for Manage Channels, with which one may delete it, too: whoever may take each
message away there may have it quiet.
"""


class Acted(NamedTuple):
    """The case, what the same request has led to beyond it (an escalation), and where its target stands now."""

    case: Case
    further: Sequence[Case] = ()
    climb: Climb | None = None


async def act(interaction: Interaction, request: Request, proof: Sequence[Proof] = ()) -> None:
    """Ask what must be asked, or do it and answer. The interaction was deferred, its person's level and rank checked.

    Raises what a person may read.
    """
    bot, guild = interaction.client, guild_of(interaction)
    await require_by_hand(interaction, request.kind, request.target_id)
    request = await with_preset(bot, guild, request)
    question = await question_before(bot, guild, request)
    if question is None:
        try:
            acted = await carry_out(bot, guild, request, proof)
        except StaffPaused:
            bot.dispatch("outbox_filled")
            raise
        except ActedOnJustNow as other:
            question, request = _moment_ago(request, other), replace(request, known_case=other.number)
        else:
            kept = await keep_links(interaction, acted.case.number, request.reason)
            await reply(interaction, await answer_of(bot, guild, request, acted) + kept)
            if request.kind is CaseKind.MASSBAN:
                bot.dispatch("mass_begun", interaction, acted.case)
            return
    await ask(interaction, request, question, proof)


async def require_by_hand(interaction: Interaction, kind: CaseKind, target_id: int) -> None:
    """Refuse who may not do it by hand and is not trusted by the server. Raises NotPermitted."""
    if kind in BY_HAND:
        channel = guild_of(interaction).get_channel_or_thread(target_id) if kind in IN_CHANNELS else None
        await require_permission(interaction, BY_HAND[kind], channel=channel)


async def carry_out(
    bot: "Reeve", guild: discord.Guild, request: Request, proof: Sequence[Proof] = ()
) -> Acted:
    """Open the case and bring about what it asks of Discord. The same key again finds what was done.

    Raises ActedOnJustNow if another moderator's case is newer than what this one knew, ReasonNotAllowed,
    DatabaseUnavailable.
    """
    if request.kind is CaseKind.MASSBAN:
        return Acted(await begin(bot, guild, request))
    now = clock.now()
    plan, expires_at = plan_of(request, now)
    case = await bot.database.cases.open(
        guild_id=guild.id,
        kind=request.kind,
        target_id=request.target_id,
        target_name=request.target_name,
        moderator_id=request.moderator_id,
        moderator_name=request.moderator_name,
        reason=request.reason,
        interaction_id=request.key,
        points=request.points,
        channel_id=request.channel_id,
        proof=proof,
        tell_target=request.is_told,
        expires_at=expires_at,
        plan=plan,
        asked_by_id=request.moderator_id,
        origin=request.origin,
        causes=request.causes,
        unless_acted_since=None if _may_be_second(request) else _when_asked(request, now) - A_MOMENT,
        known_case=request.known_case,
        report=request.report,
        fine=request.fine,
        freezes_points=request.freezes_points,
        escalating=await escalating_for(bot, guild, request),
        most_acts=None
        if SECOND in request.passed
        else await most_acts(bot, guild, request.kind, request.moderator_id),
    )
    bot.dispatch("outbox_filled")
    try:
        return await _brought_about(bot, guild, request, case, is_act=bool(plan.acts))
    except DatabaseUnavailable as error:  # the case is written, so that "nothing was changed" would be untrue
        logger.info("case {} of {} goes on later: {}", case.number, guild.id, error)
        return Acted(case)


async def _brought_about(
    bot: "Reeve", guild: discord.Guild, request: Request, case: Case, *, is_act: bool
) -> Acted:
    """What follows from a case that is written: the ladder's steps, or its acts. The worker does what this leaves."""
    if request.kind is CaseKind.WARN:
        return Acted(*await follow_up(bot, guild, case))
    if not is_act:
        return Acted(case)
    try:
        for each in await bot.database.acts.take(guild_id=guild.id, interaction_id=request.key):
            await perform(bot, each)
    finally:
        bot.dispatch("acts_due")
    return Acted(await bot.database.cases.get(guild_id=guild.id, number=case.number))


def _may_be_second(request: Request) -> bool:
    """Notes do not weigh on a person, and channels are no persons: about all else a second moderator is asked."""
    return request.kind in (*IN_CHANNELS, CaseKind.NOTE)


def _when_asked(request: Request, now: datetime) -> datetime:
    """A form or a question may have stood open for long: what others did meanwhile, its moderator has not seen."""
    return min(now, snowflake_time(request.key))


def _moment_ago(request: Request, other: ActedOnJustNow) -> Question:
    reason = one_line(other.reason, 200)
    has_reason = request.reason != NO_REASON
    return Question(
        MOMENT_AGO,
        f"<@{other.moderator_id}> acted on <@{request.target_id}> {format_dt(other.at, 'R')}: "
        f"case {other.number}, {other.kind}: {reason}\n"
        + ("Go on all the same, or note your reason on that case?" if has_reason else "Go on all the same?"),
        confirm=f"{request.kind.value.title()} anyway",
        note_on=other.number if has_reason else None,
    )


async def answer_of(bot: "Reeve", guild: discord.Guild, request: Request, acted: Acted) -> str:
    """What happened, and what did not."""
    stands = f" They stand at {standing_words(acted.climb)}." if acted.climb is not None else ""
    lines = [_line(request, acted.case) + stands, *(further_line(each) for each in acted.further)]
    return " ".join(["\n".join(lines), (await log_trouble(bot, guild)).strip()]).strip()


def _line(request: Request, case: Case) -> str:
    if case.kind is CaseKind.MASSBAN:
        return begun(request, case)
    who = f"<#{case.target_id}>" if case.kind in IN_CHANNELS else f"<@{case.target_id}>"
    what = DONE[case.kind].format(
        who=who, duration=_for(request, case), count=_count(request), interval=_interval(request)
    )
    trouble = shown(in_english(case.trouble)) if case.trouble else ""
    match case.state:
        case CaseState.PENDING:
            return (
                f"Case {case.number}: Discord has not confirmed it yet. I keep at it, and the case will say "
                f"what came of it.{points_sentences(case)}"
            )
        case CaseState.REFUSED:
            return f"Case {case.number}: not done, nothing was changed.{points_sentences(case)} {trouble}"
        case CaseState.UNKNOWN:
            return f"Case {case.number}: {trouble}{points_sentences(case)}"
        case CaseState.ENDED if trouble:
            return f"Case {case.number}: {what}, and it is over already.{points_sentences(case)} {trouble}"
    told = " They could not be told." if case.direct_message is DirectMessage.FAILED else ""
    left_out = f" Not all of it: {trouble}" if trouble else ""
    remark = f" {request.remark}" if request.remark else ""
    return f"Case {case.number}: {what}.{points_sentences(case)}{told}{left_out}{remark}"


def _for(request: Request, case: Case) -> str:
    """How long, as it was asked for, and when that is over, in the reader's own time."""
    if request.duration is None:
        return ""
    ends = "" if case.expires_at is None else f" (it ends {format_dt(case.expires_at, 'R')})"
    return f" for {format_duration(request.duration)}{ends}"


def _interval(request: Request) -> str:
    seconds = request.payload.get("seconds", 0)
    return format_duration(timedelta(seconds=seconds)) if seconds else "none"


def _count(request: Request) -> str:
    count = len(request.payload.get("message_ids", ()))
    return f"{count} message{'' if count == 1 else 's'}"
