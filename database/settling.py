"""What an act leaves behind when it is sent, done or refused: steps of the transactions in controllers/acts.py."""

from datetime import datetime
from typing import Any

from database.fining import follow
from database.models.act import ACTS, NEVER, Act, ActKind, ActState, Purpose
from database.models.act_steps import IN_FLIGHT, OF_CASE
from database.models.case import (
    CASES,
    NEVER_BEGUN,
    OVER_MEANWHILE,
    REPLACED,
    Case,
    CaseOrigin,
    CaseState,
    DirectMessage,
)
from database.models.job import ALERT_CHANGED
from database.models.outbox import ASK, Delivery
from database.models.restriction import RESTRICTIONS, Restriction
from database.transaction import Transaction

TOLD_BEFORE = (ActKind.BAN, ActKind.KICK)
"""After these there may be no server in common, and Discord would deliver no direct message."""


async def held(tx: Transaction, act: Act) -> tuple[Act, Case] | None:
    """The act as it stands and its case, both locked; None if it is settled or was claimed by somebody else since."""
    row = await ACTS.lock(tx, guild_id=act.guild_id, act_id=act.act_id)
    if row is None or not row.is_open or row.fence != act.fence:
        return None
    case = await CASES.lock(tx, guild_id=row.guild_id, number=row.case_number)
    assert case is not None
    return row, case


async def is_its_turn(tx: Transaction, row: Act, now: datetime) -> bool:
    """Not while an act that it follows, or another on the same restriction, is on its way."""
    if row.after_act_id is not None and (await _before(tx, row)).is_open:
        return False
    if row.restriction is None:
        return True
    in_flight = await tx.exec(
        IN_FLIGHT,
        guild_id=row.guild_id,
        target_id=row.target_id,
        restriction=row.restriction,
        act_id=row.act_id,
        now=now,
    )
    return in_flight.first() is None


async def is_wanted(tx: Transaction, row: Act, now: datetime) -> bool:
    """Whether the restriction is still the one that this act was planned for.

    An end makes it unwanted here, in the transaction that marks the end as sent.
    """
    if row.after_act_id is not None and (await _before(tx, row)).state is not ActState.DONE:
        return False
    if row.restriction is None:
        return True
    restriction = await restriction_of(tx, row)
    if restriction.version != row.version:
        return False
    if row.purpose is Purpose.END and restriction.wanted:
        restriction.wanted, restriction.until = False, None
        restriction.version += 1
        restriction.changed_at = now
        row.version = restriction.version
        await RESTRICTIONS.update(tx, [restriction], "wanted", "until", "version", "changed_at")
    row.payload = {**row.payload, **_kept(row.kind, restriction)}
    return True


async def is_overtaken(tx: Transaction, row: Act) -> bool:
    """Whether something newer was decided about its restriction."""
    return row.restriction is not None and (await restriction_of(tx, row)).version != row.version


async def restriction_of(tx: Transaction, row: Act) -> Restriction:
    restriction = await RESTRICTIONS.lock(
        tx, guild_id=row.guild_id, subject_id=row.target_id, kind=row.restriction
    )
    assert restriction is not None
    return restriction


async def applied(tx: Transaction, row: Act) -> bool:
    """Note that Discord has the restriction; False if something newer is wanted by now."""
    if row.restriction is None:
        return True
    restriction = await restriction_of(tx, row)
    if restriction.version != row.version:
        return False
    restriction.applied_version = restriction.version
    await RESTRICTIONS.update(tx, [restriction], "applied_version")
    return True


async def settle(tx: Transaction, row: Act, state: ActState, now: datetime, note: str | None) -> None:
    """Where the staff was told that it failed, that is brought up to date."""
    if row.purpose is not Purpose.BEGIN and row.last_error is not None:
        await tx.exec(ALERT_CHANGED, of_guild_id=row.guild_id, of_case_number=row.case_number, now=now)
    row.state, row.settled_at, row.leased_until, row.last_error = state, now, None, note
    await ACTS.update(tx, [row], "state", "settled_at", "leased_until", "last_error")


async def superseded(tx: Transaction, row: Act, case: Case, now: datetime) -> None:
    await settle(tx, row, ActState.SUPERSEDED, now, "Something newer was decided.")
    if row.purpose is Purpose.BEGIN:
        await conclude(tx, row, case, now, is_current=False)


async def conclude(tx: Transaction, row: Act, case: Case, now: datetime, *, is_current: bool = True) -> None:
    """Give a pending case its state, once the last of its first acts is settled: what was done, and what was not."""
    first = [each for each in await _acts_of(tx, row) if each.purpose is Purpose.BEGIN]
    if case.state is not CaseState.PENDING or any(each.is_open for each in first):
        return
    refusals = [each.last_error for each in first if each.state is ActState.REFUSED]
    trouble = refusals[0] if refusals else None
    if refusals and all(each.state is not ActState.DONE for each in first):
        await becomes(tx, case, CaseState.REFUSED, now, trouble=trouble)
        if case.direct_message is DirectMessage.PENDING and all(each.sent_at is None for each in first):
            case.direct_message = DirectMessage.NONE
            await CASES.update(tx, [case], "direct_message")
        elif case.direct_message is DirectMessage.SENT:
            await ask(
                tx, case, Delivery.CASE_DIRECT_MESSAGE, now
            )  # it must not go on saying what did not happen
        return
    if is_current:
        await becomes(tx, case, CaseState.ACTIVE, now, trouble=trouble)
    else:
        await becomes(tx, case, CaseState.ENDED, now, trouble=await _overtaken_by(tx, row))
    if case.direct_message is DirectMessage.PENDING and row.kind not in TOLD_BEFORE:
        await ask(tx, case, Delivery.CASE_DIRECT_MESSAGE, now)


async def _overtaken_by(tx: Transaction, row: Act) -> str:
    """Its own end, or another case: whose the restriction is now."""
    if row.restriction is None or (await restriction_of(tx, row)).case_number != row.case_number:
        return REPLACED
    return NEVER_BEGUN if row.sent_at is None else OVER_MEANWHILE


async def ended(tx: Transaction, row: Act, case: Case, now: datetime) -> None:
    """The last of a case's ends is done: it is over. One that was moved away still waits for its old time."""
    if case.state is not CaseState.ACTIVE:
        return
    for each in await _acts_of(tx, row):
        if each.purpose is Purpose.END and each.is_open and not await is_overtaken(tx, each):
            return
    await becomes(tx, case, CaseState.ENDED, now)


async def becomes(
    tx: Transaction, case: Case, state: CaseState, now: datetime, *, trouble: str | None = None
) -> None:
    """One of a batch has no post of its own, unless it was made for another reason. Its fine and freeze follow."""
    before, case.state = case.state, state
    case.trouble = trouble or case.trouble
    await CASES.update(tx, [case], "state", "trouble")
    if case.origin is not CaseOrigin.MASS or case.log_message_id is not None:
        await ask(tx, case, Delivery.CASE_LOG, now)
    await follow(tx, case, before)


async def ask(tx: Transaction, case: Case, kind: Delivery, now: datetime) -> None:
    await tx.exec(ASK, guild_id=case.guild_id, kind=kind, subject_id=case.number, due_at=now)


def is_told_before(row: Act, case: Case) -> bool:
    is_first = row.purpose is Purpose.BEGIN and row.kind in TOLD_BEFORE
    return is_first and case.direct_message is DirectMessage.PENDING


def renewal(row: Act, renew_at: datetime, now: datetime) -> Act:
    return Act(
        guild_id=row.guild_id,
        kind=row.kind,
        purpose=Purpose.KEEP,
        target_id=row.target_id,
        case_number=row.case_number,
        restriction=row.restriction,
        version=row.version,
        until=row.until,
        due_at=renew_at,
        created_at=now,
    )


def until_they_return(row: Act, now: datetime) -> Act:
    """What could not be ended on somebody who is away, for when they come back."""
    waiting = renewal(row, now + NEVER, now)
    waiting.attempts = 1
    return waiting


async def _before(tx: Transaction, row: Act) -> Act:
    return await ACTS.one(tx, guild_id=row.guild_id, act_id=row.after_act_id)


async def _acts_of(tx: Transaction, row: Act) -> list[Act]:
    return list((await tx.exec(OF_CASE, guild_id=row.guild_id, case_number=row.case_number)).all())


def _kept(kind: ActKind, restriction: Restriction) -> dict[str, Any]:
    """What the restriction keeps for its acts: roles to give and take, overwrites and slowmode as they were."""
    kept = restriction.payload
    if kind in (ActKind.LOCK, ActKind.UNLOCK):
        return {"overwrites": kept.get("overwrites", {})}
    if kind is ActKind.SLOWMODE:
        return {"seconds": kept.get("seconds" if restriction.wanted else "before", 0)}
    if kind is not ActKind.ROLES:
        return {}
    given, taken = kept.get("given", []), kept.get("taken", [])
    return {"give": given, "take": taken} if restriction.wanted else {"give": taken, "take": given}
