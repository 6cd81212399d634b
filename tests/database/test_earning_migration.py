"""Revision 0016 with rows in its tables: what was earned stays, up, down and up again."""

from typing import Any

import asyncpg

from database import migrations

EARNED = """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
    VALUES (1, 1, 'mint', 0, now()), (1, 5000, 'member', 3, now());
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
    VALUES (1, 'batch', 7, sha256('x'), 'talk', 1, '{"earnings": 1, "total": 3}', now());
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
    SELECT 1, operation_id, 'post', 1, 5000, 3, 3, now() FROM point_operations;
"""
FILL = """
    INSERT INTO point_earnings VALUES (1, 'message', 7, 5000, 3, now()), (1, 'voice', 29000000, 5000, 1, now());
    INSERT INTO point_rules VALUES (1, 'channel', 8, 0), (1, 'role', 8, 1000);
    INSERT INTO point_boosts VALUES
        (1, 9, 'server', NULL, 200, 5, now(), now()), (1, 10, 'role', 8, 101, 5, now(), now());
    INSERT INTO point_members VALUES (1, 5000, 'Europe/Berlin', NULL, NULL), (1, 5001, NULL, now(), 'UTC');
    INSERT INTO point_thanks VALUES (1, 5000, 5001, now());
"""
REFUSED = (
    "INSERT INTO point_earnings VALUES (1, 'message', 7, 5000, 3, now())",
    "INSERT INTO point_earnings VALUES (1, 'message', 70, 5000, 0, now())",
    "INSERT INTO point_rules VALUES (1, 'role', 9, 1001)",
    "INSERT INTO point_boosts VALUES (1, 11, 'server', 8, 200, 5, now(), now())",
    "INSERT INTO point_boosts VALUES (1, 11, 'server', NULL, 100, 5, now(), now())",
    "INSERT INTO point_members VALUES (1, 5002, NULL, now(), NULL)",
    "TRUNCATE point_earnings",
)
KEPT = "SELECT (SELECT sum(balance) FROM point_accounts), (SELECT array_agg(t.amount) FROM point_transfers t)"


async def test_what_was_earned_stays_up_down_and_up_again(scratch: str) -> None:
    await migrations.upgrade(scratch, "0015")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(EARNED)
    before = await connection.fetchrow(KEPT)
    for _ in range(2):
        await migrations.upgrade(scratch, "0016")
        await connection.execute(FILL)
        for act in REFUSED:
            try:
                await connection.execute(act)
            except asyncpg.PostgresError:
                continue
            raise AssertionError(act)
        assert await connection.fetchrow(KEPT) == before
        await migrations.downgrade(scratch, "0015")
        assert await connection.fetchrow(KEPT) == before
    await connection.close()
