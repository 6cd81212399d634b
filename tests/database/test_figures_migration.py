"""Revision 0012 with rows in the tables: what waits of cases and reports goes on waiting, with digests and without."""

from typing import Any

import asyncpg
import pytest

from database import migrations

WAITS = """
    INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at)
    VALUES (1, $1, $2, 3, 2, now(), now())
"""


async def test_what_waits_outlives_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0011")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    for kind in ("case_log", "report_post"):
        await connection.execute(WAITS, kind, 7)
    before = await connection.fetch("SELECT * FROM outbox ORDER BY kind")
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(WAITS, "digest", 202647)

    await migrations.upgrade(scratch, "0012")
    await connection.execute(WAITS, "digest", 202647)
    await connection.execute("INSERT INTO digests VALUES (1, 202647, 'planned', now())")
    await connection.execute("INSERT INTO automod_rules VALUES (1, 5, 'warn', 3)")
    assert await connection.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = $1::regclass", INDEX)

    await migrations.downgrade(scratch, "0011")
    assert await connection.fetch("SELECT * FROM outbox ORDER BY kind") == before
    await migrations.upgrade(scratch, "0012")
    assert await connection.fetch("SELECT * FROM outbox ORDER BY kind") == before
    assert await connection.fetchval("SELECT count(*) FROM digests") == 0
    await connection.close()


INDEX = "ix_cases_guild_id_created_at"
