"""How one operation of the ledger is decided, written and remembered.

The accounts are locked first, in id order, and a plan is made on them; then its key, the answer, the transfers and the
balances are written in one statement. A repeat is decided anew, but its key is taken: nothing is written, and the first
answer counts.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

from database.book import Account, Book
from database.ledger_refusals import LEDGER_REFUSALS, LedgerRefusal, RequestChanged
from database.levels import Curve, LevelChange
from database.models.base import utc_now
from database.models.ledger_steps import (
    ACCOUNT_COLUMNS,
    KEEP_REFUSAL,
    LEG_COLUMNS,
    LOCK_ACCOUNTS,
    OPEN_ACCOUNTS,
    OPERATIONS,
    POST,
)
from database.models.level import LEVELS_CHANGED
from database.models.points import BY_STAFF, LONGEST_NOTE, OperationKind, Source
from database.texts import storable
from database.transaction import Transaction


class Movement(NamedTuple):
    """What moving points from one account to another did. A balance that is derived is None."""

    amount: int
    giver_balance: int | None
    receiver_balance: int | None
    operation_id: int = 0
    tax: int = 0
    """Of the amount: what went to the treasury or was burnt, and did not arrive."""


@dataclass(frozen=True, slots=True)
class Request:
    """One wish. `external_id` is unique for its source; `asked` is all that tells it from another wish."""

    guild_id: int
    kind: OperationKind
    source: Source
    external_id: int
    actor_id: int
    asked: tuple[Any, ...]
    note: str | None = None
    case_number: int | None = None

    def fingerprint(self) -> bytes:
        """SHA-256 of what was asked, to tell a repeat from another request under the same key."""
        asked = (self.kind, self.actor_id, self.note, self.case_number, *self.asked)
        return sha256(json.dumps(asked, default=str).encode()).digest()


Answer = TypeVar("Answer", bound=tuple[Any, ...])
"""A NamedTuple of plain data with a field `operation_id`, which is filled in when it is known."""
Plan = Callable[[Book], Answer]


async def decide(
    tx: Transaction, request: Request, account_ids: Collection[int], plan: Plan[Answer], into: type[Answer]
) -> Answer | LedgerRefusal:
    """The answer to a request: a new one, which is kept, or the one that it got before.

    `plan` posts to the book and says the answer, or raises what the ledger refuses. A refusal is an answer, too: give
    it to `told` after COMMIT.
    """
    book = await open_book(tx, request, account_ids)
    return await settle(tx, request, book, plan, into)


async def open_book(tx: Transaction, request: Request, account_ids: Collection[int]) -> Book:
    """Lock these accounts, which come to be if they are missing, in id order."""
    wanted = {"guild_id": request.guild_id, "account_ids": sorted(set(account_ids))}
    held = (await tx.exec(LOCK_ACCOUNTS, **wanted)).all()
    if not held and account_ids:
        await tx.exec(OPEN_ACCOUNTS, **wanted, opened_at=utc_now())
        held = (await tx.exec(LOCK_ACCOUNTS, **wanted)).all()
    return Book(
        {each.account_id: Account(*each[:-2]) for each in held},
        asked_by_id=request.actor_id,
        by_staff=request.kind in BY_STAFF,
        is_ledger_frozen=bool(held) and held[0].is_ledger_frozen,
        curve=Curve(*held[0].curve) if held and held[0].curve else None,
    )


async def settle(
    tx: Transaction, request: Request, book: Book, plan: Plan[Answer], into: type[Answer]
) -> Answer | LedgerRefusal:
    """Make the plan on a book that is open, and keep what came of it."""
    try:
        answer = plan(book)
    except LedgerRefusal as refusal:
        is_new = refusal.is_kept and await keep_refusal(tx, request, refusal)
        return refusal if is_new else await first_answer(tx, request, into) or refusal
    operation_id = await keep(tx, request, book, answer)
    if operation_id is not None:
        return answer._replace(operation_id=operation_id)  # type: ignore[attr-defined,no-any-return]  # a NamedTuple
    known = await first_answer(tx, request, into)
    if known is None:
        raise LookupError("the key is taken and its answer is not there")
    return known


async def keep(tx: Transaction, request: Request, book: Book, answer: Any) -> int | None:
    """Write the answer and what follows from it: the operation's number. None, and nothing is written, if the request
    had been answered.
    """
    said = {name: value for name, value in answer._asdict().items() if name != "operation_id"}
    kept = await tx.exec(
        POST,
        **operation_values(request, None, said),
        **{f"leg_{name}": [getattr(leg, name) for leg in book.legs] for name in LEG_COLUMNS},
        account_id=list(book.accounts),
        **{name: [getattr(each, name) for each in book.accounts.values()] for name in ACCOUNT_COLUMNS},
    )
    row = kept.first()
    if row is None:
        return None
    tx.has_moved_points |= bool(book.legs)
    await _follow_levels(tx, request.guild_id, book.changed_levels())
    return row.operation_id


async def _follow_levels(tx: Transaction, guild_id: int, changed: Sequence[LevelChange]) -> None:
    if changed:
        user_ids, befores, afters = zip(*changed, strict=True)
        levels = {"user_ids": list(user_ids), "befores": list(befores), "afters": list(afters)}
        await tx.exec(LEVELS_CHANGED, guild_id=guild_id, now=utc_now(), **levels)


async def keep_refusal(tx: Transaction, request: Request, refusal: LedgerRefusal) -> bool:
    """A refusal is an answer, too: it stays what it is. False if the request had been answered before."""
    kept = await tx.exec(KEEP_REFUSAL, **operation_values(request, refusal.code, dict(refusal.facts)))
    return kept.first() is not None


def operation_values(request: Request, refusal: str | None, answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "guild_id": request.guild_id,
        "source": request.source,
        "external_id": request.external_id,
        "request_hash": request.fingerprint(),
        "kind": request.kind,
        "actor_id": request.actor_id,
        "note": request.note,
        "refusal": refusal,
        "answer": answer,
        "asked_at": utc_now(),
        "case_number": request.case_number,
    }


async def first_answer(
    tx: Transaction, request: Request, into: Callable[..., Answer]
) -> Answer | LedgerRefusal | None:
    """What was answered under this key, RequestChanged if that was another request; None if nothing was."""
    operation = await OPERATIONS.get(
        tx, guild_id=request.guild_id, source=request.source, external_id=request.external_id
    )
    if operation is None:
        return None
    if operation.request_hash != request.fingerprint():
        return RequestChanged()
    if operation.refusal is not None:
        return LEDGER_REFUSALS[operation.refusal](**operation.answer)
    return into(**operation.answer, operation_id=operation.operation_id)


Said = TypeVar("Said")


def told(answer: Said | LedgerRefusal) -> Said:
    """Refuse only after COMMIT: a refusal is an answer and stays."""
    if isinstance(answer, LedgerRefusal):
        raise answer
    return answer


def trimmed(note: str | None) -> str | None:
    return storable(note or "").strip()[:LONGEST_NOTE] or None
