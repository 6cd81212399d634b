"""Revision 0021 with rows in the tables: cases stay as they are, and on the way down what is held is let go."""

from typing import Any

import asyncpg
import pytest

from database import migrations
from soak.ledger_audit import mistakes_of

ACCOUNTS = """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, held_out, held_in, earned, frozen_at, opened_at)
    VALUES (1, 1, 'mint', 0, 0, 0, 0, NULL, now()), (1, 2, 'treasury', 0, 0, 7, 0, NULL, now()),
        (1, 3, 'burn', 0, 0, 0, 0, NULL, now()), (1, 5001, 'member', 50, 12, 0, 50, now(), now())
"""
OPERATION = """
    INSERT INTO point_operations
        (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at, case_number)
    VALUES (1, $1, $2, sha256('x'), $3, 9, $4, now(), $5) RETURNING operation_id
"""
TRANSFER = """
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance,
        credit_balance, posted_at) VALUES (1, $1, $2, $3, $4, $5, $6, $7, now())
"""
CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, void_message, revision, created_at)
    VALUES (1, $1, 'ban', 'pending', 5001, 'ann', 6, 'max', 'spam', 0, $1, 0, 'command', 'none', 'none', 0, now())
"""
FINE = (
    "UPDATE cases SET fine = 9, fined = $2, fine_state = 'held', fine_operation_id = $3 "
    "WHERE guild_id = 1 AND number = $1"
)
ACCOUNT = "SELECT balance, held_out, held_in, frozen_at IS NOT NULL AS frozen FROM point_accounts WHERE account_id = $1"


async def test_what_is_held_for_fines_is_let_go_on_the_way_down(scratch: str) -> None:
    await migrations.upgrade(scratch, "0020")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(ACCOUNTS)
    awarded = await connection.fetchval(OPERATION, "interaction", 1, "award", '{"amount": 50}', None)
    await connection.execute(TRANSFER, awarded, "post", 1, 5001, 50, None, 50)
    for number in (1, 2):
        await connection.execute(CASE, number)
    before = await connection.fetch("SELECT * FROM cases ORDER BY number")

    await migrations.upgrade(scratch, "0021")
    for number, taken, goes_to in ((1, 5, 3), (2, 7, 2)):
        fined = await connection.fetchval(OPERATION, "case", number * 1000, "fine", '{"asked": 9}', number)
        await connection.execute(
            TRANSFER, fined, "hold", 5001, goes_to, taken, 50, 0 if goes_to == 2 else None
        )
        await connection.execute(FINE, number, taken, fined)
    await connection.execute("INSERT INTO point_freezes VALUES (1, 5001, 1, $1)", awarded)
    assert await mistakes_of(connection, 1) == []
    for wrong in ("fined = 10", "fine_operation_id = NULL", "fine_state = 'none'", "fine = 1000000001"):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(f"UPDATE cases SET {wrong}")
    with pytest.raises(asyncpg.PostgresError, match=r"not emptied|permission denied"):
        await connection.execute("TRUNCATE point_freezes")
    await connection.execute("SET reeve.system = ''")
    assert await connection.fetchval("SELECT count(*) FROM point_freezes") == 0
    await connection.execute("SET reeve.system = 'on'")

    await migrations.downgrade(scratch, "0020")
    assert await connection.fetch("SELECT * FROM cases ORDER BY number") == before
    assert tuple(await connection.fetchrow(ACCOUNT, 5001)) == (50, 0, 0, True)
    assert tuple(await connection.fetchrow(ACCOUNT, 2)) == (0, 0, 0, False)
    assert await mistakes_of(connection, 1) == []
    await migrations.upgrade(scratch, "0021")
    states = await connection.fetch("SELECT DISTINCT fine, fine_state, freezes_points FROM cases")
    assert [tuple(state) for state in states] == [(0, "none", False)]
    await connection.close()
