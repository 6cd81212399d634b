"""Revisions 0010 and 0011 with rows in the tables: what waits of cases goes on waiting, with them and without."""

from typing import Any

import asyncpg
import pytest

from database import migrations

CASE = """
    INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, reason,
        points, interaction_id, part, origin, direct_message, void_message, revision, created_at)
    VALUES (1, 7, 'ban', 'active', 11, 'ann', 22, 'max', 'spam', 0, 99, 0, 'command', 'none', 'none', 0, now())
"""
WAITS = """
    INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
    VALUES (1, $1, 7, 3, 2, now(), now())
"""
DRAFT = """
    INSERT INTO drafts (guild_id, interaction_id, question, state, asked_by_id, request, created_at, expires_at)
    VALUES (1, 5, 'second', 'waiting', 22, '{}', now(), now())
"""
APPEAL = """
    INSERT INTO appeals (guild_id, number, case_number, appellant_id, state, told, interaction_id, created_at, text)
    VALUES (1, 1, 7, 11, 'open', 'none', 5, now(), 'not me')
"""
DENIED = "UPDATE appeals SET state = 'denied', reviewer_id = 3, decision_id = 6, decided_at = now()"


async def test_what_waits_outlives_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0009")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(CASE)
    await connection.execute(WAITS, "case_log")
    await connection.execute(DRAFT)
    before = [await connection.fetch(f"SELECT * FROM {table}") for table in ("outbox", "drafts")]
    for _ in range(2):
        await migrations.upgrade(scratch, "0011")
        await connection.execute(APPEAL)
        for kind in ("appeal_post", "appeal_answer", "guard_post", "guard_owner", "second_post"):
            await connection.execute(WAITS, kind)
        await connection.execute("INSERT INTO staff_guards VALUES (1, 22, now(), 61, now())")
        await connection.execute("UPDATE drafts SET post_channel_id = 1, post_message_id = 2")
        await connection.execute(DENIED)
        for act in (
            "DELETE FROM appeals",
            "UPDATE appeals SET text = 'x'",
            "UPDATE appeals SET state = 'approved'",
        ):
            with pytest.raises((asyncpg.RestrictViolationError, asyncpg.InsufficientPrivilegeError)):
                await connection.execute(act)
        await migrations.downgrade(scratch, "0009")
        after = [await connection.fetch(f"SELECT * FROM {table}") for table in ("outbox", "drafts")]
        assert after == before
    await connection.close()
