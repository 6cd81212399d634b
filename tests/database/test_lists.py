"""Generic reads and writes of rows: by key, in pages, as a stream, many at once."""

import asyncio
import gc
import random
from collections.abc import Callable
from typing import Any, NamedTuple

import psutil
import pytest
from sqlalchemy import select
from sqlmodel import col

from database.listing import Listing
from database.models import CaseFilter, User, utc_now
from database.models.case import CASES
from database.models.user import USERS
from database.rows import Rows
from database.service import DatabaseService
from database.statements import param

NewId = Callable[[], int]


class Everybody(NamedTuple):
    named: str | None = None


NEWEST_SEEN = Listing(
    select(*User.__table__.columns).where(col(User.guild_id) == param("guild_id")),  # type: ignore[attr-defined]  # SQLModel adds __table__ unseen by mypy
    into=User,
    order=[col(User.last_seen_at), col(User.user_id)],
    fits={"named": col(User.name) == param("named")},
)
"""Ordered by two columns, and the first has many equal values."""


async def see(database: DatabaseService, guild_id: int, user_ids: list[int], dice: random.Random) -> None:
    """People, three at each moment and two of a name."""
    moments = [utc_now() for _ in range(3)]
    people = [
        User(
            guild_id=guild_id,
            user_id=user_id,
            name=dice.choice("ab"),
            display_name="x",
            first_seen_at=moments[0],
            last_seen_at=dice.choice(moments),
        )
        for user_id in user_ids
    ]
    async with database.transaction(guild_id=guild_id) as tx:
        assert [user.user_id for user in await USERS.insert(tx, people)] == user_ids


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("way", ["before", "after"])
async def test_pages_show_no_row_twice_and_hide_none_that_stays(
    database: DatabaseService, guild_id: int, auditor: Any, seed: int, way: str
) -> None:
    """Between any two pages rows come and go, anywhere in the order."""
    dice = random.Random(seed)
    ids = iter(range(1, 10_000))
    asked = Everybody(named=dice.choice([None, "a"]))
    await see(database, guild_id, [next(ids) for _ in range(60)], dice)
    wanted = await listed(database, guild_id, asked)
    if way == "after":
        wanted = wanted[::-1]
    seen: list[tuple[Any, int]] = []
    gone: set[int] = set()
    while True:
        cursor = seen[-1] if seen else wanted[0] if way == "after" else None
        async with database.read(guild_id=guild_id) as tx:
            places = {"before": None, "after": None, way: cursor}
            page = await NEWEST_SEEN.page(tx, guild_id, asked, **places, limit=dice.randint(1, 7))
        if not page:
            break
        found = [(user.last_seen_at, user.user_id) for user in page]
        seen += found if way == "before" else found[::-1]
        await see(database, guild_id, [next(ids) for _ in range(dice.randint(0, 5))], dice)
        leaving = dice.sample([user_id for _, user_id in wanted if user_id not in gone], k=1)
        gone.update(leaving)
        await auditor.execute(
            "DELETE FROM users WHERE guild_id = $1 AND user_id = ANY($2)", guild_id, leaving
        )
        if len(gone) > len(wanted) - 5 or len(seen) > 1_000:
            break
    assert len(seen) == len(set(seen))
    assert seen == sorted(seen, reverse=way == "before")
    passed = seen[-1]
    stayed = [place for place in wanted if place[1] not in gone and place != wanted[0]]
    behind = [place for place in stayed if (place >= passed if way == "before" else place <= passed)]
    assert [place for place in behind if place not in seen] == []


async def listed(database: DatabaseService, guild_id: int, asked: Everybody) -> list[tuple[Any, int]]:
    async with database.read(guild_id=guild_id) as tx:
        users = await NEWEST_SEEN.page(tx, guild_id, asked, before=None, after=None, limit=1_000)
        assert await NEWEST_SEEN.count(tx, guild_id, asked) == len(users)
        assert [user async for user in NEWEST_SEEN.stream(tx, guild_id, asked)] == users
    return [(user.last_seen_at, user.user_id) for user in users]


async def test_a_row_is_found_by_any_of_its_keys_and_by_nothing_else(
    database: DatabaseService, open_case: Any, guild_id: int
) -> None:
    case = await open_case()
    async with database.read(guild_id=guild_id) as tx:
        by_number = await CASES.get(tx, guild_id=guild_id, number=case.number)
        by_interaction = await CASES.get(tx, interaction_id=case.interaction_id, part=0, guild_id=guild_id)
        assert by_number == by_interaction == case
        assert await CASES.get(tx, guild_id=guild_id, number=9) is None
        with pytest.raises(LookupError):
            await CASES.one(tx, guild_id=guild_id, number=9)
        with pytest.raises(TypeError, match="target_id: no key of cases"):
            await CASES.get(tx, target_id=11)


async def test_many_rows_are_changed_in_one_statement_and_only_in_the_columns_named(
    database: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    dice = random.Random(1)
    await see(database, guild_id, list(range(1, 101)), dice)
    async with database.transaction(guild_id=guild_id) as tx:
        users = await USERS.find(tx, guild_id=guild_id)
        for user in users:
            user.name, user.display_name = f"n{user.user_id}", "not named"
        changed = await USERS.update(tx, users, "name")
        elsewhere = User(guild_id=new_id(), user_id=1, name="x", display_name="x")
        assert await USERS.update(tx, [elsewhere], "name") == []
        assert await USERS.insert(tx, []) == []
        assert await USERS.find(tx, guild_id=guild_id) == sorted(changed, key=lambda user: user.user_id)
    assert {user.user_id: (user.name, user.display_name) for user in changed} == {
        number: (f"n{number}", "x") for number in range(1, 101)
    }


def test_a_statement_is_compiled_once_for_each_question() -> None:
    rows = Rows(User)
    first = rows._once("get", ("guild_id", "user_id"), rows._by_key)
    assert rows._once("get", {"guild_id": 1, "user_id": 2}, rows._by_key) is first


MANY = 30_000


async def crowd(auditor: Any, guild_id: int, cases: int) -> None:
    await auditor.execute(
        "INSERT INTO cases (guild_id, number, kind, state, target_id, target_name, moderator_id, moderator_name, "
        "reason, points, interaction_id, part, origin, direct_message, revision, created_at) "
        "SELECT $1, n, 'warn', 'active', n % 7, 'a', 2, 'b', repeat('r', 100), 0, n, 0, 'command', 'none', 0, now() "
        "FROM generate_series(1, $2) n",
        guild_id,
        cases,
    )


async def test_many_rows_stream_through_little_memory(
    database: DatabaseService, auditor: Any, guild_id: int
) -> None:
    """All of them at once would take more than 60 MB (seen by keeping them in a list)."""
    await crowd(auditor, guild_id, MANY)
    process, expected = psutil.Process(), MANY
    before = most = process.memory_info().rss
    async for case in database.cases.export(guild_id=guild_id, matching=CaseFilter()):
        assert case.number == expected
        expected -= 1
        if expected % 3_000 == 0:
            most = max(most, process.memory_info().rss)
    assert expected == 0
    assert most - before < 24 * 2**20, f"{(most - before) / 2**20:.1f} MB"


async def test_who_stops_listening_leaves_no_transaction_open(
    database: DatabaseService, auditor: Any, guild_id: int
) -> None:
    await crowd(auditor, guild_id, 7_000)
    async for case in database.cases.export(guild_id=guild_id, matching=CaseFilter(target_id=3)):
        assert case.target_id == 3
        break
    gc.collect()
    async with asyncio.timeout(60):
        while database.pool_status().checked_out:  # noqa: ASYNC110  # the pool tells nobody
            await asyncio.sleep(0.01)
    figures = database.figures.of("cases.export")
    assert (figures.count, dict(figures.errors)) == (1, {})
    assert await database.cases.count(guild_id=guild_id, matching=CaseFilter(target_id=3)) == 1_000
