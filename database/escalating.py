"""What follows from a warning by its server's ladder, decided in the transaction that opens the warning.

The counter of cases is locked by then: whoever warns at the same time has committed or waits, so that each warning
sees all that were before it, and a step is reached by exactly one of them.
"""

from datetime import datetime

from database.ladder import Climb, Rules, counting, points_at
from database.models.base import utc_now
from database.models.case import CASES, LONGEST_REASON, Case, CaseKind, CaseOrigin
from database.models.case_plan import Plan, RolesMeanwhile, plan_ban, plan_kick, plan_softban, plan_timeout
from database.models.ladder import CLIMBS, LADDER_OF, Escalating, LadderClimb, LadderStep, Reached
from database.models.restriction import STANDING, Restriction, RestrictionKind
from database.opening import Opened, Opening, open_case
from database.transaction import Transaction

SOFTBAN_DELETES_SECONDS = 86_400


async def escalate(tx: Transaction, opened: Opened, escalating: Escalating, *, tell_target: bool) -> None:
    """Open the case of the step that the warning reaches, if it reaches one; all its causes are linked to it.

    A step is reached by the warning that brings the sum from below its threshold to it or beyond: so it is not taken
    again until the sum has been below. Of several the highest is taken. Nothing that stands is shortened: then the
    warning says so.
    """
    warning, now = opened.case, utc_now()
    ladder = (
        await tx.exec(LADDER_OF, guild_id=warning.guild_id, target_id=warning.target_id, now=now)
    ).first()
    if ladder is None:
        return
    weights = counting(ladder.warnings, now, ladder.days)
    others = [weight for weight in weights if weight.number != warning.number]
    rules = Rules(ladder.days, ladder.halving_days, ladder.steps)
    climb = Climb(
        rules, points_at(others, now, rules.halving_days), points_at(weights, now, rules.halving_days)
    )
    if (step := climb.step) is None:
        return
    until = None if step.duration is None else now + step.duration
    if (stronger := await _stronger(tx, warning, step, until, now)) is not None:
        warning.trouble = f"The {step.kind} that follows at {step.threshold} points was left out: {stronger}."
        await CASES.update(tx, [warning], "trouble")
        return
    reached = Reached(step, climb.after, ladder.days, warning)
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
        causes=[weight.number for weight in weights],
    )
    taken = await open_case(tx, opening)
    row = LadderClimb(
        guild_id=warning.guild_id,
        number=taken.case.number,
        warning_number=warning.number,
        threshold=step.threshold,
        halving_days=rules.halving_days,
        decided_at=now,
    )
    await CLIMBS.insert(tx, [row])


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
