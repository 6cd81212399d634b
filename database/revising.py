"""How a case is changed: under its lock, with a revision that keeps what was there before. Steps for controllers."""

from database.errors import CaseAboutYourself, CaseNotFound
from database.models.base import reason_given, utc_now
from database.models.case import CASES, REVISIONS, Case, CaseRevision
from database.models.outbox import ASK, Delivery
from database.transaction import Transaction


async def locked(tx: Transaction, *, guild_id: int, number: int) -> Case:
    """The case, kept from others until the transaction ends. Raises CaseNotFound."""
    case = await CASES.lock(tx, guild_id=guild_id, number=number)
    if case is None:
        raise CaseNotFound(number)
    return case


async def made_before(tx: Transaction, *, guild_id: int, interaction_id: int) -> CaseRevision | None:
    """What the same interaction has changed already."""
    return await REVISIONS.get(tx, guild_id=guild_id, interaction_id=interaction_id)


def require_other(case: Case, editor_id: int) -> None:
    """Nobody changes what stands against themselves. Raises CaseAboutYourself."""
    if case.target_id == editor_id:
        raise CaseAboutYourself(case.number)


async def revise(
    tx: Transaction,
    case: Case,
    field: str,
    *,
    before: str,
    after: str,
    editor_id: int,
    interaction_id: int,
    why: str | None = None,
    also: tuple[str, ...] = (),
) -> CaseRevision:
    """Write the field as the case has it now, with the revision, and have the log post follow.

    `also`: further columns that changed with it.
    """
    revision = CaseRevision(
        guild_id=case.guild_id,
        number=case.number,
        revision=case.revision + 1,
        field=field,
        before=before,
        after=after,
        editor_id=editor_id,
        interaction_id=interaction_id,
        why=reason_given(why),
    )
    case.revision = revision.revision
    await CASES.update(tx, [case], field, *also, "revision")
    await REVISIONS.insert(tx, [revision])
    await ask(tx, case, Delivery.CASE_LOG)
    return revision


async def ask(tx: Transaction, case: Case, kind: Delivery) -> None:
    await tx.exec(ASK, guild_id=case.guild_id, kind=kind, subject_id=case.number, due_at=utc_now())
