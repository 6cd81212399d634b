"""Which process does what for which guild: each guild has exactly one, and Python, SQL and discord.py agree on it."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from discord import Guild
from hypothesis import given
from hypothesis import strategies as st

from database.models import Shards
from database.service import DatabaseService

NOW = datetime.now(UTC) + timedelta(days=1)  # after everything that these tests ask for
snowflakes = st.integers(1 << 22, (1 << 63) - 1)


@given(snowflakes, st.integers(1, 64))
def test_each_guild_is_on_the_shard_that_discord_py_thinks(guild_id: int, count: int) -> None:
    owners = [shard_id for shard_id in range(count) if Shards((shard_id,), count).owns(guild_id)]
    state: Any = SimpleNamespace(shard_count=count)
    guild: Any = SimpleNamespace(_state=state, id=guild_id)
    assert owners == [Guild.shard_id.__get__(guild)]


@pytest.fixture
async def guild_ids(open_case: Any, new_id: Callable[[], int]) -> list[int]:
    """Each with a case to post: eight guilds whose shards of four are 0 to 3, twice."""
    first = new_id() >> 24 << 24
    ids = [first + (number << 22) + new_id() % 1000 for number in range(8)]
    for guild_id in ids:
        await open_case(guild_id=guild_id)
    return ids


async def test_what_is_due_is_claimed_by_the_process_of_its_shard_alone(
    database: DatabaseService, guild_ids: list[int]
) -> None:
    processes = [Shards((0, 1), 4), Shards((2,), 4), Shards((3,), 4)]
    claimed = {}
    for shards in processes:
        claimed[shards] = [row.guild_id for row in await database.outbox.claim(now=NOW, shards=shards)]
        assert sorted(claimed[shards]) == [guild_id for guild_id in guild_ids if shards.owns(guild_id)]
    assert sorted(itertools.chain(*claimed.values())) == guild_ids


async def test_a_process_without_shards_of_its_own_claims_for_every_guild(
    database: DatabaseService, guild_ids: list[int]
) -> None:
    assert sorted(row.guild_id for row in await database.outbox.claim(now=NOW)) == guild_ids


async def test_a_start_hurries_what_waits_on_its_own_shards_alone(
    database: DatabaseService, guild_ids: list[int]
) -> None:
    for row in await database.outbox.claim(now=NOW):
        await database.outbox.try_later(row, next_at=NOW + timedelta(hours=1), error="no channel")
    await database.outbox.hurry_all(now=NOW, shards=Shards((1, 3), 4))
    hurried = [row.guild_id for row in await database.outbox.claim(now=NOW)]
    assert sorted(hurried) == [guild_id for guild_id in guild_ids if Shards((1, 3), 4).owns(guild_id)]
