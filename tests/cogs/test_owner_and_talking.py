"""Message listeners and the owner's mention-prefixed commands, with dpytest."""

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import discord.ext.test as dpytest
import pytest
from discord.ext import commands

from bot.client import Reeve
from bot.settings import Settings
from database.models import Language
from database.service import DatabaseService


@pytest.fixture
async def reeve(
    database: DatabaseService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Reeve]:
    monkeypatch.chdir(tmp_path)  # dpytest leaves files where it runs
    bot = Reeve(settings=Settings(REEVE_MEMBERS_INTENT=True), database=database)
    await bot._async_setup_hook()
    for extension in ("cogs.points.talking", "cogs.people", "cogs.owner"):
        await bot.load_extension(extension)
    with monkeypatch.context() as sharding:  # dpytest refuses bots of several shards, but needs nothing of shards
        sharding.setattr(discord, "AutoShardedClient", type("Nothing", (), {}))
        dpytest.configure(bot, guilds=1, text_channels=1, members=2)
    yield bot
    await dpytest.empty_queue()
    for extension in list(bot.extensions):
        await bot.unload_extension(extension)


def guild() -> discord.Guild:
    return dpytest.get_config().guilds[0]


def member(index: int) -> discord.Member:
    return dpytest.get_config().members[index]


async def test_a_message_earns_points_and_is_a_sighting(reeve: Reeve, database: DatabaseService) -> None:
    await dpytest.message("hello", member=0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 1
    seen = await database.users.get(guild_id=guild().id, user_id=member(0).id)
    assert seen is not None
    assert seen.name == member(0).name


async def test_two_messages_within_the_cool_down_earn_once(reeve: Reeve, database: DatabaseService) -> None:
    await dpytest.message("hello", member=0)
    await dpytest.message("again", member=0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 1


async def test_without_a_cool_down_every_message_earns(reeve: Reeve, database: DatabaseService) -> None:
    await database.guild_configs.change(
        guild_id=guild().id, setting="message_cooldown_seconds", value=0, changed_by_id=1, interaction_id=1
    )
    await dpytest.message("one", member=0)
    await dpytest.message("two", member=0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 2


async def test_the_language_does_not_matter_for_points(reeve: Reeve, database: DatabaseService) -> None:
    await database.guild_configs.change(
        guild_id=guild().id, setting="language", value=Language.SPANISH, changed_by_id=1, interaction_id=1
    )
    await dpytest.message("hola", member=1)

    assert await database.points.balance(guild_id=guild().id, user_id=member(1).id) == 1


async def test_the_owner_asks_for_the_status(reeve: Reeve) -> None:
    reeve.owner_id = member(0).id

    await dpytest.message(f"<@{reeve.user.id}> status", member=0)

    assert dpytest.verify().message().contains().content("Reeve is up in 1 servers.")


async def test_nobody_else_gets_an_answer(reeve: Reeve) -> None:
    reeve.owner_id = member(0).id

    with pytest.raises(commands.NotOwner):
        await dpytest.message(f"<@{reeve.user.id}> status", member=1)
    await dpytest.message("status", member=0)

    assert dpytest.verify().message().nothing()


async def test_the_owner_syncs_commands_only_when_they_differ(
    reeve: Reeve, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, False])

    async def compared(_: Reeve) -> bool:
        """dpytest has no application commands; tests/e2e does the same over the wire."""
        return next(answers)

    monkeypatch.setattr(sys.modules["cogs.owner"], "sync_commands", compared)
    reeve.owner_id = member(0).id

    await dpytest.message(f"<@{reeve.user.id}> sync", member=0)
    assert dpytest.verify().message().content("Slash commands sent to Discord.")
    await dpytest.message(f"<@{reeve.user.id}> sync", member=0)
    assert dpytest.verify().message().content("Slash commands were up to date.")
