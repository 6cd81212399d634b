"""One operation that awards points to many members: all of them get theirs, or nobody does."""

from typing import NamedTuple

from database.errors import AmountOutOfRange, BalanceTooHigh, LedgerRefusal, ReceiversOutOfRange
from database.ledger import fingerprint_of, first_answer, keep_refusal, operation_values
from database.models.base import utc_now
from database.models.batch_steps import LOCK_MANY, POST_MANY
from database.models.ledger_steps import OPEN_ACCOUNTS
from database.models.points import LARGEST_AMOUNT, LARGEST_BALANCE, MINT, OperationKind, Source
from database.transaction import Transaction

MOST_RECEIVERS = 10_000


class Awarded(NamedTuple):
    """What a batch did: to how many members, and how many points in all."""

    members: int
    total: int


class Batch(NamedTuple):
    """`member_ids` and `amounts` belong together, in the order of the ids."""

    guild_id: int
    kind: OperationKind
    source: Source
    external_id: int
    actor_id: int
    member_ids: list[int]
    amounts: list[int]
    note: str | None

    def fingerprint(self) -> bytes:
        return fingerprint_of(self)


async def decide_batch(tx: Transaction, batch: Batch) -> Awarded | LedgerRefusal:
    """The answer to a batch: a new one, which is kept, or the one that it got before."""
    answer = _refusal(batch) or await _check(tx, batch)
    if isinstance(answer, LedgerRefusal):
        kept = await keep_refusal(tx, batch, answer)
    else:
        posted = await tx.exec(
            POST_MANY,
            **operation_values(batch, None, answer._asdict()),
            member_ids=batch.member_ids,
            amounts=batch.amounts,
        )
        kept = posted.first() is not None
    return answer if kept else await first_answer(tx, batch, Awarded)


def _refusal(batch: Batch) -> LedgerRefusal | None:
    if not 1 <= len(batch.member_ids) <= MOST_RECEIVERS:
        return ReceiversOutOfRange(1, MOST_RECEIVERS)
    if not all(1 <= amount <= LARGEST_AMOUNT for amount in batch.amounts):
        return AmountOutOfRange(1, LARGEST_AMOUNT)
    return None


async def _check(tx: Transaction, batch: Batch) -> Awarded | LedgerRefusal:
    """Lock all accounts in id order, and look whether one of them would hold too much."""
    account_ids = [MINT, *batch.member_ids]
    lock = {"guild_id": batch.guild_id, "account_ids": account_ids}
    wanted = {**lock, "member_ids": batch.member_ids, "amounts": batch.amounts}
    held = (await tx.exec(LOCK_MANY, **wanted)).one()
    if held.accounts == 0:
        await tx.exec(OPEN_ACCOUNTS, **lock, opened_at=utc_now())
        held = (await tx.exec(LOCK_MANY, **wanted)).one()
    if held.highest > LARGEST_BALANCE:
        return BalanceTooHigh(LARGEST_BALANCE)
    return Awarded(members=held.accounts, total=sum(batch.amounts))
