"""Revision 0008: the ladder of escalation, and reasons to choose from."""

from typing import Any

import asyncpg
import pytest

from database import migrations


async def test_revision_0008_goes_up_and_down_with_rows_in_the_tables(scratch: str) -> None:
    """The settings and the cases stay; the ladder goes with its tables."""
    await migrations.upgrade(scratch, "0007")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(
        "INSERT INTO guild_configs (guild_id, version, moderator_role_ids, manager_role_ids, points_per_message, "
        "message_cooldown_seconds, language, time_zone, updated_at) "
        "VALUES (1, 3, '{}', '{}', 1, 60, 'en', 'UTC', now())"
    )
    kept = "SELECT version, points_per_message, updated_at FROM guild_configs"
    before = await connection.fetch(kept)
    for _ in range(2):
        await migrations.upgrade(scratch, "0008")
        assert await connection.fetchval("SELECT ladder_days FROM guild_configs") == 30
        await connection.execute("INSERT INTO ladder_steps VALUES (1, 2, 'timeout', 60)")
        await connection.execute("INSERT INTO reason_presets VALUES (1, 'spam', 'No spam.', 1)")
        for wrong in (
            "(1, 3, 'timeout', NULL)",
            "(1, 3, 'kick', 60)",
            "(1, 3, 'warn', NULL)",
            "(1, 0, 'kick', NULL)",
        ):
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(f"INSERT INTO ladder_steps VALUES {wrong}")
        await migrations.downgrade(scratch, "0007")
        assert await connection.fetch(kept) == before
    await connection.close()
