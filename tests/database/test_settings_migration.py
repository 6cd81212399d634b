"""Revision 0004 with rows in the tables: old settings stay, new ones have their defaults, changes stay on record."""

from typing import Any

import asyncpg

from database import migrations
from database.migrations import skew
from database.models import GuildSettings

OF_0003 = (
    "INSERT INTO guild_configs (guild_id, version, log_channel_id, moderator_role_ids, manager_role_ids, "
    "points_per_message, message_cooldown_seconds, language, time_zone, updated_at) "
    "VALUES ($1, 1, 5, '{6}', '{}', 9, 60, 'de', 'Europe/Berlin', now())"
)
CHANGED = "INSERT INTO guild_config_changes VALUES (1, 1, $1, 'null', '7', 3, now())"


async def test_settings_and_their_history_outlive_the_way_up_down_and_up(scratch: str) -> None:
    await migrations.upgrade(scratch, "0003")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(OF_0003, 1)
    before = dict(await connection.fetchrow("SELECT * FROM guild_configs"))

    await migrations.upgrade(scratch, "0004")
    after = dict(await connection.fetchrow("SELECT * FROM guild_configs"))
    defaults = GuildSettings(1)._asdict()
    assert {name: after[name] for name in before} == before
    assert {name: after[name] for name in after.keys() - before.keys()} == {
        name: [] if name == "timeout_takes_role_ids" else defaults[name]
        for name in after.keys() - before.keys()
    }
    await connection.execute(OF_0003, 2)
    await connection.execute("INSERT INTO dm_templates VALUES (1, 'ban', 'Farewell')")
    await connection.execute("UPDATE guild_configs SET guard_targets = 7")
    await connection.execute(CHANGED, "guard_targets")

    await migrations.downgrade(scratch, "0003")
    assert dict(await connection.fetchrow("SELECT * FROM guild_configs WHERE guild_id = 1")) == before
    assert await connection.fetchval("SELECT setting FROM guild_config_changes") == "guard_targets"
    await migrations.upgrade(scratch, "0004")
    assert await connection.fetchval("SELECT guard_targets FROM guild_configs WHERE guild_id = 1") == 25
    await connection.close()


async def test_the_mark_lets_code_of_the_revision_before_run_on_it(scratch: str) -> None:
    await migrations.upgrade(scratch, "0004")
    assert (await skew.standing(scratch)).runs_with == "0003"
