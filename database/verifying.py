"""Looking through a server's ledger: what is new since the last look, or all of it, a piece at a time.

What does not add up freezes the ledger in the transaction that found it, and is said; nothing is corrected.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from database.ledger_refusals import LedgerRefusal
from database.models.operation_checks import CHECK_OPERATIONS, END_OF_OPERATIONS
from database.models.outbox import ASK, Delivery
from database.models.proof import PointCheck
from database.models.proof_steps import (
    CHECK_ACCOUNTS,
    CHECK_OWN,
    FOLLOW,
    FREEZE_LEDGER,
    LOCK_CHECK,
    MOVE_CHECK,
    NEW_TRANSFERS,
    NEXT_ACCOUNTS,
    ONE_TRANSACTION,
    OPEN_CHECK,
    STANDPOINT,
    Damage,
)
from database.transaction import Transaction

NEW_AT_ONCE = 1_000
"""Transfers."""
ACCOUNTS_AT_ONCE = 500
OPERATIONS_AT_ONCE = 2_000
LONGEST_WHY = 500

_IN_WORDS = {
    "balance": "the balance of account {0} is {1:+,} from what its transfers come to",
    "held": "what account {0} has promised is {1:+,} from its open holds",
    "expected": "what account {0} is promised is {1:+,} from its open holds",
    "earned": "what account {0} has earned is {1:+,} from what it was issued",
    "debt": "the debt of account {0} is written as {1:,}, and that is not what it lacks",
    "stated": "transfer {0} names a balance that is {1:+,} from the sum of those up to it",
    "derived": "the server's own account {0} has a balance of {1:,}, where none is kept",
    "ends": "transfer {0} ends a hold that it does not fit",
    "ended twice": "transfer {0} ends a hold that had ended",
    "moves back": "transfer {0} moves another back that it does not fit",
    "moved back twice": "transfer {0} moves back what had been moved back",
    "answer": "operation {0} moved {1:,} points, and that is not what it answered",
}


class Looked(NamedTuple):
    """`at`: how far; None when that was the last piece."""

    damages: Sequence[Damage]
    at: int | None
    rows: int


class NotFrozen(LedgerRefusal):
    code = "not_frozen"
    is_kept = False

    def __init__(self) -> None:
        super().__init__("The ledger of this server is not frozen.")


def in_words(damage: Damage) -> str:
    return _IN_WORDS[damage.claim].format(damage.subject_id, damage.amount)


async def follow(tx: Transaction, guild_id: int, now: datetime) -> tuple[Sequence[Damage], bool]:
    """Look at the accounts that have moved since the last time; whether more wait. One process at a time does."""
    check = await _lock_check(tx, guild_id, now)
    here = (await tx.exec(STANDPOINT)).one()
    if check.cluster != here.cluster:
        # Numbers of transactions are others here: who moved meanwhile is found by looking at everybody.
        check.cluster, check.posted_in, check.walked_to = here.cluster, here.horizon, 0
    if check.walked_to is not None:
        walk = {"guild_id": guild_id, "after": check.walked_to, "limit": ACCOUNTS_AT_ONCE}
        account_ids = (await tx.exec(NEXT_ACCOUNTS, **walk)).all()
        check.walked_to = account_ids[-1] if len(account_ids) == ACCOUNTS_AT_ONCE else None
        is_behind = True
    else:
        new = (
            await tx.exec(NEW_TRANSFERS, guild_id=guild_id, posted_in=check.posted_in, limit=NEW_AT_ONCE)
        ).all()
        is_behind = len(new) == NEW_AT_ONCE and new[-1].posted_in < here.horizon
        if is_behind:
            last = new[-1].posted_in
            new += (await tx.exec(ONE_TRANSACTION, guild_id=guild_id, posted_in=last)).all()
            check.posted_in = last + 1
        else:
            check.posted_in = max(check.posted_in, here.horizon)
        account_ids = sorted({side for each in new for side in (each.debit_id, each.credit_id)})
    damages = (await tx.exec(FOLLOW, guild_id=guild_id, account_ids=account_ids)).all()
    await _keep(tx, check, now)
    await freeze_for(tx, guild_id, damages, now)
    return damages, is_behind


async def look_in_turn(tx: Transaction, guild_id: int, now: datetime) -> tuple[Sequence[Damage], bool]:
    """Look at the next accounts, whether they have moved or not; whether there are more before the round is over."""
    check = await _lock_check(tx, guild_id, now)
    walk = {"guild_id": guild_id, "after": check.turned_to, "limit": ACCOUNTS_AT_ONCE}
    account_ids = (await tx.exec(NEXT_ACCOUNTS, **walk)).all()
    damages = (await tx.exec(FOLLOW, guild_id=guild_id, account_ids=account_ids)).all()
    damages += (await tx.exec(CHECK_OWN, guild_id=guild_id)).all() if check.turned_to == 0 else []
    has_more = len(account_ids) == ACCOUNTS_AT_ONCE
    check.turned_to = account_ids[-1] if has_more else 0
    await _keep(tx, check, now)
    await freeze_for(tx, guild_id, damages, now)
    return damages, has_more


async def _lock_check(tx: Transaction, guild_id: int, now: datetime) -> PointCheck:
    await tx.exec(OPEN_CHECK, guild_id=guild_id, now=now)
    return (await tx.exec(LOCK_CHECK, guild_id=guild_id)).one()


async def _keep(tx: Transaction, check: PointCheck, now: datetime) -> None:
    await tx.exec(
        MOVE_CHECK,
        guild_id=check.guild_id,
        cluster=check.cluster,
        posted_in=check.posted_in,
        walked_to=check.walked_to,
        turned_to=check.turned_to,
        now=now,
    )


async def look_at_accounts(tx: Transaction, guild_id: int, after: int, now: datetime) -> Looked:
    """Add up all transfers of the next accounts."""
    walk = {"guild_id": guild_id, "after": after, "limit": ACCOUNTS_AT_ONCE}
    account_ids = (await tx.exec(NEXT_ACCOUNTS, **walk)).all()
    damages = (await tx.exec(CHECK_ACCOUNTS, guild_id=guild_id, account_ids=account_ids)).all()
    damages += (await tx.exec(CHECK_OWN, guild_id=guild_id)).all() if after == 0 else []
    await freeze_for(tx, guild_id, damages, now)
    is_last = len(account_ids) < ACCOUNTS_AT_ONCE
    return Looked(damages, None if is_last else account_ids[-1], len(account_ids))


async def look_at_operations(tx: Transaction, guild_id: int, after: int, now: datetime) -> Looked:
    """Compare the next operations with their transfers, and ends and reversals with what they name."""
    span = {"guild_id": guild_id, "after": after}
    piece = (await tx.exec(END_OF_OPERATIONS, **span, limit=OPERATIONS_AT_ONCE)).one()
    if piece.until is None:
        return Looked([], None, 0)
    damages = (await tx.exec(CHECK_OPERATIONS, **span, until=piece.until)).all()
    await freeze_for(tx, guild_id, damages, now)
    return Looked(damages, piece.until if piece.rows == OPERATIONS_AT_ONCE else None, piece.rows)


async def freeze_for(tx: Transaction, guild_id: int, damages: Sequence[Damage], now: datetime) -> None:
    """No point moves any more, and the staff is told, once."""
    if not damages:
        return
    more = f" (and {len(damages) - 1} more)" if len(damages) > 1 else ""
    why = f"{in_words(damages[0])}{more}"[:LONGEST_WHY]
    if (await tx.exec(FREEZE_LEDGER, guild_id=guild_id, now=now, why=why)).first() is not None:
        await tx.exec(ASK, guild_id=guild_id, kind=Delivery.LEDGER_ALERT, subject_id=0, due_at=now)
