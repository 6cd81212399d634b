"""Revision 0007 with rows in its tables: what a job did stays in the cases when the tables go."""

from typing import Any

import asyncpg

from database import migrations

CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, revision, created_at)
    VALUES (1, $1, $2, 'active', 5, 'ann', 6, 'max', 'raid', 0, $1, 0, 'command', 'none', 0, now())
"""
JOB = """
    INSERT INTO mass_jobs (guild_id, number, asked_by_id, delete_seconds, due_at, fence, created_at)
    VALUES (1, 1, 6, 0, now(), 0, now())
"""


async def test_what_many_were_banned_for_outlives_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0007")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(CASE, 1, "massban")
    await connection.execute(CASE, 2, "ban")
    await connection.execute(JOB)
    await connection.execute("INSERT INTO mass_targets VALUES (1, 1, 1, 5, 'ann', 2, NULL)")
    before = await connection.fetch("SELECT * FROM cases ORDER BY number")
    await migrations.downgrade(scratch, "0006")
    await migrations.upgrade(scratch, "0007")
    assert await connection.fetch("SELECT * FROM cases ORDER BY number") == before
    assert await connection.fetchval("SELECT count(*) FROM mass_targets") == 0
    await connection.close()
