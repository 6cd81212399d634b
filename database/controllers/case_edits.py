"""What changes in a case after it was opened: voided, restored, put back as it was. Each leaves a revision."""

from collections.abc import Sequence
from datetime import datetime

from database.acting import move_end, moved_before
from database.actions import action
from database.case_errors import (
    CaseChangedMeanwhile,
    CaseNotVoid,
    CaseUnderWay,
    CaseVoidAlready,
    NothingStands,
    RevisionNotFound,
    RevisionStays,
    SameEnd,
)
from database.controllers._base import BaseController
from database.errors import ReasonUnchanged
from database.fining import follow
from database.models.act import Act
from database.models.base import utc_now
from database.models.case import CASES, REVISIONS, Case, CaseKind, CaseRevision, CaseState, DirectMessage
from database.models.outbox import Delivery
from database.models.restriction import BECAUSE_OF, RestrictionKind
from database.revising import ask, locked, made_before, require_other, revise
from database.transaction import Transaction

ENDURING = frozenset(str(kind) for kind in RestrictionKind)
"""Kinds of cases that are active for as long as what they brought about stands."""
HAVE_AN_END = (CaseKind.BAN, CaseKind.TIMEOUT, CaseKind.LOCK)


class CaseEditController(BaseController):
    """All of it is repeatable by its interaction, which gives the revision that it made.

    Everything raises CaseNotFound, and CaseAboutYourself: nobody changes what stands against themselves.
    """

    topic = "case_edits"

    @action(repeatable=True)
    async def void(
        self, *, guild_id: int, number: int, editor_id: int, interaction_id: int, why: str | None = None
    ) -> CaseRevision:
        """It counts no more: its fine is given back. What it brought about on Discord stays until somebody lifts it.

        Raises LedgerFrozen where it has a fine, CaseVoidAlready, and CaseUnderWay while an act of it is being sent.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if made := await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return made
            require_other(case, editor_id)
            return await _void(tx, case, editor_id=editor_id, interaction_id=interaction_id, why=why)

    @action(repeatable=True)
    async def restore(
        self, *, guild_id: int, number: int, editor_id: int, interaction_id: int, why: str | None = None
    ) -> CaseRevision:
        """As it was before; of its fine what is there is taken again. Raises CaseNotVoid, LedgerFrozen."""
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if made := await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return made
            require_other(case, editor_id)
            return await _restore(tx, case, editor_id=editor_id, interaction_id=interaction_id, why=why)

    @action(repeatable=True)
    async def revert(
        self, *, guild_id: int, number: int, revision: int, seen: int, editor_id: int, interaction_id: int
    ) -> CaseRevision:
        """Take one edit back: its field is again what it was before, which is an edit of its own.

        `seen`: the newest revision that whoever asks for it has looked at. Raises CaseChangedMeanwhile where there is
        a newer one, RevisionNotFound, RevisionStays, ReasonUnchanged, and what `void` and `restore` raise.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if made := await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return made
            require_other(case, editor_id)
            edit = await REVISIONS.get(tx, guild_id=guild_id, number=number, revision=revision)
            if edit is None:
                raise RevisionNotFound(number, revision)
            if case.revision != seen:
                raise CaseChangedMeanwhile(number)
            why = f"edit {revision} taken back"
            if edit.field == "state":
                undo = _restore if edit.after == CaseState.VOID else _void
                return await undo(tx, case, editor_id=editor_id, interaction_id=interaction_id, why=why)
            if edit.field != "reason":
                raise RevisionStays(number, revision)
            if edit.before == case.reason:
                raise ReasonUnchanged(number)
            before, case.reason = case.reason, edit.before
            return await revise(
                tx, case, "reason", before=before, after=edit.before, editor_id=editor_id,
                interaction_id=interaction_id, why=why,
            )  # fmt: skip

    @action(repeatable=True)
    async def duration(
        self, *, guild_id: int, number: int, expires_at: datetime | None, editor_id: int, interaction_id: int
    ) -> Sequence[Act]:
        """Move the end of a ban, timeout or lock that still stands; None: it has none.

        What was planned for the old end is superseded by the new version of its restriction.
        Gives the acts to carry out now, claimed for the length of the lease; none where Discord need not hear of it.
        The same interaction again gives the same acts, whatever became of them. Raises CaseUnderWay, NothingStands,
        SameEnd.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if await made_before(tx, guild_id=guild_id, interaction_id=interaction_id):
                return await moved_before(tx, guild_id, number, interaction_id)
            require_other(case, editor_id)
            if case.state is CaseState.PENDING:
                raise CaseUnderWay(number)
            standing = (await tx.exec(BECAUSE_OF, guild_id=guild_id, case_number=number)).all()
            if case.kind not in HAVE_AN_END or not standing:
                raise NothingStands(number)
            if case.expires_at == expires_at:
                raise SameEnd(number)
            before, case.expires_at = case.expires_at, expires_at
            await revise(
                tx, case, "expires_at", before=_seconds(before), after=_seconds(expires_at),
                editor_id=editor_id, interaction_id=interaction_id,
            )  # fmt: skip
            if case.direct_message in (DirectMessage.PENDING, DirectMessage.SENT):
                await ask(tx, case, Delivery.CASE_END_MESSAGE)
            return await move_end(
                tx, standing, expires_at, utc_now(), asked_by_id=editor_id, decided_by_id=interaction_id
            )

    @action(repeatable=True)
    async def tell_void(self, *, guild_id: int, number: int) -> DirectMessage:
        """Have the target told that the case is void: at most once each time that it is voided.

        What became of it before, NONE if it was asked for by this. Raises CaseNotVoid.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            if case.state is not CaseState.VOID:
                raise CaseNotVoid(number)
            before = case.void_message
            if before is DirectMessage.NONE:
                case.void_message = DirectMessage.PENDING
                await CASES.update(tx, [case], "void_message")
                await ask(tx, case, Delivery.CASE_VOID_MESSAGE)
            return before

    @action(repeatable=True)
    async def void_told(self, *, guild_id: int, number: int, outcome: DirectMessage) -> None:
        """Remember whether that message arrived."""
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            case.void_message = outcome
            await CASES.update(tx, [case], "void_message")


def _seconds(moment: datetime | None) -> str:
    """As a revision keeps a moment: seconds since 1970, nothing for never."""
    return "" if moment is None else str(int(moment.timestamp()))


async def _void(
    tx: Transaction, case: Case, *, editor_id: int, interaction_id: int, why: str | None
) -> CaseRevision:
    if case.state is CaseState.VOID:
        raise CaseVoidAlready(case.number)
    if case.state is CaseState.PENDING:
        raise CaseUnderWay(case.number)
    before, case.state, case.void_message = case.state, CaseState.VOID, DirectMessage.NONE
    revision = await revise(
        tx, case, "state", before=before, after=CaseState.VOID, editor_id=editor_id,
        interaction_id=interaction_id, why=why, also=("void_message",),
    )  # fmt: skip
    await follow(tx, case, before, by_id=editor_id)
    return revision


async def _restore(
    tx: Transaction, case: Case, *, editor_id: int, interaction_id: int, why: str | None
) -> CaseRevision:
    """What was active and whose effect was lifted or ran out meanwhile has ended."""
    if case.state is not CaseState.VOID:
        raise CaseNotVoid(case.number)
    revisions = await REVISIONS.find(tx, guild_id=case.guild_id, number=case.number, field="state")
    state = CaseState(next(each.before for each in reversed(revisions) if each.after == CaseState.VOID))
    if state is CaseState.ACTIVE and case.kind in ENDURING:
        standing = await tx.exec(BECAUSE_OF, guild_id=case.guild_id, case_number=case.number)
        stands = any(each.until is None or each.until > utc_now() for each in standing.all())
        state = CaseState.ACTIVE if stands else CaseState.ENDED
    case.state = state
    revision = await revise(
        tx, case, "state", before=CaseState.VOID, after=state, editor_id=editor_id,
        interaction_id=interaction_id, why=why,
    )  # fmt: skip
    await follow(tx, case, CaseState.VOID, by_id=editor_id)
    return revision
