"""How restrictions and acts are written, in the transaction of whatever wants them: a step for all controllers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from database.models.act import ACT_LEASE, ACTS, TAKEN_WITHIN, Act, ActKind, Purpose
from database.models.act_steps import OF_CASE
from database.models.case import Case
from database.models.case_plan import Plan, Wanted
from database.models.restriction import (
    LOCK_RESTRICTION,
    RESTRICTIONS,
    Restriction,
    RestrictionKind,
)
from database.transaction import Transaction

WAS = "was"
"""In an act's payload: the restriction as it was before, for the case that Discord refuses the act."""
MOVED_BY = "moved_by"
"""Likewise: the interaction that moved the end which it carries out."""
FIRST_CLAIM = 1


CHANGED = (
    "wanted", "until", "version", "applied_version", "case_number", "payload", "decided_by_id", "changed_at"
)  # fmt: skip
"""The columns of a restriction that a change may touch."""


async def want(
    tx: Transaction, case: Case, wanted: Wanted, now: datetime
) -> tuple[Restriction, dict[str, Any]]:
    """Lock the restriction, make it what the case wants, and give it with what it was."""
    row = await locked_restriction(tx, case.guild_id, case.target_id, wanted.kind, now)
    was = change(row, case, wanted, now)
    await RESTRICTIONS.update(tx, [row], *CHANGED)
    return row, was


async def locked_restriction(
    tx: Transaction, guild_id: int, subject_id: int, kind: RestrictionKind, now: datetime
) -> Restriction:
    """The row, made if there was none: who comes second waits for who came first."""
    locked = await tx.exec(LOCK_RESTRICTION, guild_id=guild_id, subject_id=subject_id, kind=kind, now=now)
    return locked.one()


def change(row: Restriction, case: Case, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """Make it what the case wants, under a new version; what it was before."""
    was = snapshot(row)
    row.wanted, row.until = wanted.wanted, wanted.until if wanted.wanted else None
    row.version += 1
    row.case_number = case.number
    row.payload = _merged(row, wanted, was)
    row.decided_by_id = max(row.decided_by_id, case.interaction_id)
    row.changed_at = now
    return was


async def carry_out(
    tx: Transaction, case: Case, plan: Plan, now: datetime, *, asked_by_id: int | None
) -> list[Act]:
    """Write what should be true because of the case, and the acts that bring it about."""
    rows: dict[RestrictionKind, tuple[Restriction, dict[str, Any]]] = {}
    for wanted in sorted(plan.wants, key=lambda each: each.kind):  # one order for all: no deadlock
        rows[wanted.kind] = await want(tx, case, wanted, now)
    acts: list[Act] = []
    for planned in plan.acts:
        row, was = rows.get(planned.restriction, (None, None)) if planned.restriction else (None, None)
        if planned.restriction is not None and row is None:
            raise ValueError(f"{planned.kind} of a {planned.restriction} that the plan does not want")
        payload = dict(planned.payload)
        if was is not None and planned.purpose is Purpose.BEGIN:
            payload[WAS] = was
        acts.append(
            Act(
                guild_id=case.guild_id,
                kind=planned.kind,
                purpose=planned.purpose,
                target_id=case.target_id,
                case_number=case.number,
                restriction=planned.restriction,
                version=None if row is None else row.version,
                asked_by_id=asked_by_id if planned.purpose is Purpose.BEGIN and not planned.follows else None,
                until=planned.until,
                payload=payload,
                due_at=planned.at or now + TAKEN_WITHIN,
                created_at=now,
            )
        )
    if not acts:
        return []
    acts = sorted(await ACTS.insert(tx, acts), key=lambda act: act.act_id)
    for before, act, planned in zip(acts, acts[1:], plan.acts[1:], strict=False):
        if planned.follows:
            act.after_act_id = before.act_id
            await ACTS.update(tx, [act], "after_act_id")
    return acts


def snapshot(row: Restriction) -> dict[str, Any]:
    return {
        "wanted": row.wanted,
        "until": None if row.until is None else row.until.isoformat(),
        "case_number": row.case_number,
        "payload": row.payload,
        "applied": row.applied_version == row.version,
        "version": row.version,
    }


def as_it_was(row: Restriction, was: dict[str, Any]) -> None:
    """Put a restriction back. Its version goes on, so that nothing planned for the refused one still counts."""
    until = was["until"]
    row.wanted, row.case_number, row.payload = was["wanted"], was["case_number"], was["payload"]
    row.until = None if until is None else datetime.fromisoformat(until)
    row.version += 1
    if was["applied"]:
        row.applied_version = row.version


_ENDS = {
    RestrictionKind.BAN: ActKind.UNBAN,
    RestrictionKind.TIMEOUT: ActKind.UNTIMEOUT,
    RestrictionKind.ROLES: ActKind.ROLES,
    RestrictionKind.LOCK: ActKind.UNLOCK,
    RestrictionKind.SLOWMODE: ActKind.SLOWMODE,
}


def end_of(row: Restriction, now: datetime, *, at: datetime) -> Act:
    """The act that ends this version of a restriction."""
    assert row.case_number is not None
    return Act(
        guild_id=row.guild_id,
        kind=_ENDS[row.kind],
        purpose=Purpose.END,
        target_id=row.subject_id,
        case_number=row.case_number,
        restriction=row.kind,
        version=row.version,
        due_at=at,
        created_at=now,
    )


async def move_end(
    tx: Transaction,
    standing: Sequence[Restriction],
    until: datetime | None,
    now: datetime,
    *,
    asked_by_id: int,
    decided_by_id: int,
) -> list[Act]:
    """Let restrictions that stand end at another time, or never. Gives the acts to be sent now, claimed.

    Only of a timeout Discord itself knows the end; the other kinds stand there as they did.
    """
    sent_now: list[Act] = []
    for row in standing:
        was_applied = row.applied_version == row.version
        row.until, row.version, row.changed_at = until, row.version + 1, now
        row.decided_by_id = max(row.decided_by_id, decided_by_id)
        if row.kind is RestrictionKind.TIMEOUT:
            again = end_of(row, now, at=now)
            again.kind, again.purpose, again.until = ActKind.TIMEOUT, Purpose.KEEP, until
            again.asked_by_id, again.leased_until, again.fence = asked_by_id, now + ACT_LEASE, FIRST_CLAIM
            again.payload = {MOVED_BY: decided_by_id}
            sent_now.append(again)
        elif was_applied:
            row.applied_version = row.version
    await RESTRICTIONS.update(tx, standing, *CHANGED)
    ends = [] if until is None else [end_of(row, now, at=until) for row in standing]
    written = await ACTS.insert(tx, [*sent_now, *ends]) if sent_now or ends else []
    return [act for act in written if act.purpose is Purpose.KEEP]


async def moved_before(tx: Transaction, guild_id: int, case_number: int, decided_by_id: int) -> list[Act]:
    """What `move_end` gave for the same decision: who claims one of them since has it, not who asks again."""
    acts = (await tx.exec(OF_CASE, guild_id=guild_id, case_number=case_number)).all()
    moved = [act for act in acts if act.payload.get(MOVED_BY) == decided_by_id]
    for act in moved:
        act.fence = FIRST_CLAIM
    return moved


def _merged(row: Restriction, wanted: Wanted, was: dict[str, Any]) -> dict[str, Any]:
    """What is put back at the end is what was there before the first of several in a row.

    Roles taken by an earlier timeout are not on the member any more when the next one begins, and a channel that
    is locked or slowed already would be restored to that.
    """
    if not was["wanted"] or not wanted.wanted:
        return {**row.payload, **wanted.payload}
    before, after = row.payload, dict(wanted.payload)
    if wanted.kind is RestrictionKind.ROLES:
        for name in ("given", "taken"):
            after[name] = sorted({*before.get(name, ()), *after.get(name, ())})
    if wanted.kind is RestrictionKind.LOCK:
        after["overwrites"] = {**after.get("overwrites", {}), **before.get("overwrites", {})}
    if wanted.kind is RestrictionKind.SLOWMODE:
        after["before"] = before.get("before", 0)
    return {**before, **after}
