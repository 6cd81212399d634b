"""What follows from a warning by its server's ladder, decided in the transaction that opens the warning.

The counter of cases is locked by then: whoever warns at the same time has committed or waits, so that each warning
sees all that were before it, and a step is reached by exactly one of them.
"""

from datetime import datetime

from database.guarding import count, exceeds, pause
from database.ladder import Rules, counting, points_at
from database.models.base import utc_now
from database.models.case import CASES, LONGEST_REASON, Case, CaseKind, CaseOrigin
from database.models.case_plan import Plan, RolesMeanwhile, plan_ban, plan_kick, plan_softban, plan_timeout
from database.models.ladder import (
    CLIMBS,
    LADDER_OF,
    Escalating,
    LadderClimb,
    LadderOf,
    LadderStep,
    Reached,
)
from database.models.restriction import STANDING, Restriction, RestrictionKind
from database.models.staff_guard import GUARDED_KINDS
from database.opening import Opened, Opening, open_case
from database.transaction import Transaction

SOFTBAN_DELETES_SECONDS = 86_400


async def open_with_ladder(tx: Transaction, opening: Opening, escalating: Escalating) -> Opened:
    """Open a warning and the case of the step that it reaches, if it reaches one.

    Whether a kick or ban may follow is asked before: the guard's row is locked before the counter of cases, always.
    """
    most, whose = escalating.most_acts, (opening.guild_id, opening.moderator_id)
    is_too_much = most is not None and await exceeds(tx, *whose, most - 1, acts=0)
    opened = await open_case(tx, opening)
    taken = None
    if opened.has_ladder:
        told = opening.tell_target
        taken = await _escalate(tx, opened.case, escalating, tell_target=told, is_too_much=is_too_much)
    if most is not None and taken is not None and taken.kind in GUARDED_KINDS:
        await count(tx, *whose)
    return opened


async def _escalate(
    tx: Transaction, warning: Case, escalating: Escalating, *, tell_target: bool, is_too_much: bool
) -> Case | None:
    """The case of the step that the warning reaches; all that counted is linked to it.

    A step is reached by the warning that brings the sum from below its threshold to it or beyond: so it is not taken
    again until the sum has been below. Of several the highest is taken. Nothing that stands is shortened, and nobody
    kicks by warnings beyond what the guard allows: then the warning says so.
    """
    now = utc_now()
    found = await tx.exec(LADDER_OF, guild_id=warning.guild_id, target_id=warning.target_id, now=now)
    if (ladder := found.first()) is None or (reached := _reached(ladder, warning, now)) is None:
        return None
    step = reached.step
    until = None if step.duration is None else now + step.duration
    if (left_out := await _left_out(tx, reached, until, now, is_too_much=is_too_much)) is not None:
        warning.trouble = f"The {step.kind} that follows at {step.threshold} points was left out: {left_out}."
        await CASES.update(tx, [warning], "trouble")
        return None
    opening = Opening(
        guild_id=warning.guild_id,
        kind=step.kind,
        target_id=warning.target_id,
        target_name=warning.target_name,
        moderator_id=escalating.by_id,
        moderator_name=escalating.by_name,
        reason=escalating.reason(reached)[:LONGEST_REASON],
        interaction_id=warning.interaction_id,
        part=1,
        origin=CaseOrigin.LADDER,
        channel_id=warning.channel_id,
        tell_target=tell_target,
        expires_at=until,
        plan=plan_of_step(step.kind, until, escalating.roles),
        causes=reached.causes,
    )
    taken = (await open_case(tx, opening)).case
    row = LadderClimb(
        guild_id=warning.guild_id,
        number=taken.number,
        warning_number=warning.number,
        threshold=step.threshold,
        halving_days=ladder.halving_days,
        decided_at=now,
    )
    await CLIMBS.insert(tx, [row])
    return taken


def _reached(ladder: LadderOf, warning: Case, now: datetime) -> Reached | None:
    weights = counting(ladder.warnings, now, ladder.days)
    others = [weight for weight in weights if weight.number != warning.number]
    before, after = (points_at(each, now, ladder.halving_days) for each in (others, weights))
    step = Rules(ladder.days, ladder.halving_days, ladder.steps).step_between(before, after)
    if step is None:
        return None
    return Reached(step, after, ladder.days, warning, [weight.number for weight in weights])


async def _left_out(
    tx: Transaction, reached: Reached, until: datetime | None, now: datetime, *, is_too_much: bool
) -> str | None:
    """Why the step is not taken."""
    warning, step = reached.warning, reached.step
    if (stronger := await _stronger(tx, warning, step, until, now)) is not None:
        return stronger
    if is_too_much and step.kind in GUARDED_KINDS:
        await pause(tx, warning.guild_id, warning.moderator_id)
        return "who warned has reached the number of kicks and bans that the server allows in an hour"
    return None


def plan_of_step(kind: CaseKind, until: datetime | None, roles: RolesMeanwhile) -> Plan:
    if kind is CaseKind.BAN:
        return plan_ban(until=until)
    if kind is CaseKind.SOFTBAN:
        return plan_softban(delete_seconds=SOFTBAN_DELETES_SECONDS)
    if kind is CaseKind.KICK:
        return plan_kick()
    if until is None:
        raise ValueError("a timeout has an end")
    return plan_timeout(until=until, roles=roles)


async def _stronger(
    tx: Transaction, warning: Case, step: LadderStep, until: datetime | None, now: datetime
) -> str | None:
    """What stands against them already and would be shortened or lifted by the step."""
    found = await tx.exec(STANDING, guild_id=warning.guild_id, subject_id=warning.target_id, now=now)
    standing = {each.kind: each for each in found.all()}
    ban, timeout = standing.get(RestrictionKind.BAN), standing.get(RestrictionKind.TIMEOUT)
    if ban is not None and (step.kind is not CaseKind.BAN or _lasts(ban, until)):
        return "they are banned"
    if step.kind is CaseKind.TIMEOUT and timeout is not None and _lasts(timeout, until):
        return "a longer timeout stands"
    return None


def _lasts(row: Restriction, until: datetime | None) -> bool:
    """At least as long as that."""
    return row.until is None or (until is not None and until <= row.until)
