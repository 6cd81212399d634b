"""Revision 0017 with rows in the tables: rewards and announcements go with it, points and other posts stay."""

from typing import Any

import asyncpg
import pytest

from database import migrations

ACCOUNT = (
    "INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at, earned) "
    "VALUES (1, 5000, 'member', 300, now(), 300)"
)
POST = (
    "INSERT INTO outbox (guild_id, kind, subject_id, generation, attempts, due_at, created_at) "
    "VALUES (1, $1, 5000, 1, 0, now(), now())"
)
REWARD = "INSERT INTO level_rewards VALUES (1, $1, $2)"
REACHED = "INSERT INTO point_levels VALUES (1, 5000, $1, now())"


async def test_points_outlive_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0016")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(ACCOUNT)
    await connection.execute(POST, "case_log")
    with pytest.raises(asyncpg.CheckViolationError):
        await connection.execute(POST, "level_up")

    async def rows() -> list[Any]:
        return [
            *await connection.fetch("SELECT * FROM point_accounts"),
            *await connection.fetch("SELECT * FROM outbox ORDER BY outbox_id"),
        ]

    before = await rows()
    await migrations.upgrade(scratch, "0017")
    for kind in ("level_up", "level_roles", "level_alert"):
        await connection.execute(POST, kind)
    await connection.execute(REWARD, 1, 11)
    await connection.execute(REACHED, 2)
    await connection.execute("INSERT INTO level_syncs VALUES (1, 1, 0)")
    for level, role_id in ((1, 12), (2, 11)):
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(REWARD, level, role_id)
    for level in (0, 1_001):
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute(REACHED, level)
    for change in ("UPDATE point_levels SET level = 3", "DELETE FROM point_levels", "TRUNCATE level_rewards"):
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(change)

    await migrations.downgrade(scratch, "0016")
    assert await rows() == before
    await migrations.upgrade(scratch, "0017")
    assert await rows() == before
    for table in ("level_rewards", "point_levels", "level_syncs"):
        assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0
    await connection.close()
