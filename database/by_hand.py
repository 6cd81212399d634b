"""What an entry of the audit log changes: restriction, ends, and cases that stood before. Steps for a controller."""

from datetime import datetime, timedelta
from typing import Any

from database.acting import CHANGED, change, end_of, locked_restriction
from database.models.act import ACTS, Act, ActKind, Purpose
from database.models.by_hand import DECIDES, SEEN_BEFORE, SOMEBODY, Deed
from database.models.case import CASES, Case, CaseKind, CaseOrigin, CaseState, followed
from database.models.case_note import CASE_NOTES, LONGEST_CASE_NOTE, MOST_CASE_NOTES, CaseNote
from database.models.case_plan import Wanted
from database.models.outbox import Delivery
from database.models.restriction import RESTRICTIONS, Restriction, RestrictionKind
from database.opening import Opened, Opening, open_case
from database.replacing import end_earlier, was_before
from database.revising import ask
from database.settling import becomes
from database.texts import storable
from database.transaction import Transaction

NO_REASON = "No reason given."
SAME_WITHIN = timedelta(minutes=1)
"""Between a deed that was seen and its entry in the audit log: the clocks of Reeve and Discord may differ."""


async def open_by_hand(tx: Transaction, guild_id: int, deed: Deed) -> Opened:
    """The case of a deed: nobody asked Reeve for it, so nobody is told, and nothing is left to be done."""
    opening = Opening(
        guild_id=guild_id,
        kind=deed.kind,
        target_id=deed.target_id,
        target_name=deed.target_name[:100],
        moderator_id=deed.moderator_id,
        moderator_name=deed.moderator_name[:100],
        reason=storable(deed.reason).strip() or NO_REASON,
        interaction_id=deed.entry_id,
        origin=CaseOrigin.BY_HAND,
        expires_at=deed.until,
        at=deed.at,
    )
    return await open_case(tx, opening)


async def decide(tx: Transaction, case: Case, deed: Deed, now: datetime) -> None:
    """Make the restriction what the deed made of it on Discord, unless something newer has decided it since."""
    if deed.kind not in DECIDES:
        return
    kind, wanted, _ = DECIDES[deed.kind]
    is_over = deed.until is not None and deed.until <= now
    roles = await _roles_of(tx, case) if kind is RestrictionKind.TIMEOUT else None
    row = await locked_restriction(tx, case.guild_id, case.target_id, kind, now)
    if row.decided_by_id >= deed.entry_id:
        trouble = None if row.case_number is None else followed(row.case_number)
        await becomes(tx, case, CaseState.ENDED, now, trouble=trouble)
        await was_before(tx, row, case, wanted=wanted and not is_over, until=deed.until)
        return
    stands = wanted and not is_over
    was = change(row, case, Wanted(kind, wanted=stands, until=deed.until), now)
    row.applied_version = row.version
    await RESTRICTIONS.update(tx, [row], *CHANGED)
    if was["case_number"] is not None:
        await end_earlier(tx, case, kind, now)
    ends = [] if not stands or row.until is None else [end_of(row, now, at=row.until)]
    if roles is not None and roles.wanted:
        ends += await _with_roles(tx, roles, case, row, now)
    if ends:
        await ACTS.insert(tx, ends)
    if is_over:
        await becomes(tx, case, CaseState.ENDED, now)


async def _roles_of(tx: Transaction, case: Case) -> Restriction | None:
    """Locked before the timeout itself, as everywhere."""
    where = {"guild_id": case.guild_id, "subject_id": case.target_id, "kind": RestrictionKind.ROLES}
    return await RESTRICTIONS.lock(tx, **where)


async def _with_roles(
    tx: Transaction, roles: Restriction, case: Case, silence: Restriction, now: datetime
) -> list[Act]:
    """Roles that the timeout gave and took last as long as it does: to its new end, or until now."""
    if not silence.wanted:
        return [end_of(roles, now, at=now)]
    was = change(roles, case, Wanted(RestrictionKind.ROLES, wanted=True, until=silence.until), now)
    acts = [] if silence.until is None else [end_of(roles, now, at=silence.until)]
    if was["applied"]:
        roles.applied_version = roles.version
    else:
        acts.append(_again(roles, now))
    await RESTRICTIONS.update(tx, [roles], *CHANGED)
    return acts


def _again(roles: Restriction, now: datetime) -> Act:
    assert roles.case_number is not None
    return Act(
        guild_id=roles.guild_id,
        kind=ActKind.ROLES,
        purpose=Purpose.KEEP,
        target_id=roles.subject_id,
        case_number=roles.case_number,
        restriction=RestrictionKind.ROLES,
        version=roles.version,
        due_at=now,
        created_at=now,
    )


async def _end_before(tx: Transaction, was: dict[str, Any], case: Case, now: datetime) -> None:
    """The case that stood is over. One that is still pending ends when its act finds itself superseded."""
    number = was["case_number"]
    if number is None or number == case.number:
        return
    before = await CASES.lock(tx, guild_id=case.guild_id, number=number)
    if before is not None and before.state is CaseState.ACTIVE:
        await becomes(tx, before, CaseState.ENDED, now, trouble=followed(case.number))


async def decide_again(
    tx: Transaction, case: Case, row: Restriction, *, kind: CaseKind, entry_id: int, now: datetime
) -> None:
    """Reeve's own act came after one by hand, whose entry was heard of later: Discord shows what Reeve did last.

    Also where its time is over by now: then its end is due at once.
    """
    stands = DECIDES[kind].wanted
    was = change(row, case, Wanted(row.kind, wanted=stands, until=case.expires_at), now)
    row.applied_version, row.decided_by_id = row.version, entry_id
    await RESTRICTIONS.update(tx, [row], *CHANGED)
    await _end_before(tx, was, case, now)
    if stands and row.until is not None:
        await ACTS.insert(tx, [end_of(row, now, at=row.until)])
    if case.state is CaseState.ENDED and case.kind is kind:
        await becomes(tx, case, CaseState.ACTIVE, now)


async def told_who(tx: Transaction, guild_id: int, deed: Deed, now: datetime) -> Case | None:
    """The case that was written when the deed was seen and its entry was not; now a note on it says who it was."""
    if deed.kind not in {CaseKind.BAN, CaseKind.UNBAN} or deed.moderator_id == guild_id:
        return None
    around = {"since": deed.at - SAME_WITHIN, "until": deed.at + SAME_WITHIN}
    seen = (
        await tx.exec(SEEN_BEFORE, guild_id=guild_id, target_id=deed.target_id, kind=deed.kind, **around)
    ).first()
    if seen is None or await CASES.lock(tx, guild_id=guild_id, number=seen.number) is None:
        return None
    notes = await CASE_NOTES.find(tx, guild_id=guild_id, number=seen.number)
    if any(note.interaction_id == deed.entry_id for note in notes) or len(notes) >= MOST_CASE_NOTES:
        return seen
    note = CaseNote(
        guild_id=guild_id,
        number=seen.number,
        position=len(notes) + 1,
        text=storable(
            f"Discord's audit log says: {deed.moderator_name} ({deed.moderator_id}): {deed.reason or NO_REASON}"
        )[:LONGEST_CASE_NOTE],
        author_id=guild_id,  # nobody's: it says itself where it comes from
        author_name=SOMEBODY,
        interaction_id=deed.entry_id,
        written_at=now,
    )
    await CASE_NOTES.insert(tx, [note])
    await ask(tx, seen, Delivery.CASE_LOG)
    return seen
