"""Revision 0009 with rows in the tables: what waits of cases goes on waiting, and reports are gone on the way back."""

from typing import Any

import asyncpg
import pytest

from database import migrations

CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, void_message, revision, created_at)
    VALUES (1, 7, 'warn', 'active', 11, 'ann', 22, 'max', 'spam', 0, 99, 0, 'command', 'none', 'none', 0, now())
"""
WAITS = """
    INSERT INTO outbox (guild_id, kind, {column}, generation, attempts, due_at, created_at)
    VALUES (1, $1, $2, 3, 2, now(), now())
"""
REPORT = """
    WITH counted AS (INSERT INTO report_counters VALUES (1, 1)), made AS (
        INSERT INTO reports (guild_id, number, target_id, target_name, state, case_number, closed_by_id, created_at,
            closed_at) VALUES (1, 1, 11, 'ann', 'closed', 7, 22, now(), now()) RETURNING guild_id, number
    ), said AS (
        INSERT INTO report_voices SELECT guild_id, number, 33, 'ben', 'rude', 44, now() FROM made
    ), step AS (
        INSERT INTO report_steps SELECT guild_id, number, 1, 'closed', 22, 55, now() FROM made
    ), kept AS (
        INSERT INTO report_files VALUES (1, 44, 1, 'message', 'm.json', '\\x00', sha256('\\x00'), now())
    )
    INSERT INTO report_replies (guild_id, number, reporter_id, text, state, interaction_id, asked_at)
    SELECT guild_id, number, 33, 'thank you', 'pending', 55, now() FROM made
"""


async def test_what_waits_outlives_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0008")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(CASE)
    await connection.execute(WAITS.format(column="case_number"), "case_log", 7)
    before = dict(await connection.fetchrow("SELECT * FROM outbox"))

    await migrations.upgrade(scratch, "0009")
    after = dict(await connection.fetchrow("SELECT * FROM outbox"))
    assert after.pop("subject_id") == before["case_number"]
    assert after.items() <= before.items()
    await connection.execute(REPORT)
    await connection.execute(WAITS.format(column="subject_id"), "report_post", 1)

    await migrations.downgrade(scratch, "0008")
    assert [dict(row) for row in await connection.fetch("SELECT * FROM outbox")] == [before]
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await connection.execute(WAITS.format(column="case_number"), "case_direct_message", 8)
    await migrations.upgrade(scratch, "0009")
    assert await connection.fetchval("SELECT count(*) FROM reports") == 0
    await connection.close()
