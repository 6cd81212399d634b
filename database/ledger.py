"""How one operation of the ledger is decided, written and remembered.

The accounts are locked first, in id order; then its key, the answer, the transfer and the balances are written in one
statement. A repeat is decided anew, but its key is taken: nothing is written, and the first answer counts.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, Protocol, TypeVar

from database.errors import (
    LEDGER_REFUSALS,
    AmountOutOfRange,
    BalanceTooHigh,
    BotsHoldNoPoints,
    CannotGiveToYourself,
    EarnedJustNow,
    LedgerRefusal,
    NotEnoughPoints,
    RequestChanged,
)
from database.models.base import utc_now
from database.models.guild_config import GuildSettings
from database.models.ledger_steps import (
    KEEP_REFUSAL,
    LOCK_ACCOUNTS,
    OPEN_ACCOUNTS,
    OPERATIONS,
    POST_TRANSFER,
    Held,
)
from database.models.points import (
    LARGEST_AMOUNT,
    LARGEST_BALANCE,
    LONGEST_NOTE,
    OperationKind,
    Source,
)
from database.texts import storable
from database.transaction import Transaction


class Movement(NamedTuple):
    """What an operation did: the answer that a repeat gets again."""

    amount: int
    giver_balance: int | None
    receiver_balance: int


class Request(NamedTuple):
    """One wish to move points. `external_id` is unique for its source: an interaction's or a message's id."""

    guild_id: int
    kind: OperationKind
    source: Source
    external_id: int
    actor_id: int
    debit_id: int
    credit_id: int
    amount: int
    note: str | None

    def fingerprint(self) -> bytes:
        return fingerprint_of(self)


class Keyed(Protocol):
    """Whatever is asked of the ledger under a key."""

    @property
    def guild_id(self) -> int: ...
    @property
    def kind(self) -> OperationKind: ...
    @property
    def source(self) -> Source: ...
    @property
    def external_id(self) -> int: ...
    @property
    def actor_id(self) -> int: ...
    @property
    def note(self) -> str | None: ...
    def fingerprint(self) -> bytes: ...


def fingerprint_of(asked: tuple[Any, ...]) -> bytes:
    """SHA-256 of what was asked, to tell a repeat from another request under the same key."""
    return sha256(json.dumps(asked).encode()).digest()


T = TypeVar("T")
Answer = Movement | LedgerRefusal


async def decide(tx: Transaction, request: Request, *, receiver_is_bot: bool) -> Answer:
    """The answer to a request: a new one, which is kept, or the one that it got before."""
    answer = _refusal(request, receiver_is_bot=receiver_is_bot) or await check(tx, request)
    return answer if await keep(tx, request, answer) else await first_answer(tx, request, Movement)


def _refusal(request: Request, *, receiver_is_bot: bool) -> LedgerRefusal | None:
    """What can be said without looking at an account."""
    if request.debit_id == request.credit_id:
        return CannotGiveToYourself()
    if receiver_is_bot:
        return BotsHoldNoPoints()
    if not 1 <= request.amount <= LARGEST_AMOUNT:
        return AmountOutOfRange(1, LARGEST_AMOUNT)
    return None


async def check(
    tx: Transaction,
    request: Request,
    *,
    said_at: datetime | None = None,
    cooldown: timedelta = timedelta(0),
) -> Answer:
    """Lock the members' accounts, and say what the request comes to. Nothing is written yet."""
    held = await lock(tx, request.guild_id, [request.debit_id, request.credit_id])
    giver, receiver = held.get(request.debit_id), held[request.credit_id]
    if said_at is not None and is_cooling(receiver.last_talked_at, said_at, cooldown):
        return EarnedJustNow()
    if giver is not None and giver.balance < request.amount:
        return NotEnoughPoints(balance=giver.balance, needed=request.amount)
    if receiver.balance + request.amount > LARGEST_BALANCE:
        return BalanceTooHigh(LARGEST_BALANCE)
    return Movement(
        amount=request.amount,
        giver_balance=giver.balance - request.amount if giver else None,
        receiver_balance=receiver.balance + request.amount,
    )


async def lock(tx: Transaction, guild_id: int, account_ids: Sequence[int]) -> dict[int, Held]:
    """Lock the members' accounts in id order; those that are missing come to be first."""
    wanted = {"guild_id": guild_id, "account_ids": account_ids}
    held = (await tx.exec(LOCK_ACCOUNTS, **wanted)).all()
    if not held:
        await tx.exec(OPEN_ACCOUNTS, **wanted, opened_at=utc_now())
        held = (await tx.exec(LOCK_ACCOUNTS, **wanted)).all()
    return {account.account_id: account for account in held}


async def keep(tx: Transaction, request: Request, answer: Answer, *, said_at: datetime | None = None) -> bool:
    """Write the answer and what follows from it; False, and nothing is written, if the request had been answered."""
    if isinstance(answer, LedgerRefusal):
        return await keep_refusal(tx, request, answer)
    posted = await tx.exec(
        POST_TRANSFER,
        **operation_values(request, None, answer._asdict()),
        debit_id=request.debit_id,
        credit_id=request.credit_id,
        amount=request.amount,
        debit_balance=answer.giver_balance,
        credit_balance=answer.receiver_balance,
        said_at=said_at,
    )
    return posted.first() is not None


async def keep_refusal(tx: Transaction, request: Keyed, refusal: LedgerRefusal) -> bool:
    """A refusal is an answer, too: it stays what it is. False if the request had been answered before."""
    kept = await tx.exec(KEEP_REFUSAL, **operation_values(request, refusal.code, dict(refusal.facts)))
    return kept.first() is not None


def operation_values(request: Keyed, refusal: str | None, answer: dict[str, Any]) -> dict[str, Any]:
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
    }


async def first_answer(tx: Transaction, request: Keyed, into: Callable[..., T]) -> T | LedgerRefusal:
    """What was answered under this key; RequestChanged if that was another request."""
    operation = await OPERATIONS.one(
        tx, guild_id=request.guild_id, source=request.source, external_id=request.external_id
    )
    if operation.request_hash != request.fingerprint():
        return RequestChanged()
    if operation.refusal is not None:
        return LEDGER_REFUSALS[operation.refusal](**operation.answer)
    return into(**operation.answer)


def told(answer: T | LedgerRefusal) -> T:
    """Refuse only after COMMIT: a refusal is an answer and stays."""
    if isinstance(answer, LedgerRefusal):
        raise answer
    return answer


def rule_of(guild_id: int, points: int | None, cooldown_seconds: int | None) -> tuple[int, timedelta]:
    default = GuildSettings(guild_id)
    if points is None or cooldown_seconds is None:
        points, cooldown_seconds = default.points_per_message, default.message_cooldown_seconds
    return points, timedelta(seconds=cooldown_seconds)


def is_cooling(last_at: datetime | None, said_at: datetime, cooldown: timedelta) -> bool:
    """Without a cool-down nothing cools, in whatever order the messages arrive."""
    return bool(cooldown) and last_at is not None and said_at < last_at + cooldown


def trimmed(note: str | None) -> str | None:
    return storable(note or "").strip()[:LONGEST_NOTE] or None
