"""Revision 0014 with rows in the tables: alerts go with it, cases and acts stay as they are."""

from typing import Any

import asyncpg
import pytest

from database import migrations

CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, void_message, revision, created_at)
    VALUES (1, $1, 'ban', 'active', 5, 'ann', 6, 'max', 'spam', 0, $1, 0, 'command', 'none', 'none', 0, now())
"""
ACT = """
    INSERT INTO acts (guild_id, kind, state, purpose, target_id, case_number, payload, due_at, fence, attempts,
        last_error, created_at)
    VALUES (1, 'unban', 'planned', 'end', 5, $1, '{}', now(), 0, 2, 'Give the permission.', now())
"""
WAITS = """
    INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
    VALUES (1, $1, 1, 3, 2, now(), now())
"""
ALERT = "INSERT INTO act_alerts VALUES (1, $1, 8, 9)"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_acts_guild_id_due_at'::regclass"


async def test_cases_and_acts_outlive_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0013")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    for number in (1, 2):
        await connection.execute(CASE, number)
        await connection.execute(ACT, number)

    async def rows() -> list[Any]:
        return [
            *await connection.fetch("SELECT * FROM cases ORDER BY number"),
            *await connection.fetch("SELECT * FROM acts ORDER BY act_id"),
            *await connection.fetch("SELECT * FROM outbox"),
        ]

    await connection.execute(WAITS, "case_log")
    before = await rows()
    await migrations.upgrade(scratch, "0014")
    assert await connection.fetchval(VALID)
    await connection.execute(ALERT, 1)
    await connection.execute(WAITS, "case_end_message")
    with pytest.raises(asyncpg.UniqueViolationError):
        await connection.execute(ALERT, 1)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute(ALERT, 3)
    with pytest.raises(asyncpg.PostgresError):
        await connection.execute("TRUNCATE act_alerts")

    await migrations.downgrade(scratch, "0013")
    assert await rows() == before
    await migrations.upgrade(scratch, "0014")
    assert await rows() == before
    assert await connection.fetchval("SELECT count(*) FROM act_alerts") == 0
    await connection.execute("SET reeve.system = ''")
    await connection.execute("SET reeve.guild_id = '2'")
    assert await connection.fetchval("SELECT count(*) FROM acts") == 0, "another guild's"
    await connection.close()
