"""What happens to an appeal within the transaction of an action: steps that the controller's actions share."""

from datetime import datetime, timedelta

from database.appeal_refusals import (
    AppealGranted,
    AppealsOff,
    AppealsUsedUp,
    AppealTextNotAllowed,
    AppealTooSoon,
    AppealWaits,
    NotAppealable,
    NothingToAppeal,
)
from database.case_errors import CaseUnderWay
from database.fining import follow
from database.models.appeal import (
    APPEALABLE,
    APPEALABLE_STATES,
    APPEALS,
    LONGEST_APPEAL,
    Appeal,
    AppealState,
)
from database.models.base import utc_now
from database.models.case import CASES, Case, CaseKind, CaseOrigin, CaseState, DirectMessage
from database.models.case_note import CASE_NOTES, LONGEST_CASE_NOTE, CaseNote
from database.models.case_plan import plan_unban, plan_untimeout
from database.models.outbox import ASK, Delivery
from database.models.restriction import BECAUSE_OF, RestrictionKind
from database.opening import Opening, open_case
from database.revising import ask, revise
from database.texts import storable
from database.transaction import Transaction


async def require_appealable(
    tx: Transaction,
    *,
    guild_id: int,
    number: int,
    appellant_id: int,
    limit: int,
    cooldown: timedelta,
    now: datetime,
) -> Case:
    """The case, if this person may appeal against it at this moment.

    Raises NothingToAppeal, NotAppealable, AppealsOff, AppealWaits, AppealGranted, AppealsUsedUp, AppealTooSoon.
    """
    case = await CASES.get(tx, guild_id=guild_id, number=number)
    if case is None or case.target_id != appellant_id or case.state not in APPEALABLE_STATES:
        raise NothingToAppeal(number)
    if case.kind not in APPEALABLE:
        raise NothingToAppeal(number) if case.kind is CaseKind.NOTE else NotAppealable(number, case.kind)
    if limit == 0:
        raise AppealsOff
    before = await APPEALS.find(tx, guild_id=guild_id, case_number=number)
    for each in before:
        if each.state is AppealState.OPEN:
            raise AppealWaits(each.number, number)
        if each.state is AppealState.APPROVED:
            raise AppealGranted(each.number, number)
    if len(before) >= limit:
        raise AppealsUsedUp(number, limit)
    if before and before[-1].decided_at is not None and (again_at := before[-1].decided_at + cooldown) > now:
        raise AppealTooSoon(number, again_at)
    return case


async def grant(
    tx: Transaction, appeal: Appeal, case: Case, *, reviewer_name: str, is_voided: bool
) -> Case | None:
    """Lift what stands because of the case, as a case of its own that it led to; void it where nothing does.

    The guild's counter of cases is locked by now. Raises CaseUnderWay while an act of it is on its way.
    """
    assert appeal.reviewer_id is not None
    assert appeal.decision_id is not None
    if case.state is CaseState.PENDING:
        raise CaseUnderWay(case.number)
    standing = (await tx.exec(BECAUSE_OF, guild_id=case.guild_id, case_number=case.number)).all()
    kinds = {each.kind for each in standing}
    lifting = None
    if kinds:
        is_ban = RestrictionKind.BAN in kinds
        plan = plan_unban() if is_ban else plan_untimeout(with_roles=RestrictionKind.ROLES in kinds)
        opening = Opening(
            guild_id=case.guild_id,
            kind=CaseKind.UNBAN if is_ban else CaseKind.UNTIMEOUT,
            target_id=case.target_id,
            target_name=case.target_name,
            moderator_id=appeal.reviewer_id,
            moderator_name=reviewer_name[:100],
            reason=said_of(appeal),
            interaction_id=appeal.decision_id,
            origin=CaseOrigin.APPEAL,
            plan=plan,
            asked_by_id=appeal.reviewer_id,
            causes=(case.number,),
        )
        lifting = (await open_case(tx, opening)).case
    if (is_voided or not kinds) and case.state is not CaseState.VOID:
        before, case.state, case.void_message = case.state, CaseState.VOID, DirectMessage.NONE
        await revise(
            tx, case, "state", before=before, after=CaseState.VOID, editor_id=appeal.reviewer_id,
            interaction_id=appeal.decision_id, why=said_of(appeal), also=("void_message",),
        )  # fmt: skip
        await follow(tx, case, before, by_id=appeal.reviewer_id)
    return lifting


async def write_down(tx: Transaction, appeal: Appeal, case: Case, *, reviewer_name: str) -> None:
    """The decision as a note on the case, which keeps it for good; and all that shows it."""
    assert appeal.reviewer_id is not None
    assert appeal.decision_id is not None
    notes = await CASE_NOTES.find(tx, guild_id=case.guild_id, number=case.number)
    note = CaseNote(
        guild_id=case.guild_id,
        number=case.number,
        position=len(notes) + 1,
        text=said_of(appeal)[:LONGEST_CASE_NOTE],
        author_id=appeal.reviewer_id,
        author_name=reviewer_name[:100],
        interaction_id=appeal.decision_id,
    )
    await CASE_NOTES.insert(tx, [note])
    await ask(tx, case, Delivery.CASE_LOG)
    await ask_for(tx, appeal, Delivery.APPEAL_POST)
    await ask_for(tx, appeal, Delivery.APPEAL_ANSWER)


async def ask_for(tx: Transaction, appeal: Appeal, kind: Delivery) -> None:
    await tx.exec(ASK, guild_id=appeal.guild_id, kind=kind, subject_id=appeal.number, due_at=utc_now())


def said_of(appeal: Appeal) -> str:
    answer = f": {appeal.answer}" if appeal.answer else ""
    return f"Appeal {appeal.number} {appeal.state}{answer}"[:LONGEST_APPEAL]


def required(text: str) -> str:
    """The text without white space around it; AppealTextNotAllowed if nothing or too much is left."""
    text = storable(text).strip()
    if not 1 <= len(text) <= LONGEST_APPEAL:
        raise AppealTextNotAllowed
    return text
