"""Revision 0018 with rows in the tables: boards come to be of what is there, and who left is noted from then on."""

from typing import Any

import asyncpg

from database import migrations

POINTS = """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
    VALUES (1, 1, 'mint', 0, now()), (1, 5000, 'member', 7, now());
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
    VALUES (1, 'interaction', 1, sha256('x'), 'award', 1, '{}', now());
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, credit_balance, posted_at)
    SELECT 1, operation_id, 'post', 1, 5000, 7, 7, now() FROM point_operations;
    INSERT INTO users VALUES (1, 5000, 'ann', 'Ann', now(), now(), NULL)
"""
SEASON = "INSERT INTO point_seasons VALUES (1, 1, 'one', now(), 1, 1)"
LEFT = "UPDATE users SET left_at = CASE WHEN left_at IS NULL THEN now() END"


async def test_points_and_people_outlive_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0017")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(POINTS)
    before = [await connection.fetch(f"SELECT * FROM {table}") for table in KEPT]

    await migrations.upgrade(scratch, "0018")
    await connection.execute(SEASON)
    await connection.execute("INSERT INTO point_boards VALUES (1, 0, 5000, 7, false)")
    await connection.execute("UPDATE users SET name = 'anna'")
    assert await connection.fetchval("SELECT count(*) FROM membership_changes") == 0
    for _ in range(2):
        await connection.execute(LEFT)
    assert await connection.fetchval("SELECT array_agg(user_id) FROM membership_changes") == [5000, 5000]
    await connection.execute("UPDATE users SET name = 'ann'")

    await migrations.downgrade(scratch, "0017")
    assert [await connection.fetch(f"SELECT * FROM {table}") for table in KEPT] == before
    await connection.execute(LEFT)
    await connection.execute(LEFT)
    await migrations.upgrade(scratch, "0018")
    assert [await connection.fetch(f"SELECT * FROM {table}") for table in KEPT] == before
    assert await connection.fetchval("SELECT count(*) FROM point_boards") == 0
    await connection.close()


KEPT = ("point_accounts", "point_operations", "point_transfers", "users")
