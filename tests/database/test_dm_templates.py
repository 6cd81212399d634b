"""A server's own words for direct messages, and the trace of each change."""

import asyncio
import itertools
from typing import Any

import asyncpg
import pytest

from database.errors import SettingNotAllowed
from database.models import LONGEST_TEMPLATE, AuditFilter, Subject, TemplateKind
from database.service import DatabaseService

NUMBERS = itertools.count(810_000_000_000_000_000)


async def change(
    database: DatabaseService,
    guild_id: int,
    text: str | None,
    kind: TemplateKind = TemplateKind.BAN,
    **more: Any,
) -> None:
    words = {"interaction_id": next(NUMBERS), "changed_by_id": 7, **more}
    await database.guild_configs.change_template(guild_id=guild_id, template=kind, text=text, **words)


async def trail(database: DatabaseService, guild_id: int) -> list[tuple[Any, ...]]:
    asked = AuditFilter(subject=Subject.CONFIG)
    entries = await database.audit.page(guild_id=guild_id, matching=asked, limit=100)
    return [(entry.field, entry.before, entry.after, entry.actor_id, entry.why) for entry in entries][::-1]


async def test_a_template_is_set_changed_and_taken_back_and_each_step_is_in_the_trail(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    assert await database.guild_configs.templates(guild_id=guild_id) == {}
    await change(database, guild_id, " Bye, {member}. \x00", why="kinder")
    assert await database.guild_configs.templates(guild_id=guild_id) == {"ban": "Bye, {member}."}
    await change(database, guild_id, "Farewell.")
    await change(database, guild_id, "You were warned.", TemplateKind.WARN)
    await change(database, guild_id, None)

    assert await database.guild_configs.templates(guild_id=guild_id) == {"warn": "You were warned."}
    assert await trail(database, guild_id) == [
        ("template:ban", None, "Bye, {member}.", 7, "kinder"),
        ("template:ban", "Bye, {member}.", "Farewell.", 7, None),
        ("template:warn", None, "You were warned.", 7, None),
        ("template:ban", "Farewell.", None, 7, None),
    ]
    assert (await database.guild_configs.get(guild_id=guild_id)).version == 4


async def test_the_same_words_or_the_same_interaction_again_change_nothing(
    database: DatabaseService, guild_id: int
) -> None:
    await change(database, guild_id, None)
    for _ in range(2):
        await change(database, guild_id, "Bye.", interaction_id=1)
    await change(database, guild_id, "Later.")
    await change(database, guild_id, "Bye.", interaction_id=1)
    await change(database, guild_id, "Later.")

    assert await database.guild_configs.templates(guild_id=guild_id) == {"ban": "Later."}
    assert [after for _, _, after, _, _ in await trail(database, guild_id)] == ["Bye.", "Later."]


@pytest.mark.parametrize("text", ["", "  \x00 ", "x" * (LONGEST_TEMPLATE + 1)])
async def test_a_text_that_is_empty_or_too_long_is_refused_in_words(
    database: DatabaseService, guild_id: int, text: str
) -> None:
    with pytest.raises(SettingNotAllowed, match=r"write from 1 to 1,500 characters"):
        await change(database, guild_id, text)
    assert await database.guild_configs.templates(guild_id=guild_id) == {}


async def test_the_table_refuses_what_the_words_refuse(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    for kind, text in (("ban", ""), ("ban", "x" * (LONGEST_TEMPLATE + 1)), ("mute", "x")):
        with pytest.raises(asyncpg.CheckViolationError):
            await auditor.execute("INSERT INTO dm_templates VALUES ($1, $2, $3)", guild_id, kind, text)


async def test_changes_of_settings_and_templates_at_once_are_all_kept(
    database: DatabaseService, guild_id: int
) -> None:
    settings = (
        database.guild_configs.change(
            guild_id=guild_id,
            setting="guard_targets",
            value=value,
            changed_by_id=7,
            interaction_id=next(NUMBERS),
        )
        for value in range(10)
    )
    await asyncio.gather(*settings, *(change(database, guild_id, f"text {number}") for number in range(10)))

    told = await trail(database, guild_id)
    templates = [entry for entry in told if entry[0] == "template:ban"]
    assert (len(told), len(templates)) == (20, 10)
    assert [entry[1] for entry in templates] == [None, *(entry[2] for entry in templates)][:-1]


async def test_one_server_does_not_see_the_words_of_another(database: DatabaseService, guild_id: int) -> None:
    await change(database, guild_id, "Bye.")
    assert await database.guild_configs.templates(guild_id=guild_id + 1) == {}
