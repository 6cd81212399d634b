"""Who audits the ledger sees each kind of mistake: rows are changed behind its back, one after the other."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import asyncpg
import pytest
from full_ledger import full
from sqlalchemy import make_url

from soak.ledger_audit import mistakes_of

ANN, BEN, CEM = 5_001, 5_002, 5_003
OF_MEMBER = "UPDATE point_accounts SET {} WHERE guild_id = $1 AND account_id = 5001"
OF_LAST = (
    "UPDATE point_transfers SET {} WHERE (guild_id, transfer_id) = "
    "(SELECT guild_id, max(transfer_id) FROM point_transfers WHERE guild_id = $1 AND {} GROUP BY guild_id)"
)
AGAIN = (
    "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance, "
    "credit_balance, parent_id, reverses_id, posted_at) SELECT guild_id, operation_id, phase, debit_id, credit_id, "
    "amount, debit_balance, credit_balance, parent_id, reverses_id, posted_at FROM point_transfers "
    "WHERE guild_id = $1 AND {} ORDER BY transfer_id DESC LIMIT 1"
)
PLANTS = {
    "balance of 5001": OF_MEMBER.format("balance = balance + 1"),
    "held of 5001": OF_MEMBER.format("held_out = held_out + 1"),
    "expected by 5001": OF_MEMBER.format("held_in = held_in + 1"),
    "debt of 5001": OF_MEMBER.format("debt = debt + 1"),
    "earned by 5001": OF_MEMBER.format("earned = earned + 1"),
    "a balance of the derived account 1": (
        "UPDATE point_accounts SET balance = 1 WHERE guild_id = $1 AND account_id = 1"
    ),
    "says of 5002": OF_LAST.format(
        "credit_balance = credit_balance + 1", "credit_id = 5002 AND phase = 'post'"
    ),
    "resolved often": AGAIN.format("phase = 'void'"),
    "reversed often": AGAIN.format("reverses_id IS NOT NULL"),
    "ends is another hold": OF_LAST.format("amount = amount + 100", "phase = 'capture'"),
    "moves back is another": OF_LAST.format("amount = amount + 100", "reverses_id IS NOT NULL"),
    "rows of operation": AGAIN.format("phase = 'post' AND reverses_id IS NULL"),
    "the amount that operation": OF_LAST.format("amount = amount + 1", "phase = 'void'").replace(
        "void", "hold"
    ),
    "unanswered": (
        "UPDATE point_operations SET answer = NULL WHERE (guild_id, operation_id) = (SELECT guild_id, "
        "max(operation_id) FROM point_operations WHERE guild_id = $1 GROUP BY guild_id)"
    ),
}

LIMITS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) FROM pg_constraint
    WHERE conrelid IN ('point_transfers'::regclass, 'point_accounts'::regclass) AND contype IN ('u', 'c')
    UNION ALL
    SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index
    WHERE indrelid = 'point_transfers'::regclass AND indisunique
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@pytest.fixture
async def superuser(dsn: str) -> AsyncIterator[Any]:
    """Whom no wall and no grant stops."""
    connection = await asyncpg.connect(make_url(dsn).set(username="postgres").render_as_string())
    yield connection
    await connection.close()


async def test_a_ledger_with_rows_of_every_kind_is_right(ledger: Any, new_id: Callable[[], int]) -> None:
    await full(ledger, new_id)
    assert await ledger.mistakes() == []
    assert await ledger.balance(BEN) == -25


@pytest.mark.parametrize("claim", PLANTS)
async def test_a_row_that_was_changed_is_found(
    ledger: Any, superuser: Any, new_id: Callable[[], int], claim: str
) -> None:
    """What the tables themselves refuse is switched off for the plant, in a transaction that is rolled back."""
    await full(ledger, new_id)
    planting = superuser.transaction()
    await planting.start()
    await superuser.execute("SET LOCAL session_replication_role = replica")
    for (drops,) in await superuser.fetch(LIMITS):
        await superuser.execute(drops)
    await superuser.execute(PLANTS[claim], ledger.guild_id)
    found = await mistakes_of(superuser, ledger.guild_id)
    await planting.rollback()
    assert any(claim in mistake for mistake in found), found
    assert await ledger.mistakes() == []
