"""Bring one act about: check, mark as sent, call Discord, settle; or read first, where somebody may have sent it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.clock import clock
from bot.outcomes import Absent, Applied, DiscordAway, Later, Outcome, Refused, Unknown
from cogs.moderation._direct_message import tell_now, untell
from cogs.moderation._effects import apply, look
from cogs.moderation._obstacles import obstacle
from cogs.moderation._outcome_tables import CANNOT_TELL, GONE, NEVER_SENT
from cogs.moderation._outcome_words import refusal_kept, refused_kept
from database.errors import DatabaseUnavailable
from database.models import ACT_LEASE, Act, ActKind, ActState, Case, CaseState, DirectMessage

if TYPE_CHECKING:
    from bot.client import Reeve

LONGEST_WAIT = timedelta(seconds=15)
"""While Discord is away: after its return case, restriction and Discord agree within 30 s."""
OLD_AFTER = timedelta(hours=1)
LONGEST_WAIT_WHEN_OLD = timedelta(minutes=5)
LONGEST_WAIT_FOR_A_PERMISSION = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=1)
"""An act that a moderator asked for yesterday would surprise everybody today."""
LONG_AFTER = timedelta(hours=6)
"""In a server that Reeve was thrown out of, perhaps for ever; when it joins again, all that waits there is due."""
TELLABLE_WITHIN = timedelta(minutes=10)
"""A kick that neither the members nor the audit log shows by then: nobody will ever tell."""
TELL_SECONDS = 3.0


def tag_of(case: Case) -> str:
    """How the reason in Discord's audit log begins: by it Reeve knows its own deeds again."""
    return f"[Reeve case {case.number}]"


def audit_reason(case: Case) -> str:
    return " ".join(f"{tag_of(case)} {case.moderator_name}: {case.reason}".split())[:512]


async def perform(bot: "Reeve", act: Act) -> Case | None:
    """Carry out an act that this process has claimed. The case as it is then; None if somebody else has the act.

    Raises DatabaseUnavailable: then the lease ends and somebody reads what became of it.
    """
    async with _kept(bot, act):
        return await _perform(bot, act)


@asynccontextmanager
async def _kept(bot: "Reeve", act: Act) -> AsyncIterator[None]:
    """Nobody else takes the act meanwhile: hundreds of old messages take minutes to delete."""
    keeping = asyncio.create_task(_keep(bot, act), name="an act's lease")
    try:
        yield
    finally:
        keeping.cancel()


async def _keep(bot: "Reeve", act: Act) -> None:
    while True:
        await clock.sleep(ACT_LEASE.total_seconds() / 3)
        try:
            await bot.database.acts.keep(act)
        except DatabaseUnavailable as error:
            logger.info("act {} of {} may be taken by another: {}", act.act_id, act.guild_id, error)


async def _perform(bot: "Reeve", act: Act) -> Case | None:
    guild = bot.get_guild(act.guild_id)
    if guild is None:
        return await _wait(bot, act, Later("Reeve is no longer in that server.", LONG_AFTER.total_seconds()))
    if guild.unavailable:
        return await _wait(bot, act, Later("Discord does not show that server at the moment.", 30))
    try:
        if act.state is ActState.PLANNED:
            found = await obstacle(bot, guild, act, moderator_id=act.asked_by_id)
            if found is not None:
                return await _refuse(bot, guild, act, refusal_kept(found))
        return await _send(bot, guild, act)
    except DiscordAway as away:
        state = ActState.PLANNED if act.state is ActState.PLANNED else ActState.UNKNOWN
        return await _wait(bot, act, Later(str(away), 5), state=state)


async def _send(bot: "Reeve", guild: discord.Guild, act: Act) -> Case | None:
    sendable = await bot.database.acts.send(act)
    if sendable is None:
        return None
    act, case, was_sent = sendable
    if was_sent:
        if (resolved := await _resolved(bot, guild, act, case)) is not None:
            return await _settle(bot, guild, act, resolved)
        if act.is_first and clock.now() - act.created_at > GIVEN_UP_AFTER:
            return await _refuse(bot, guild, act, NEVER_SENT)
        if (sendable := await bot.database.acts.send(act, again=True)) is None:
            return None
        act, case, _ = sendable
    if act.is_first and act.kind in (ActKind.BAN, ActKind.KICK):
        await tell_now(bot, guild, case, seconds=TELL_SECONDS)
    outcome = await apply(bot, guild, act, reason=audit_reason(case))
    if isinstance(outcome, Unknown):
        logger.info("case {} of {}: {}: {}", case.number, guild.id, act.kind, outcome.error)
        outcome = await _resolved(bot, guild, act, case) or outcome
    return await _settle(bot, guild, act, outcome)


async def _resolved(bot: "Reeve", guild: discord.Guild, act: Act, case: Case) -> Outcome | None:
    """What became of a request without an answer, read from Discord; None: nothing, so it may be sent again."""
    since = act.sent_at or act.created_at
    try:
        seen = await look(bot, guild, act, since=since, tag=tag_of(case))
    except DiscordAway as away:
        return Unknown(str(away))
    if seen:
        return await _seen(bot, guild, act, case)
    if seen is None:
        return Unknown("It cannot be read from Discord yet.")
    return None


async def _seen(bot: "Reeve", guild: discord.Guild, act: Act, case: Case) -> Outcome:
    """Discord has it. A timeout is set again: only that says when it must be renewed, and it is harmless."""
    if act.kind is ActKind.TIMEOUT:
        again = await apply(bot, guild, act, reason=audit_reason(case))
        return again if isinstance(again, Applied) else Unknown("Discord was seen to have it.")
    return Applied()


async def _settle(bot: "Reeve", guild: discord.Guild, act: Act, outcome: Outcome) -> Case | None:
    acts = bot.database.acts
    match outcome:
        case Applied(note=note, renew_at=renew_at):
            settled = await acts.done(act, note=note, renew_at=renew_at)
        case Absent():
            settled = await acts.absent(act, reason=GONE)
        case Refused():
            settled = await _refuse(bot, guild, act, refused_kept(outcome))
        case Later():
            # A limit that was hit and passed all the same is not Discord's way, but a second kick finds nobody.
            state = ActState.UNKNOWN if act.kind is ActKind.KICK else ActState.PLANNED
            settled = await _wait(bot, act, outcome, state=state)
        case Unknown(error=error):
            if _is_past_telling(act):
                settled = await acts.lost(act, reason=CANNOT_TELL)
            else:
                settled = await _wait(bot, act, Later(error, 2), state=ActState.UNKNOWN)
    bot.dispatch("outbox_filled")
    return settled


async def _refuse(bot: "Reeve", guild: discord.Guild, act: Act, reason: str) -> Case | None:
    hours = min(2**act.attempts, 24)
    next_at = clock.now() + min(timedelta(minutes=5 * hours), LONGEST_WAIT_FOR_A_PERMISSION)
    case = await bot.database.acts.refused(act, reason=reason, next_at=next_at)
    bot.dispatch("outbox_filled")
    if case is not None and case.state is CaseState.REFUSED and case.direct_message is DirectMessage.SENT:
        await untell(bot, guild, case)
    return case


async def _wait(bot: "Reeve", act: Act, outcome: Later, *, state: ActState = ActState.PLANNED) -> Case | None:
    """Try again, slower each time while Discord stays away."""
    now = clock.now()
    age = now - act.created_at
    if state is ActState.PLANNED and act.is_first and age > GIVEN_UP_AFTER:
        return await bot.database.acts.refused(act, reason=NEVER_SENT, next_at=now)
    longest = LONGEST_WAIT if age < OLD_AFTER else LONGEST_WAIT_WHEN_OLD
    wait = max(
        timedelta(seconds=outcome.retry_after), min(timedelta(seconds=2 ** min(act.attempts, 8)), longest)
    )
    return await bot.database.acts.postponed(act, state=state, error=outcome.error, next_at=now + wait)


def _is_past_telling(act: Act) -> bool:
    return act.kind is ActKind.KICK and clock.now() - (act.sent_at or act.created_at) > TELLABLE_WITHIN
