"""Message listeners and the owner's mention-prefixed commands, with dpytest."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
import discord.ext.test as dpytest
import pytest
from discord.ext import commands
from hypothesis import given
from hypothesis import strategies as st

from bot.client import Reeve
from bot.settings import Settings
from cogs.points._cooling import JustEarned
from database.earning import is_cooling
from database.models import Language, utc_now
from database.models.earning import Earner, Earning, Why
from database.service import DatabaseService

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
async def reeve(
    database: DatabaseService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Reeve]:
    monkeypatch.chdir(tmp_path)  # dpytest leaves files where it runs
    bot = Reeve(settings=Settings(REEVE_MEMBERS_INTENT=True), database=database)
    await bot._async_setup_hook()
    for extension in ("cogs.points.talking", "cogs.people", "cogs.owner"):
        await bot.load_extension(extension)
    with (
        monkeypatch.context() as sharding
    ):  # dpytest refuses bots of several shards, but needs nothing of shards
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


async def said(reeve: Reeve, text: str, index: int) -> None:
    """And decided upon."""
    await dpytest.message(text, member=index)
    talking: Any = reeve.get_cog("Talking")
    await talking.queue.written()


async def test_a_message_earns_points_and_is_a_sighting(reeve: Reeve, database: DatabaseService) -> None:
    await said(reeve, "hello", 0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 1
    seen = await database.users.get(guild_id=guild().id, user_id=member(0).id)
    assert seen is not None
    assert seen.name == member(0).name


async def test_two_messages_within_the_cool_down_earn_once(reeve: Reeve, database: DatabaseService) -> None:
    await said(reeve, "hello", 0)
    await said(reeve, "again", 0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 1


async def test_without_a_cool_down_every_message_earns(reeve: Reeve, database: DatabaseService) -> None:
    await database.guild_configs.change(
        guild_id=guild().id, setting="message_cooldown_seconds", value=0, changed_by_id=1, interaction_id=1
    )
    await said(reeve, "one", 0)
    await said(reeve, "two", 0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 2


async def test_who_has_just_been_seen_is_not_written_down_again_unless_something_is_new(
    reeve: Reeve, database: DatabaseService
) -> None:
    people: Any = reeve.get_cog("People")
    ann, ben = member(0), member(1)
    sightings = database.figures.of("users.seen")
    for who, at in [(ann, 0), (ann, 599), (ben, 0), (ann, 600), (ann, 1_199)]:
        await people._seen(guild().id, who, NOON + timedelta(seconds=at))
    assert sightings.count == 3

    ann.nick = "Ann the Second"
    await people._seen(guild().id, ann, NOON + timedelta(seconds=1_199))
    known = await database.users.get(guild_id=guild().id, user_id=ann.id)
    assert known is not None
    assert (known.display_name, sightings.count) == ("Ann the Second", 4)


async def test_who_left_and_came_back_is_seen_at_once(reeve: Reeve, database: DatabaseService) -> None:
    people: Any = reeve.get_cog("People")
    ann = member(0)
    await people._seen(guild().id, ann, NOON)
    payload = discord.RawMemberRemoveEvent({"guild_id": guild().id, "user": {}}, ann._user)
    await people.on_raw_member_remove(payload)
    gone = await database.users.get(guild_id=guild().id, user_id=ann.id)
    await people._seen(guild().id, ann, utc_now())
    back = await database.users.get(guild_id=guild().id, user_id=ann.id)
    assert gone is not None
    assert back is not None
    assert gone.left_at is not None
    assert back.left_at is None


def asked(database: DatabaseService) -> int:
    return database.figures.of("earnings.earn").count


async def change(database: DatabaseService, setting: str, value: int, interaction_id: int) -> None:
    await database.guild_configs.change(
        guild_id=guild().id, setting=setting, value=value, changed_by_id=1, interaction_id=interaction_id
    )


async def test_messages_within_the_cool_down_cost_no_transaction(
    reeve: Reeve, database: DatabaseService
) -> None:
    for _ in range(5):
        await said(reeve, "hello", 0)
    await said(reeve, "hello", 1)

    assert asked(database) == 2


async def test_messages_that_earn_nothing_here_cost_no_transaction(
    reeve: Reeve, database: DatabaseService
) -> None:
    await change(database, "points_per_message", 0, 1)
    await said(reeve, "hello", 0)
    assert asked(database) == 0

    await change(database, "points_per_message", 3, 2)
    await said(reeve, "hello", 0)
    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 3


async def test_a_shorter_cool_down_holds_for_who_has_just_earned(
    reeve: Reeve, database: DatabaseService
) -> None:
    await said(reeve, "one", 0)
    await change(database, "message_cooldown_seconds", 0, 1)
    await said(reeve, "two", 0)
    await change(database, "message_cooldown_seconds", 600, 2)
    await said(reeve, "three", 0)

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 2
    assert asked(database) == 2


async def test_what_another_process_saw_earn_is_cooling_here_and_after_a_restart(
    reeve: Reeve, database: DatabaseService, dsn: str
) -> None:
    other = DatabaseService(dsn)
    await other.open()
    for user in (member(0), member(1)):
        await other.earnings.earn(
            guild_id=guild().id, earner=Earner.MESSAGE, earnings=[Earning(user.id, user.id, utc_now())]
        )
    await other.close()
    await said(reeve, "hello", 0)
    await reeve.reload_extension("cogs.points.talking")
    await said(reeve, "hello", 0)
    await said(reeve, "hello", 1)

    balances = [await database.points.balance(guild_id=guild().id, user_id=member(n).id) for n in (0, 1)]
    assert balances == [1, 1]
    assert asked(database) == 3


@given(
    messages=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=12),
    asked_at=st.integers(0, 40),
    cooldown=st.integers(0, 12),
)
def test_a_member_is_called_cooling_only_where_the_database_would_say_so(
    messages: list[tuple[int, bool]], asked_at: int, cooldown: int
) -> None:
    """Messages at these seconds; this process saw those earn that say True."""
    saw_some, saw_all, last = JustEarned(), JustEarned(), None
    for second, is_seen in messages:
        at = NOON + timedelta(seconds=second)
        last = at if last is None else max(last, at)
        saw_all.note(1, 2, at)
        if is_seen:
            saw_some.note(1, 2, at)
    moment = NOON + timedelta(seconds=asked_at)
    truth = is_cooling(last, moment, timedelta(seconds=cooldown))
    assert bool(saw_all.seconds_left(1, 2, moment, cooldown)) == truth
    assert truth or not saw_some.seconds_left(1, 2, moment, cooldown)


def test_only_the_latest_to_earn_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cogs.points._cooling.MOST_REMEMBERED", 2)
    just_earned = JustEarned()
    for user_id in (1, 2, 1, 3):
        just_earned.note(5, user_id, NOON)
    assert [user_id for user_id in (1, 2, 3) if just_earned.seconds_left(5, user_id, NOON, 60)] == [1, 3]


async def test_a_message_that_is_delivered_again_earns_once(reeve: Reeve, database: DatabaseService) -> None:
    await change(database, "message_cooldown_seconds", 0, 1)
    talking: Any = reeve.get_cog("Talking")
    message = await dpytest.message("hello", member=0)
    for _ in range(3):
        await talking.on_message(message)
    await talking.queue.written()

    assert await database.points.balance(guild_id=guild().id, user_id=member(0).id) == 1
    assert talking.last_said(guild().id, member(0).id).decision.points == 1


async def test_short_and_repeated_texts_earn_nothing_where_discord_shows_them(
    reeve: Reeve, database: DatabaseService
) -> None:
    talking: Any = reeve.get_cog("Talking")
    await change(database, "message_cooldown_seconds", 0, 1)
    await change(database, "message_least_length", 5, 2)
    await said(reeve, "hi", 0)
    assert talking.last_said(guild().id, member(0).id).decision.points == 1

    reeve._connection._intents.message_content = True
    reasons = []
    for text in ("hi", "hello", "HELLO ", "hello you"):
        await said(reeve, text, 0)
        reasons.append(talking.last_said(guild().id, member(0).id).decision.why)
    assert reasons == [Why.TOO_SHORT, None, Why.REPEATED, None]


async def test_the_language_does_not_matter_for_points(reeve: Reeve, database: DatabaseService) -> None:
    await database.guild_configs.change(
        guild_id=guild().id, setting="language", value=Language.SPANISH, changed_by_id=1, interaction_id=1
    )
    await said(reeve, "hola", 1)

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
