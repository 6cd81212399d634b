"""What a later act is to earlier ones: done, it ends their cases; refused, it lets them stand again. Steps."""

from datetime import datetime
from typing import Any, NamedTuple

from database.acting import CHANGED, WAS, as_it_was, end_of
from database.models.act import ACTS, Act, ActKind, ActState, Purpose
from database.models.act_steps import OF_VERSION
from database.models.case import CASES, REPLACED, Case, CaseKind, CaseState, followed
from database.models.case_standing import EARLIER
from database.models.restriction import RESTRICTIONS, Restriction, RestrictionKind
from database.settling import becomes, restriction_of
from database.transaction import Transaction

BEGINS = {
    RestrictionKind.BAN: ActKind.BAN,
    RestrictionKind.TIMEOUT: ActKind.TIMEOUT,
    RestrictionKind.ROLES: ActKind.ROLES,
    RestrictionKind.LOCK: ActKind.LOCK,
    RestrictionKind.SLOWMODE: ActKind.SLOWMODE,
}
DECIDED_BY = {
    RestrictionKind.BAN: (CaseKind.BAN, CaseKind.UNBAN, CaseKind.SOFTBAN),
    RestrictionKind.TIMEOUT: (CaseKind.TIMEOUT, CaseKind.UNTIMEOUT),
    RestrictionKind.ROLES: (CaseKind.TIMEOUT, CaseKind.UNTIMEOUT),
    RestrictionKind.LOCK: (CaseKind.LOCK, CaseKind.UNLOCK),
    RestrictionKind.SLOWMODE: (CaseKind.SLOWMODE,),
}
"""The kinds of cases that want something of it."""
HAVE_AN_END = (CaseKind.BAN, CaseKind.TIMEOUT, CaseKind.LOCK)


class Before(NamedTuple):
    """What is to be so again. `waiting`: acts that will make it so. `is_so`: Discord has it already."""

    was: dict[str, Any]
    waiting: list[Act]
    is_so: bool


async def end_replaced(tx: Transaction, row: Act, case: Case, now: datetime) -> None:
    """The cases that stood behind the same restriction before are over now."""
    if row.restriction is not None and (row.payload.get(WAS) or {}).get("case_number") is not None:
        await end_earlier(tx, case, row.restriction, now)


async def end_what_was_before(tx: Transaction, row: Act, case: Case, now: datetime) -> None:
    """Its end may come before its beginning was ever sent: then that has ended nothing."""
    if row.restriction is not None:
        await end_earlier(tx, case, row.restriction, now)


async def end_earlier(tx: Transaction, case: Case, kind: RestrictionKind, now: datetime) -> None:
    """Not only the last: between an earlier one and this, others may have been asked for and never done."""
    earlier = await tx.exec(
        EARLIER,
        guild_id=case.guild_id,
        target_id=case.target_id,
        kinds=[str(each) for each in DECIDED_BY[kind]],
        number=case.number,
    )
    for before in earlier.all():
        await becomes(tx, before, CaseState.ENDED, now, trouble=followed(case.number))


async def was_before(
    tx: Transaction, restriction: Restriction, case: Case, *, wanted: bool, until: datetime | None
) -> None:
    """What was done by hand right before a command was heard of after it: it stands if the command is refused."""
    found = await tx.exec(
        OF_VERSION,
        guild_id=restriction.guild_id,
        target_id=restriction.subject_id,
        restriction=restriction.kind,
        version=restriction.version,
    )
    waiting = [act for act in found.all() if act.is_open and act.payload.get(WAS, {}).get("applied")]
    for act in waiting:
        changed = {"wanted": wanted, "until": until.isoformat() if wanted and until else None}
        act.payload = {**act.payload, WAS: {**act.payload[WAS], **changed, "case_number": case.number}}
    if waiting:
        await ACTS.update(tx, waiting, "payload")


async def take_back(tx: Transaction, row: Act, now: datetime) -> None:
    """Discord refused the beginning of a restriction: what was wanted before is wanted again, with its end.

    That is the last of what waited and of what Discord has: something that this act replaced before it was sent, and
    that has given up since, is passed over.
    """
    if row.restriction is None:
        return
    restriction = await restriction_of(tx, row)
    if restriction.version != row.version:
        return
    before = await _before(tx, row)
    as_it_was(restriction, before.was)
    if before.is_so:
        restriction.applied_version = restriction.version
    restriction.changed_at = now
    await RESTRICTIONS.update(tx, [restriction], *CHANGED)
    if before.waiting:
        for each in before.waiting:
            each.version = restriction.version
        await ACTS.update(tx, before.waiting, "version")
        has_end = any(each.purpose is Purpose.END for each in before.waiting)
        if restriction.until is not None and not has_end:  # it came due while something else was wanted
            await ACTS.insert(tx, [end_of(restriction, now, at=restriction.until)])
        return
    if planned := _planned(restriction, now, is_so=before.is_so):
        await ACTS.insert(tx, planned)
    await case_follows(tx, restriction, now, followed_by=row.case_number, is_so=before.is_so)


async def _before(tx: Transaction, row: Act) -> Before:
    was, is_certain = row.payload[WAS], True
    while not was["applied"]:
        found = await tx.exec(
            OF_VERSION,
            guild_id=row.guild_id,
            target_id=row.target_id,
            restriction=row.restriction,
            version=was.get("version"),
        )
        acts = found.all()
        first = [act for act in acts if act.purpose is not Purpose.END or not was["wanted"]]
        may_go_on = all(act.is_open or act.state is ActState.DONE for act in first)
        if may_go_on and any(act.is_open for act in first):
            return Before(was, [act for act in acts if act.is_open], is_so=False)
        if first and may_go_on:
            return Before(was, [], is_so=is_certain)
        is_certain = is_certain and all(act.sent_at is None for act in first)
        earlier = next((act.payload[WAS] for act in first if WAS in act.payload), None)
        if earlier is None:  # a change of its end, which was not sent
            return Before(was, [], is_so=False)
        was = earlier
    return Before(was, [], is_so=is_certain)


def _planned(restriction: Restriction, now: datetime, *, is_so: bool) -> list[Act]:
    """Its end, and before that what makes it so where nobody knows that it is."""
    if not restriction.wanted:
        return [] if is_so or restriction.case_number is None else [end_of(restriction, now, at=now)]
    again = end_of(restriction, now, at=now)
    again.kind, again.purpose, again.until = BEGINS[restriction.kind], Purpose.KEEP, restriction.until
    ends = [] if restriction.until is None else [end_of(restriction, now, at=restriction.until)]
    return ends if is_so else [again, *ends]


async def case_follows(
    tx: Transaction, restriction: Restriction, now: datetime, *, followed_by: int, is_so: bool
) -> None:
    """Its case: it was said to be replaced, and stands; or its end arrived when a later act was wanted already."""
    number = restriction.case_number
    case = None if number is None else await CASES.get(tx, guild_id=restriction.guild_id, number=number)
    if case is None:
        return
    is_replaced = case.trouble in (REPLACED, followed(followed_by))
    if restriction.wanted and case.state is CaseState.ENDED and is_replaced:
        case.trouble = None
        await becomes(tx, case, CaseState.ACTIVE, now)
    elif not restriction.wanted and is_so and case.state is CaseState.ACTIVE and case.kind in HAVE_AN_END:
        await becomes(tx, case, CaseState.ENDED, now)
