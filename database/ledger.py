"""How one operation of the ledger is claimed, decided, written and remembered."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

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
from database.models.base import storable, utc_now
from database.models.guild_config import GuildConfig
from database.models.ledger_steps import (
    ADD_TRANSFER,
    ANSWER_OPERATION,
    CLAIM_OPERATION,
    FIND_OPERATION,
    LOCK_ACCOUNTS,
    OPEN_ACCOUNTS,
    SET_BALANCE,
    SET_EARNED,
)
from database.models.points import (
    LARGEST_AMOUNT,
    LARGEST_BALANCE,
    LONGEST_NOTE,
    MINT,
    OperationKind,
    Phase,
    PointAccount,
    Source,
)
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
        """SHA-256 of what was asked, to tell a repeat from another request under the same key."""
        return sha256(json.dumps(self).encode()).digest()


Answer = Movement | LedgerRefusal


async def decide(tx: Transaction, request: Request, *, receiver_is_bot: bool) -> Answer:
    """The answer to a request: the one that it got before, or a new one, which is kept."""
    operation_id, answer = await claim(tx, request)
    if answer is None:
        answer = _refusal(request, receiver_is_bot=receiver_is_bot) or await post(tx, operation_id, request)
        await keep_answer(tx, operation_id, request, answer)
    return answer


async def claim(tx: Transaction, request: Request) -> tuple[int, Answer | None]:
    """Take the request's key, or find what was answered to it. A second one at the same time waits here."""
    claimed = await tx.exec(
        CLAIM_OPERATION,
        guild_id=request.guild_id,
        source=request.source,
        external_id=request.external_id,
        request_hash=request.fingerprint(),
        kind=request.kind,
        actor_id=request.actor_id,
        note=request.note,
        asked_at=utc_now(),
    )
    if (operation_id := claimed.first()) is not None:
        return operation_id, None
    known = await tx.exec(
        FIND_OPERATION, guild_id=request.guild_id, source=request.source, external_id=request.external_id
    )
    operation = known.one()
    if operation.request_hash != request.fingerprint():
        return operation.operation_id, RequestChanged()
    if operation.refusal is not None:
        return operation.operation_id, LEDGER_REFUSALS[operation.refusal](**operation.answer)
    return operation.operation_id, Movement(**operation.answer)


def _refusal(request: Request, *, receiver_is_bot: bool) -> LedgerRefusal | None:
    """What can be said without looking at an account."""
    if request.debit_id == request.credit_id:
        return CannotGiveToYourself()
    if receiver_is_bot:
        return BotsHoldNoPoints()
    if not 1 <= request.amount <= LARGEST_AMOUNT:
        return AmountOutOfRange(1, LARGEST_AMOUNT)
    return None


async def post(
    tx: Transaction,
    operation_id: int,
    request: Request,
    *,
    said_at: datetime | None = None,
    cooldown: timedelta = timedelta(0),
) -> Answer:
    """Lock the members' accounts in id order, check, write the transfer and both balances."""
    giver, receiver = await _lock(tx, request)
    if said_at is not None and is_cooling(receiver.last_talked_at, said_at, cooldown):
        return EarnedJustNow()
    if giver is not None and giver.balance < request.amount:
        return NotEnoughPoints(balance=giver.balance, needed=request.amount)
    if receiver.balance + request.amount > LARGEST_BALANCE:
        return BalanceTooHigh(LARGEST_BALANCE)
    movement = Movement(
        amount=request.amount,
        giver_balance=giver.balance - request.amount if giver else None,
        receiver_balance=receiver.balance + request.amount,
    )
    await _write(tx, operation_id, request, movement)
    await _set_balances(tx, request, movement, said_at)
    return movement


async def _lock(tx: Transaction, request: Request) -> tuple[PointAccount | None, PointAccount]:
    """The mint is opened but never locked: its balance is derived, so that no row of a guild is hot."""
    guild_id, ids = request.guild_id, [request.debit_id, request.credit_id]
    await tx.exec(OPEN_ACCOUNTS, guild_id=guild_id, account_ids=ids, opened_at=utc_now())
    members = [account_id for account_id in ids if account_id != MINT]
    locked = (await tx.exec(LOCK_ACCOUNTS, guild_id=guild_id, account_ids=members)).all()
    accounts = {account.account_id: account for account in locked}
    return accounts.get(request.debit_id), accounts[request.credit_id]


async def _write(tx: Transaction, operation_id: int, request: Request, movement: Movement) -> None:
    await tx.exec(
        ADD_TRANSFER,
        guild_id=request.guild_id,
        operation_id=operation_id,
        phase=Phase.POST,
        debit_id=request.debit_id,
        credit_id=request.credit_id,
        amount=request.amount,
        debit_balance=movement.giver_balance,
        credit_balance=movement.receiver_balance,
        posted_at=utc_now(),
    )


async def _set_balances(
    tx: Transaction, request: Request, movement: Movement, said_at: datetime | None
) -> None:
    receiver = {"of_guild_id": request.guild_id, "of_account_id": request.credit_id}
    if said_at is not None:
        await tx.exec(SET_EARNED, **receiver, balance=movement.receiver_balance, said_at=said_at)
    else:
        await tx.exec(SET_BALANCE, **receiver, balance=movement.receiver_balance)
    if movement.giver_balance is not None:
        giver = {"of_guild_id": request.guild_id, "of_account_id": request.debit_id}
        await tx.exec(SET_BALANCE, **giver, balance=movement.giver_balance)


async def keep_answer(tx: Transaction, operation_id: int, request: Request, answer: Answer) -> None:
    """Keep the answer with the operation, for a repeat."""
    if isinstance(answer, LedgerRefusal):
        refusal, facts = answer.code, dict(answer.facts)
    else:
        refusal, facts = None, answer._asdict()
    await tx.exec(
        ANSWER_OPERATION,
        of_guild_id=request.guild_id,
        of_operation_id=operation_id,
        refusal=refusal,
        answer=facts,
    )


def told(answer: Answer) -> Movement:
    """Refuse only after COMMIT: a refusal is an answer and stays."""
    if isinstance(answer, LedgerRefusal):
        raise answer
    return answer


def rule_of(guild_id: int, points: int | None, cooldown_seconds: int | None) -> tuple[int, timedelta]:
    default = GuildConfig(guild_id=guild_id)
    if points is None or cooldown_seconds is None:
        points, cooldown_seconds = default.points_per_message, default.message_cooldown_seconds
    return points, timedelta(seconds=cooldown_seconds)


def is_cooling(last_at: datetime | None, said_at: datetime, cooldown: timedelta) -> bool:
    """Without a cool-down nothing cools, in whatever order the messages arrive."""
    return bool(cooldown) and last_at is not None and said_at < last_at + cooldown


def trimmed(note: str | None) -> str | None:
    return storable(note or "").strip()[:LONGEST_NOTE] or None
