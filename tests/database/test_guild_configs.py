"""What servers have chosen, and the trace of it."""

import asyncio
import itertools
from typing import Any

import asyncpg
import pytest

from database.errors import ActionRefused
from database.models import BOUNDS, MOST_ROLES, GuildSettings, Language
from database.models.guild_config import ROLE_LISTS
from database.service import DatabaseService

NUMBERS = itertools.count(800_000_000_000_000_000)


async def change(database: DatabaseService, guild_id: int, setting: str, value: Any) -> GuildSettings:
    return await database.guild_configs.change(
        guild_id=guild_id, setting=setting, value=value, changed_by_id=7, interaction_id=next(NUMBERS)
    )


async def test_a_server_that_chose_nothing_has_the_defaults(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    config = await database.guild_configs.read(guild_id=guild_id)
    assert (config.guild_id, config.version, config.points_per_message) == (guild_id, 0, 1)
    assert (config.moderator_role_ids, config.language, config.time_zone) == ((), Language.ENGLISH, "UTC")
    assert await auditor.fetchval("SELECT count(*) FROM guild_configs") == 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("log_channel_id", 5),
        ("moderator_role_ids", (3, 2**62)),
        ("manager_role_ids", tuple(range(25))),
        ("points_per_message", 0),
        ("points_per_message", 1000),
        ("message_cooldown_seconds", 0),
        ("message_cooldown_seconds", 86_400),
        ("language", Language.GERMAN),
        ("time_zone", "Europe/Berlin"),
        ("hide_moderator", True),
        ("report_channel_id", 5),
        ("digest_channel_id", 2**62),
        ("appeal_cooldown_days", 0),
        ("appeal_cooldown_days", 365),
        ("appeal_limit", 0),
        ("appeal_limit", 20),
        ("guard_targets", 0),
        ("guard_targets", 1000),
        ("guard_acts_per_hour", 0),
        ("guard_acts_per_hour", 1000),
        ("timeout_role_id", 5),
        ("timeout_takes_role_ids", tuple(range(25))),
        ("evidence_days", 1),
        ("evidence_days", 3650),
    ],
)
async def test_a_change_is_stored_with_who_and_from_what(
    database: DatabaseService, guild_id: int, auditor: Any, setting: str, value: Any
) -> None:
    before = getattr(await database.guild_configs.read(guild_id=guild_id), setting)
    changed = await change(database, guild_id, setting, value)
    assert (getattr(changed, setting), changed.version) == (value, 1)
    assert await database.guild_configs.read(guild_id=guild_id) == changed
    [row] = await auditor.fetch(
        "SELECT setting, before #>> '{}' AS before, after #>> '{}' AS after, changed_by_id FROM guild_config_changes"
    )
    assert row["setting"], row["changed_by_id"] == (setting, 7)
    assert (row["before"], row["after"]) == (as_json_text(before), as_json_text(value))


def as_json_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(list(value) if isinstance(value, tuple) else value)


async def test_a_change_to_the_same_value_is_none(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    for _ in range(2):
        config = await change(database, guild_id, "points_per_message", 5)
    assert config.version == 1
    assert await auditor.fetchval("SELECT count(*) FROM guild_config_changes") == 1


async def test_a_setting_can_be_taken_back_to_nothing(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    await change(database, guild_id, "log_channel_id", 5)
    assert (await change(database, guild_id, "log_channel_id", None)).log_channel_id is None
    told = await auditor.fetch("SELECT before::text, after::text FROM guild_config_changes ORDER BY version")
    assert [tuple(row) for row in told] == [("null", "5"), ("5", "null")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("guild_id", 5),
        ("version", 5),
        ("no_such_setting", 5),
        ("moderator_role_ids", list(range(26))),
        *((setting, each.least - 1) for setting, each in BOUNDS.items()),
        *((setting, each.most + 1) for setting, each in BOUNDS.items()),
        ("timeout_takes_role_ids", list(range(26))),
        ("time_zone", ""),
        ("time_zone", "Mars/Olympus_Mons"),
        ("time_zone", "x" * 65),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "\x00"),
        ("language", "xx"),
    ],
)
async def test_a_value_out_of_its_range_is_refused_in_words(
    database: DatabaseService, guild_id: int, auditor: Any, setting: str, value: Any
) -> None:
    with pytest.raises(ActionRefused):
        await change(database, guild_id, setting, value)
    assert await auditor.fetchval("SELECT count(*) FROM guild_configs") == 0


@pytest.mark.parametrize("setting", [*BOUNDS, *ROLE_LISTS])
async def test_the_table_refuses_what_the_words_refuse(
    database: DatabaseService, guild_id: int, auditor: Any, setting: str
) -> None:
    await change(database, guild_id, "language", "de")
    beyond = list(range(MOST_ROLES + 1)) if setting in ROLE_LISTS else BOUNDS[setting].most + 1
    with pytest.raises(asyncpg.CheckViolationError):
        await auditor.execute(f"UPDATE guild_configs SET {setting} = $1", beyond)


async def test_code_that_knows_no_newer_setting_writes_rows_that_have_the_defaults(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    """Revision 0003's own INSERT."""
    await auditor.execute(
        "INSERT INTO guild_configs (guild_id, version, log_channel_id, moderator_role_ids, manager_role_ids, "
        "points_per_message, message_cooldown_seconds, language, time_zone, updated_at) "
        "VALUES ($1, 0, NULL, '{}', '{}', 1, 60, 'en', 'UTC', now())",
        guild_id,
    )
    config = await database.guild_configs.read(guild_id=guild_id)
    assert config._replace(updated_at=None) == GuildSettings(guild_id)


async def test_changes_at_once_are_all_kept_in_order(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    await asyncio.gather(*(change(database, guild_id, "points_per_message", n) for n in range(2, 22)))
    rows = await auditor.fetch(
        "SELECT version, before::int, after::int FROM guild_config_changes ORDER BY version"
    )
    assert [row["version"] for row in rows] == list(range(1, 21))
    assert [row["before"] for row in rows] == [1, *(row["after"] for row in rows)][:-1]
    config = await database.guild_configs.read(guild_id=guild_id)
    assert (config.version, config.points_per_message) == (20, rows[-1]["after"])
