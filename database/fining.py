"""Points that are a part of a case: its fine and its freeze follow what becomes of it. Steps for all controllers.

The case is locked by then, and so are restrictions: accounts are locked after all of these, everywhere.
"""

from typing import NamedTuple

from database.book import Book
from database.holding import capture, void
from database.ledger import Movement, Request, decide, open_book, settle, told
from database.ledger_refusals import AmountOutOfRange, LedgerFrozen
from database.models.base import utc_now
from database.models.case import CASES, Case, CaseState, FineState
from database.models.fine_steps import FINE_RULES, MOVED_BY, FineRules
from database.models.point_freeze import FORGET_FREEZE, FREEZES, PointFreeze
from database.models.points import BURN, LARGEST_AMOUNT, MINT, TREASURY, OperationKind, PointTransfer, Source
from database.resolving import held_under, resolve
from database.reversing import Reversed
from database.staff_moves import Frozen
from database.transaction import Transaction

STANDS = (CaseState.PENDING, CaseState.ACTIVE)
IS_TAKEN = (CaseState.ACTIVE, CaseState.ENDED)
NOT_TAKEN = (FineState.DROPPED, FineState.RETURNED)
MOST_OPERATIONS = 1_000
"""Of one case: by its number and theirs they have keys that no other has."""


class Fined(NamedTuple):
    """What was asked for, and what was there."""

    asked: int
    taken: int
    operation_id: int = 0


async def impose(tx: Transaction, case: Case, *, fine: int, freezes_points: bool) -> None:
    """Of a new case. Raises AmountOutOfRange, LedgerFrozen."""
    if not 0 <= fine <= LARGEST_AMOUNT:
        raise AmountOutOfRange(1, LARGEST_AMOUNT)
    case.fine, case.freezes_points = fine, freezes_points
    if fine:
        await _take(tx, case, case.moderator_id)
    if freezes_points:
        await CASES.update(tx, [case], "freezes_points")
        await _freeze(tx, case, case.moderator_id)


async def follow(tx: Transaction, case: Case, before: CaseState | None, *, by_id: int | None = None) -> None:
    """Bring fine and freeze to what the case is now. `before`: what it was, None if nobody knows. `by_id`: whoever
    edited the case, if anybody did.

    Raises LedgerFrozen where points are to move. What is held waits instead: `fines.catch_up` ends it later.
    """
    by_id = by_id or case.moderator_id
    stands, stood = case.state in STANDS, before is None or before in STANDS
    if case.freezes_points and stands is not stood:
        await (_freeze if stands else _lift)(tx, case, by_id)
    if case.fine_state is FineState.HELD and case.state is not CaseState.PENDING:
        await _resolve(tx, case, by_id, is_taken=case.state in IS_TAKEN)
    elif case.fine_state is FineState.TAKEN and case.state is CaseState.VOID:
        await _give_back(tx, case, by_id)
    elif case.fine_state in NOT_TAKEN and case.state in IS_TAKEN:
        await _take(tx, case, by_id)


async def _take(tx: Transaction, case: Case, by_id: int) -> None:
    """As much of it as is there; held while the case is pending. Where nothing is there, nothing is written."""
    rules = await _rules(tx, case)
    to_id, is_held = TREASURY if rules.to_treasury else BURN, case.state is CaseState.PENDING
    request = _request(case, by_id, OperationKind.FINE, rules, case.fine, is_held)
    book = await open_book(tx, request, (case.target_id, to_id))
    book.may_move()
    amount = max(0, min(case.fine, book.accounts[case.target_id].available))

    def plan(book: Book) -> Fined:
        (book.hold if is_held else book.post)(case.target_id, to_id, amount)
        return Fined(case.fine, amount)

    fined = told(await settle(tx, request, book, plan, Fined)) if amount else None
    case.fined, case.fine_operation_id = amount, None if fined is None else fined.operation_id
    await _becomes(tx, case, FineState.HELD if is_held else FineState.TAKEN)


async def _resolve(tx: Transaction, case: Case, by_id: int, *, is_taken: bool) -> None:
    if case.fine_operation_id is not None:
        kind = OperationKind.CAPTURE if is_taken else OperationKind.VOID
        request = _request(case, by_id, kind, await _rules(tx, case), case.fine_operation_id)
        held = await held_under(tx, case.guild_id, case.fine_operation_id)
        ended = await resolve(
            tx,
            request,
            held,
            lambda book, end: (
                capture(book, held, end, None, utc_now()) if is_taken else void(book, held, end)
            ),
        )
        if isinstance(ended, LedgerFrozen):
            return
        told(ended)
    await _becomes(tx, case, FineState.TAKEN if is_taken else FineState.DROPPED)


async def _give_back(tx: Transaction, case: Case, by_id: int) -> None:
    """What the treasury has spent meanwhile it gets from the mint before, as a refund that everybody can see: what the
    mint gives to a member counts as earned.
    """
    if case.fine_operation_id is not None:
        taken = (await tx.exec(MOVED_BY, guild_id=case.guild_id, operation_id=case.fine_operation_id)).one()
        rules, from_id = await _rules(tx, case), taken.credit_id
        ids = (case.target_id, from_id, *([MINT] if from_id == TREASURY else []))
        request = _request(case, by_id, OperationKind.REVERSE, rules, taken.transfer_id)
        treasury = (await open_book(tx, request, ids)).accounts.get(from_id)
        if treasury is not None and (short := taken.amount - treasury.available) > 0:
            refund = _request(case, by_id, OperationKind.REFUND, rules, short)
            told(await decide(tx, refund, ids, lambda book: _refunded(book, short), Movement))
            rules = rules._replace(operations=rules.operations + 1)
            request = _request(case, by_id, OperationKind.REVERSE, rules, taken.transfer_id)
        told(await decide(tx, request, ids, lambda book: _returned(book, taken), Reversed))
    await _becomes(tx, case, FineState.RETURNED)


def _refunded(book: Book, amount: int) -> Movement:
    book.post(MINT, TREASURY, amount)
    return Movement(amount, None, book.balance(TREASURY))


def _returned(book: Book, taken: PointTransfer) -> Reversed:
    book.post(taken.credit_id, taken.debit_id, taken.amount, reverses_id=taken.transfer_id)
    return Reversed(taken.amount, 0, 1)


async def _becomes(tx: Transaction, case: Case, state: FineState) -> None:
    case.fine_state = state
    await CASES.update(tx, [case], "fine", "fined", "fine_state", "fine_operation_id")


async def _freeze(tx: Transaction, case: Case, by_id: int) -> None:
    """What the staff has frozen already stays the staff's alone."""
    request, book, others = await _account(tx, case, by_id, OperationKind.FREEZE)
    account = book.accounts[case.target_id]
    if account.frozen_at is not None and not others:
        return
    account.frozen_at = account.frozen_at or utc_now()
    frozen = told(await settle(tx, request, book, lambda _: Frozen(True, account_id=case.target_id), Frozen))
    row = PointFreeze(
        guild_id=case.guild_id,
        account_id=case.target_id,
        case_number=case.number,
        operation_id=frozen.operation_id,
    )
    await FREEZES.insert(tx, [row])


async def _lift(tx: Transaction, case: Case, by_id: int) -> None:
    """Unless another case freezes it, too, or the staff has decided about the account since."""
    request, book, freezes = await _account(tx, case, by_id, OperationKind.UNFREEZE)
    if case.number not in freezes:
        return
    of_case = {"guild_id": case.guild_id, "account_id": case.target_id, "case_number": case.number}
    await tx.exec(FORGET_FREEZE, **of_case)
    if len(freezes) == 1:
        book.accounts[case.target_id].frozen_at = None
        told(await settle(tx, request, book, lambda _: Frozen(False, account_id=case.target_id), Frozen))


async def _account(
    tx: Transaction, case: Case, by_id: int, kind: OperationKind
) -> tuple[Request, Book, set[int]]:
    """The target's account, locked, and the numbers of the cases that freeze it."""
    request = _request(case, by_id, kind, await _rules(tx, case), case.target_id)
    book = await open_book(tx, request, (case.target_id,))
    freezes = await FREEZES.find(tx, guild_id=case.guild_id, account_id=case.target_id)
    return request, book, {each.case_number for each in freezes}


async def _rules(tx: Transaction, case: Case) -> FineRules:
    return (await tx.exec(FINE_RULES, guild_id=case.guild_id, case_number=case.number)).one()


def _request(case: Case, by_id: int, kind: OperationKind, rules: FineRules, *asked: int) -> Request:
    return Request(
        guild_id=case.guild_id,
        kind=kind,
        source=Source.CASE,
        external_id=case.number * MOST_OPERATIONS + rules.operations,
        actor_id=by_id,
        asked=asked,
        note=f"Case {case.number}",
        case_number=case.number,
    )
