"""What servers have chosen, and the trace of it."""

import asyncio
import itertools
from typing import Any

import pytest

from database.errors import ActionRefused
from database.models import GuildSettings, Language
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
        ("points_per_message", -1),
        ("points_per_message", 1001),
        ("message_cooldown_seconds", -1),
        ("message_cooldown_seconds", 86_401),
        ("moderator_role_ids", list(range(26))),
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
