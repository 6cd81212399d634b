"""One request of a job that bans many: look again, plan, send, settle; what nobody knows goes to the worker of acts."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.clock import clock
from bot.outcomes import Applied, DiscordAway, Later, Outcome, Refused, attempt
from cogs.moderation._effects import look
from cogs.moderation._mass_preview import may_ban_many
from cogs.moderation._mass_ranks import look_at
from cogs.moderation._outcome_words import refusal_kept, refused_kept
from cogs.moderation._performing import GIVEN_UP_AFTER, audit_reason, tag_of
from database.errors import ActionRefused, DatabaseUnavailable
from database.models import ACT_LEASE, Act, Case, MassJob, NextTargets

if TYPE_CHECKING:
    from bot.client import Reeve

BULK_SECONDS = 30.0
"""For two hundred bans; discord.py's own tries are within it."""
FAILED = 500_000
"""Discord banned none of them: https://discord.com/developers/docs/resources/guild#bulk-guild-ban"""
NOT_BANNED = "Discord did not ban them; perhaps nobody has this id."
BEFORE = "They were banned already."
GIVEN_UP = "Discord could not be reached for a day, so it was given up."
AT_ONCE = 50
"""Planned at a time where each is sent alone."""
READ_AT_ONCE = 5
LONGEST_WAIT = 60.0
"""For a rate limit; beyond it each is left to the worker of acts."""
SOON, AWAY, ELSEWHERE = timedelta(seconds=2), timedelta(seconds=10), timedelta(seconds=30)


async def take_turn(bot: "Reeve", job: MassJob) -> bool:
    """Carry out a job that this process has claimed, as far as it goes now. Whether it is finished."""
    async with _kept(bot, job, []):
        try:
            wait, error = await _requests(bot, job)
        except DiscordAway as away:
            wait, error = AWAY, str(away)
    return await bot.database.mass_work.end_turn(job, next_at=clock.now() + wait, error=error)


async def _requests(bot: "Reeve", job: MassJob) -> tuple[timedelta, str | None]:
    """One after another until nobody is left; then, or where it cannot go on: when to look again, and why."""
    work = bot.database.mass_work
    while (upcoming := await work.upcoming(job)) is not None and upcoming.targets:
        guild = bot.get_guild(job.guild_id)
        if clock.now() - job.created_at > GIVEN_UP_AFTER:
            await work.leave_out_rest(job, reason=GIVEN_UP)
            break
        if guild is None or guild.unavailable:
            return ELSEWHERE, "Reeve is not in that server at the moment."
        try:
            is_done = await _request(bot, guild, job, upcoming)
        except ActionRefused as refusal:  # nobody at all can be banned
            await work.leave_out_rest(job, reason=refusal_kept(refusal))
            break
        if not is_done:
            break
    return SOON, None


async def _request(bot: "Reeve", guild: discord.Guild, job: MassJob, upcoming: NextTargets) -> bool:
    """Whether the next may follow at once."""
    alone = not may_ban_many(guild)
    if alone and upcoming.is_busy:
        return False
    targets = upcoming.targets[: AT_ONCE if alone else None]
    looked = await look_at(guild, [each.user_id for each in targets], moderator_id=job.asked_by_id)
    acts = await bot.database.mass_work.plan(job, left_out=looked.left_out, limit=len(targets), alone=alone)
    if alone:
        bot.dispatch("acts_due")
        return not acts and bool(looked.left_out)
    if acts:
        async with _kept(bot, job, acts):
            await _send(bot, guild, upcoming.case, acts)
    return bool(acts) or bool(looked.left_out)


async def _send(bot: "Reeve", guild: discord.Guild, batch: Case, acts: Sequence[Act]) -> None:
    banned: set[int] = set()

    async def ban() -> None:
        try:
            result = await guild.bulk_ban(
                [discord.Object(act.target_id) for act in acts],
                reason=audit_reason(batch),
                delete_message_seconds=acts[0].payload["delete_seconds"],
            )
        except discord.HTTPException as error:
            if error.code != FAILED:
                raise
        else:
            banned.update(each.id for each in result.banned)

    outcome = await attempt(ban, seconds=BULK_SECONDS)
    while isinstance(outcome, Later) and outcome.retry_after <= LONGEST_WAIT:
        logger.info("case {} of {} waits: {}", batch.number, guild.id, outcome.error)
        await clock.sleep(outcome.retry_after)
        outcome = await attempt(ban, seconds=BULK_SECONDS)
    await _settle(bot, guild, batch, acts, outcome, banned=banned)


async def _settle(
    bot: "Reeve",
    guild: discord.Guild,
    batch: Case,
    acts: Sequence[Act],
    outcome: Outcome,
    *,
    banned: set[int],
) -> None:
    refused: dict[int, str] = {}
    notes: dict[int, str] = {}
    unknown: list[int] = []
    error = "It cannot be read from Discord yet."
    match outcome:
        case Applied():
            seen = await _read(bot, guild, batch, [act for act in acts if act.target_id not in banned])
            for act_id, is_banned in seen.items():
                if is_banned is None:
                    unknown.append(act_id)
                elif is_banned:
                    notes[act_id] = BEFORE
                else:
                    refused[act_id] = NOT_BANNED
        case Refused():
            refused = {act.act_id: refused_kept(outcome) for act in acts}
        case _:
            error = getattr(outcome, "error", error)
            unknown = [act.act_id for act in acts]
    settled = [act.act_id for act in acts if act.act_id not in unknown]
    work = bot.database.mass_work
    if settled:
        await work.settle(guild_id=guild.id, act_ids=settled, refused=refused, notes=notes)
    if unknown:
        logger.info(
            "case {} of {}: {} bans are read one by one: {}", batch.number, guild.id, len(unknown), error
        )
        await work.release(guild_id=guild.id, act_ids=unknown, error=error)
        bot.dispatch("acts_due")
    bot.dispatch("outbox_filled")


async def _read(
    bot: "Reeve", guild: discord.Guild, batch: Case, acts: Sequence[Act]
) -> dict[int, bool | None]:
    """Whether each of whom Discord banned not now is banned; None: it does not say."""
    seen: dict[int, bool | None] = {}
    queue = iter(acts)

    async def hand() -> None:
        for act in queue:
            try:
                seen[act.act_id] = await look(bot, guild, act, since=act.created_at, tag=tag_of(batch))
            except DiscordAway:
                seen[act.act_id] = None

    async with asyncio.TaskGroup() as hands:
        for _ in range(READ_AT_ONCE):
            hands.create_task(hand())
    return seen


@asynccontextmanager
async def _kept(bot: "Reeve", job: MassJob, acts: Sequence[Act]) -> AsyncIterator[None]:
    """Nobody else takes the job, nor the acts of the request, meanwhile."""
    keeping = asyncio.create_task(_keep(bot, job, [act.act_id for act in acts]), name="a job's lease")
    try:
        yield
    finally:
        keeping.cancel()


async def _keep(bot: "Reeve", job: MassJob, act_ids: Sequence[int]) -> None:
    while True:
        await clock.sleep(ACT_LEASE.total_seconds() / 3)
        try:
            await bot.database.mass_work.keep(job, act_ids=act_ids)
        except DatabaseUnavailable as error:
            logger.info("the job of case {} may be taken by another: {}", job.number, error)
