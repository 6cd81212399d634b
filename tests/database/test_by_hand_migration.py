"""Revision 0013 with rows in the tables: what stands knows by which case it was decided, and goes on standing."""

from typing import Any

import asyncpg

from database import migrations

CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, revision, created_at)
    VALUES (1, 1, 'ban', 'active', 5, 'ann', 6, 'max', 'spam', 0, 77, 0, 'command', 'none', 0, now())
"""
STANDS = """
    INSERT INTO restrictions (guild_id, subject_id, kind, wanted, version, applied_version, case_number, payload,
        changed_at)
    VALUES (1, 5, 'ban', true, 1, 1, $1, '{}', now()), (1, 6, 'lock', true, 1, 1, NULL, '{}', now())
"""
WAITS = """
    INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
    VALUES (1, $1, 0, 3, 2, now(), now())
"""


async def test_what_stands_outlives_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0012")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(CASE)
    await connection.execute(STANDS, 1)
    await connection.execute(WAITS, "digest")
    before = await everything(connection)

    await migrations.upgrade(scratch, "0013")
    assert await decided(connection) == [77, 0]
    await connection.execute(WAITS, "audit_alert")
    await connection.execute("INSERT INTO audit_cursors VALUES (1, 99, false)")

    await migrations.downgrade(scratch, "0012")
    assert await everything(connection) == before
    await migrations.upgrade(scratch, "0013")
    assert await decided(connection) == [77, 0]
    assert await connection.fetchval("SELECT count(*) FROM audit_cursors") == 0
    await connection.close()


async def everything(connection: Any) -> list[Any]:
    return [
        await connection.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        for table in ("cases", "restrictions", "outbox")
    ]


async def decided(connection: Any) -> list[int]:
    return [
        row[0] for row in await connection.fetch("SELECT decided_by_id FROM restrictions ORDER BY subject_id")
    ]
