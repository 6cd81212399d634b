"""Revision 0015 with rows in the tables: points stay what they are on the way up, and on the way down and up again."""

from typing import Any

import asyncpg

from database import migrations
from soak.ledger_audit import mistakes_of

GUILD = 1
OLD = (
    "INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at) VALUES "
    "(1, 1, 'mint', 0, now()), (1, 5001, 'member', 7, now()), (1, 5002, 'member', 3, now())",
    "INSERT INTO point_operations (guild_id, operation_id, source, external_id, request_hash, kind, actor_id, answer, "
    "asked_at) OVERRIDING SYSTEM VALUE VALUES "
    "(1, 1, 'interaction', 91, sha256('a'), 'award', 9, '{\"amount\": 10}', now()), "
    "(1, 2, 'interaction', 92, sha256('b'), 'give', 5001, '{\"amount\": 3}', now())",
    "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance, "
    "credit_balance, posted_at) VALUES (1, 1, 'post', 1, 5001, 10, NULL, 10, now()), "
    "(1, 2, 'post', 5001, 5002, 3, 7, 3, now())",
    "SELECT setval(pg_get_serial_sequence('point_operations', 'operation_id'), 2)",
)


async def test_what_was_earned_is_counted_and_gifts_are_not(scratch: str) -> None:
    await migrations.upgrade(scratch, "0014")
    connection = await seeing_all(scratch)
    for statement in OLD:
        await connection.execute(statement)
    await migrations.upgrade(scratch, "0015")
    earned = await connection.fetch(
        "SELECT account_id, earned, posted FROM point_accounts, (SELECT max(posted_in) AS "
        "posted FROM point_transfers) t WHERE kind = 'member' ORDER BY account_id"
    )
    assert [tuple(row) for row in earned] == [(5001, 10, 0), (5002, 0, 0)]
    assert await mistakes_of(connection, GUILD) == []
    await connection.close()


NEW = (
    "INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at) VALUES (1, 4, 'shop', 0, now())",
    "INSERT INTO point_operations (guild_id, operation_id, source, external_id, request_hash, kind, actor_id, answer, "
    "asked_at) OVERRIDING SYSTEM VALUE VALUES "
    "(1, 3, 'interaction', 93, sha256('c'), 'set', 9, '{\"amount\": 13}', now()), "
    "(1, 4, 'draft', 92, sha256('d'), 'hold', 5001, '{\"amount\": 5}', now()), "
    "(1, 5, 'interaction', 95, sha256('e'), 'give', 5002, '{\"amount\": 3}', now()), "
    "(1, 6, 'case', 92, sha256('f'), 'reverse', 9, '{\"total\": 3, \"members\": 1}', now()), "
    "(1, 7, 'interaction', 97, sha256('g'), 'freeze', 9, '{\"is_frozen\": true}', now())",
    "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance, "
    "credit_balance, reverses_id, posted_at, expires_at) VALUES "
    "(1, 3, 'post', 1, 5001, 13, NULL, 20, NULL, now(), NULL), "
    "(1, 4, 'hold', 5001, 4, 5, 20, NULL, NULL, now(), now()), "
    "(1, 5, 'post', 5002, 5001, 3, 0, 23, NULL, now(), NULL), "
    "(1, 6, 'post', 5002, 5001, 3, -3, 26, 2, now(), NULL)",
    "UPDATE point_accounts SET balance = 26, held_out = 5, earned = 23 WHERE account_id = 5001",
    "UPDATE point_accounts SET balance = -3, debt = 3, frozen_at = now() WHERE account_id = 5002",
    "INSERT INTO point_ledgers VALUES (1, now(), 'a test')",
    "SELECT setval(pg_get_serial_sequence('point_operations', 'operation_id'), 7)",
)
DEBT = (
    "UPDATE point_accounts SET balance = -2, debt = 2, frozen_at = now() WHERE account_id = 5002",
    "INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at) "
    "VALUES (1, 'interaction', 98, sha256('h'), 'take', 9, '{\"amount\": 2}', now())",
    "INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, debit_balance, "
    "posted_at) SELECT 1, max(operation_id), 'post', 5002, 1, 2, -2, now() FROM point_operations",
    "UPDATE point_accounts SET earned = earned - 2 WHERE account_id = 5002",
)


async def test_holds_debts_and_freezes_go_down_and_up_and_all_adds_up(scratch: str) -> None:
    """Twice, as keys that the way down makes must be new each time."""
    await migrations.upgrade(scratch, "0014")
    connection = await seeing_all(scratch)
    for statement in OLD:
        await connection.execute(statement)
    for rows in (NEW, DEBT):
        await migrations.upgrade(scratch, "0015")
        for statement in rows:
            await connection.execute(statement)
        assert await mistakes_of(connection, GUILD) == []
        await migrations.downgrade(scratch, "0014")
        assert await balances(connection) == {5001: 26, 5002: 0}
        kinds = await connection.fetch("SELECT DISTINCT kind FROM point_operations ORDER BY kind")
        assert [row["kind"] for row in kinds] == ["award", "give"]
    await migrations.upgrade(scratch, "0015")
    assert await mistakes_of(connection, GUILD) == []
    assert await connection.fetchval("SELECT sum(held_out + held_in + debt) FROM point_accounts") == 0
    assert await connection.fetchval("SELECT earned FROM point_accounts WHERE account_id = 5001") == 23
    await connection.close()


async def balances(connection: Any) -> dict[int, int]:
    rows = await connection.fetch("SELECT account_id, balance FROM point_accounts WHERE kind = 'member'")
    return {row["account_id"]: row["balance"] for row in rows}


async def seeing_all(dsn: str) -> Any:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    return connection
