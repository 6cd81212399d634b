"""People as servers know them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from database.models import User
from database.service import DatabaseService

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def see(database: DatabaseService, guild_id: int, seen_at: datetime = NOON, name: str = "ann") -> User:
    await database.users.seen(
        guild_id=guild_id, user_id=1, name=name, display_name=name.title(), seen_at=seen_at
    )
    user = await database.users.get(guild_id=guild_id, user_id=1)
    assert user is not None
    return user


async def leave(database: DatabaseService, guild_id: int, left_at: datetime) -> bool:
    return await database.users.left(
        guild_id=guild_id, user_id=1, name="ann", display_name="Ann", left_at=left_at
    )


async def test_who_was_never_seen_is_unknown(database: DatabaseService, guild_id: int) -> None:
    assert await database.users.get(guild_id=guild_id, user_id=1) is None


async def test_who_leaves_without_a_word_is_known_to_have_left(
    database: DatabaseService, guild_id: int
) -> None:
    assert await leave(database, guild_id, NOON)
    gone = await database.users.get(guild_id=guild_id, user_id=1)
    assert gone is not None
    assert (gone.name, gone.left_at) == ("ann", NOON)
    assert (await see(database, guild_id, NOON + HOUR)).left_at is None


async def test_names_follow(database: DatabaseService, guild_id: int) -> None:
    await see(database, guild_id)
    user = await see(database, guild_id, NOON + HOUR / 2, "annika")
    assert (user.name, user.display_name) == ("annika", "Annika")
    assert (user.first_seen_at, user.last_seen_at) == (NOON, NOON + HOUR / 2)


async def test_a_long_name_is_cut(database: DatabaseService, guild_id: int) -> None:
    assert (await see(database, guild_id, name="x" * 200)).name == "x" * 100


async def test_a_sighting_that_tells_nothing_new_is_written_once_an_hour(
    database: DatabaseService, guild_id: int
) -> None:
    await see(database, guild_id)
    assert (await see(database, guild_id, NOON + HOUR)).last_seen_at == NOON
    late = NOON + HOUR + timedelta(microseconds=1)
    assert (await see(database, guild_id, late)).last_seen_at == late


async def test_an_old_sighting_does_not_turn_the_clock_back(database: DatabaseService, guild_id: int) -> None:
    await see(database, guild_id)
    assert (await see(database, guild_id, NOON - HOUR, "older")).last_seen_at == NOON


async def test_who_left_is_kept_and_may_come_back(database: DatabaseService, guild_id: int) -> None:
    await see(database, guild_id)
    assert await leave(database, guild_id, NOON)
    gone = await database.users.get(guild_id=guild_id, user_id=1)
    assert gone is not None
    assert gone.left_at == NOON
    assert (await see(database, guild_id, NOON + HOUR / 2)).left_at is None


async def test_what_is_heard_late_does_not_undo_what_came_after_it(
    database: DatabaseService, guild_id: int
) -> None:
    await see(database, guild_id)
    await leave(database, guild_id, NOON + HOUR)
    assert (await see(database, guild_id, NOON + HOUR / 2, "older")).left_at == NOON + HOUR
    assert not await leave(database, guild_id, NOON + HOUR / 4), "they left later than that"
    assert (await see(database, guild_id, NOON + 2 * HOUR)).left_at is None
    assert not await leave(database, guild_id, NOON + HOUR), "they were seen since"
    user = await see(database, guild_id, NOON + HOUR, "older")
    assert (user.left_at, user.name) == (None, "ann")


async def test_many_sightings_at_once_are_one_person(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    await asyncio.gather(*(see(database, guild_id, NOON + 2 * HOUR * n) for n in range(20)))
    assert await auditor.fetchval("SELECT count(*) FROM users") == 1
    assert (await see(database, guild_id)).last_seen_at == NOON + HOUR * 38
