"""Remembered settings: never older than their lifetime, sooner where a notice comes, and never back in time."""

import asyncio
import itertools
import os
import random
import signal
import sys
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from database.config_cache import ConfigCache
from database.errors import DatabaseUnavailable
from database.models import GuildConfig, GuildSettings
from database.service import DatabaseService
from database.settings import PoolSettings
from soak.servers import MortalServer

NUMBERS = itertools.count(700_000_000_000_000_000)
LIFETIME = 10
PATIENCE = 30
"""Seconds: a machine may have a lot to do besides."""
NOWHERE = "postgresql://127.0.0.1:1/nowhere"
LISTENERS = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'reeve listener' "
    "AND datname = current_database()"
)


class Process:
    """The database as one bot process has it, with a clock that the test moves, and an ear on what it hears."""

    def __init__(self, dsn: str, **settings: Any) -> None:
        patient = {"pool_timeout_seconds": PATIENCE, "lock_timeout_seconds": 2 * PATIENCE}
        self.service = DatabaseService(dsn, PoolSettings(**{**patient, **settings}))
        self.seconds = 0.0
        self.cache = self.service.config_cache
        self.cache.now = lambda: self.seconds
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.gaps: asyncio.Queue[None] = asyncio.Queue()
        listener: Any = self.service._listener
        hear, missed = listener._hear, listener._missed
        listener._hear = lambda notice: (hear(notice), self.heard.put_nowait(notice))
        listener._missed = lambda: (missed(), self.gaps.put_nowait(None))
        self.listener = listener

    async def hears(self, guild_id: int, version: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self.heard.get() != f"{guild_id}:{version}":
                pass

    async def listens(self, *, wanted: bool = True) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.service.is_listening is not wanted:
                await self.gaps.get()

    async def get(self, guild_id: int) -> GuildSettings:
        return await self.service.guild_configs.get(guild_id=guild_id)

    async def version(self, guild_id: int) -> int:
        return (await self.get(guild_id)).version

    async def change(
        self, guild_id: int, value: int, *, setting: str = "points_per_message"
    ) -> GuildSettings:
        return await self.service.guild_configs.change(
            guild_id=guild_id, setting=setting,value=value, changed_by_id=7,
            interaction_id=next(NUMBERS),
        )  # fmt: skip

    @property
    def reads(self) -> int:
        return self.service.figures.of("guild_configs.read").count


@asynccontextmanager
async def processes(dsn: str, count: int = 2, **settings: Any) -> AsyncIterator[list[Process]]:
    async with AsyncExitStack() as leaving:
        made = [Process(dsn, **settings) for _ in range(count)]
        for process in made:
            leaving.push_async_callback(process.service.close)
            await process.service.open()
        for process in made:
            await process.listens()
        yield made


@pytest.fixture
async def pair(database: DatabaseService, dsn: str) -> AsyncIterator[list[Process]]:
    """Two processes on empty tables that listen."""
    async with processes(dsn) as made:
        yield made


@pytest.fixture
async def one(pair: list[Process]) -> Process:
    return pair[0]


async def change_silently(auditor: Any, guild_id: int) -> None:
    """As by hand in psql: nobody is told."""
    await auditor.execute("UPDATE guild_configs SET version = version + 1 WHERE guild_id = $1", guild_id)


def memory(most: int = 3) -> ConfigCache:
    cache = ConfigCache(most, LIFETIME)
    cache.now = lambda: 0.0
    return cache


def remember(cache: ConfigCache, *configs: GuildSettings) -> None:
    for config in configs:
        with cache.looking(config.guild_id) as look:
            cache.put(config, look)


# One process


async def test_what_was_read_once_is_remembered_the_defaults_too(one: Process, guild_id: int) -> None:
    first = await one.get(guild_id)
    assert first == GuildSettings(guild_id)
    assert await one.get(guild_id) is first
    status = one.service.config_cache_status()
    assert (one.reads, status.hits, status.misses, status.size, status.hit_ratio) == (1, 1, 1, 1, 0.5)


async def test_an_own_change_is_seen_at_once_and_costs_no_read(one: Process, guild_id: int) -> None:
    await one.get(guild_id)
    for points in (5, 6, 7):
        await one.change(guild_id, points)
        assert (await one.get(guild_id)).points_per_message == points
    assert one.reads == 1


async def test_a_change_that_was_rolled_back_is_seen_nowhere(pair: list[Process], guild_id: int) -> None:
    here, there = pair
    await here.change(guild_id, 5)
    await there.hears(guild_id, 1)
    for process in pair:
        await process.get(guild_id)
    with pytest.raises(asyncpg.DataError):
        await here.change(guild_id, 2**80, setting="log_channel_id")  # PostgreSQL refuses it
    assert [await process.version(guild_id) for process in pair] == [1, 1]
    await here.change(guild_id, 6)
    await there.hears(guild_id, 2)
    assert there.heard.empty()


async def test_a_change_is_seen_nowhere_before_it_is_committed(
    pair: list[Process], guild_id: int, auditor: Any
) -> None:
    for process in pair:
        await process.get(guild_id)
    async with auditor.transaction():
        await auditor.execute("LOCK TABLE guild_config_changes IN EXCLUSIVE MODE")
        changing = asyncio.create_task(pair[0].change(guild_id, 5))
        waits = (
            "SELECT count(*) FROM pg_locks WHERE relation = 'guild_config_changes'::regclass AND NOT granted"
        )
        async with asyncio.timeout(PATIENCE):
            while not await auditor.fetchval(waits):
                pass
        assert [await process.version(guild_id) for process in pair] == [0, 0]
    await changing
    await pair[1].hears(guild_id, 1)
    assert [await process.version(guild_id) for process in pair] == [1, 1]


async def test_what_is_shared_cannot_be_written_into(one: Process, guild_id: int) -> None:
    config: Any = await one.get(guild_id)
    for name in GuildSettings._fields:
        with pytest.raises(AttributeError):
            setattr(config, name, 5)
    with pytest.raises(AttributeError):
        config.moderator_role_ids.append(5)


def test_what_is_shared_says_all_that_the_row_says() -> None:
    assert list(GuildSettings._fields) == list(GuildConfig.model_fields)


async def test_many_who_ask_at_once_share_one_read_and_may_leave_it(one: Process, guild_id: int) -> None:
    asking = [asyncio.create_task(one.get(guild_id)) for _ in range(50)]
    await asyncio.sleep(0)
    asking[0].cancel()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == [GuildSettings(guild_id)] * 49
    assert one.reads == 1


async def test_who_asks_while_the_database_is_away_is_told_and_the_next_asks_again(
    one: Process, guild_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*, guild_id: int) -> GuildSettings:
        raise DatabaseUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(one.service.guild_configs, "read", away)
        outcomes = await asyncio.gather(*(one.get(guild_id) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    assert await one.version(guild_id) == 0


async def test_a_warm_up_reads_many_in_few_statements_and_no_more_than_fit(
    database: DatabaseService, dsn: str
) -> None:
    ids = [next(NUMBERS) for _ in range(2_600)]
    async with processes(dsn, 1, config_cache_size=2_500) as [process]:
        await process.change(ids[7], 5)
        await process.service.guild_configs.warm_up(guild_ids=ids)
        figures = process.service.figures.of("guild_configs.warm_up")
        assert (figures.count, figures.statements) == (1, 3)
        configs = [await process.get(guild_id) for guild_id in ids[:2_500]]
        assert [config.guild_id for config in configs] == ids[:2_500]
        assert (configs[7].points_per_message, configs[8]) == (5, GuildSettings(ids[8]))
        assert (process.reads, process.service.config_cache_status().evictions) == (0, 0)


# What memory does


def test_the_least_asked_for_leaves_first() -> None:
    cache = memory(most=3)
    remember(cache, *map(GuildSettings, (1, 2, 3)))
    cache.get(1)
    remember(cache, GuildSettings(4))
    assert [guild_id for guild_id in (1, 2, 3, 4) if cache.get(guild_id)] == [1, 3, 4]
    assert (cache.status().size, cache.status().evictions) == (3, 1)


def test_an_entry_is_small() -> None:
    """Eight bytes for each setting that has a small or usual value; some 500 for all else, and to find it."""
    cache = memory(most=5_000)
    big = 900_000_000_000_000_000
    tracemalloc.start()
    for n in range(big, big + 5_000):
        remember(cache, GuildSettings(n, 300, n + 1, (n + 2, n + 3), (n + 4,), updated_at=datetime.now(UTC)))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / 5_000 < 600 + 8 * len(GuildSettings._fields)


def test_an_older_row_that_arrives_late_is_not_kept() -> None:
    cache = memory()
    with cache.looking(1) as late, cache.looking(1) as own_change:
        assert cache.put(GuildSettings(1, version=2), own_change)
        assert not cache.put(GuildSettings(1, version=1), late)
    assert cache.get(1) == GuildSettings(1, version=2)


def test_an_older_row_is_not_kept_even_when_the_newer_one_had_to_leave() -> None:
    cache = memory(most=0)
    with cache.looking(1) as late, cache.looking(1) as own_change:
        assert cache.put(GuildSettings(1, version=2), own_change)
        assert not cache.put(GuildSettings(1, version=1), late)


def test_a_change_whose_end_nobody_knows_leaves_nothing_remembered() -> None:
    cache = memory()
    remember(cache, GuildSettings(1), GuildSettings(2))
    with cache.looking(1) as reading:
        with pytest.raises(DatabaseUnavailable), cache.looking(1):
            raise DatabaseUnavailable(is_unknown=True)
        assert not cache.put(GuildSettings(1), reading)
    assert (cache.get(1), cache.get(2)) == (None, GuildSettings(2))


def test_an_entry_is_as_old_as_the_beginning_of_its_read() -> None:
    cache = memory()
    with cache.looking(1) as look:
        cache.now = lambda: LIFETIME - 1.0
        cache.put(GuildSettings(1), look)
    assert cache.get(1) is not None
    cache.now = lambda: float(LIFETIME)
    assert cache.get(1) is None


@pytest.mark.parametrize(
    "notice", ["", ":", "1:", ":5", "1:-5", "one:two", "1:5 ", "1:" + "9" * 7_000, "1:5:6"]
)
def test_what_is_no_notice_is_passed_over(notice: str) -> None:
    cache = memory()
    remember(cache, GuildSettings(1))
    cache.hear(notice)
    assert cache.get(1) is not None
    cache.hear("1:1")
    assert cache.get(1) is None


# Several processes


async def test_a_change_is_seen_by_the_other_process_once_it_hears_of_it(
    pair: list[Process], guild_id: int
) -> None:
    here, there = pair
    assert await there.version(guild_id) == 0
    for version in (1, 2, 3):
        await here.change(guild_id, 10 + version)
        await there.hears(guild_id, version)
        assert (await there.get(guild_id)).points_per_message == 10 + version
    assert there.service.config_cache_status().outdated == 3


async def test_a_change_by_a_process_of_its_own_is_heard(one: Process, guild_id: int, dsn: str) -> None:
    program = (
        "import asyncio, sys\nfrom database.service import DatabaseService\n"
        "async def main():\n database = DatabaseService(sys.argv[1])\n await database.open()\n"
        " await database.guild_configs.change(guild_id=int(sys.argv[2]), setting='points_per_message', value=5,"
        " changed_by_id=1, interaction_id=1)\n await database.close()\nasyncio.run(main())"
    )
    assert await one.version(guild_id) == 0
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", program, dsn, str(guild_id))
    await one.hears(guild_id, 1)
    assert (await one.get(guild_id)).points_per_message == 5
    assert await other.wait() == 0


async def test_a_row_that_was_read_before_a_notice_and_comes_after_it_is_read_again(
    pair: list[Process], guild_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    read, has_read, may_go_on = there.service.guild_configs.read, asyncio.Event(), asyncio.Event()

    async def slow(*, guild_id: int) -> GuildSettings:
        config = await read(guild_id=guild_id)
        has_read.set()
        await may_go_on.wait()
        return config

    monkeypatch.setattr(there.service.guild_configs, "read", slow)
    asking = asyncio.create_task(there.version(guild_id))
    await has_read.wait()
    await here.change(guild_id, 5)
    await there.hears(guild_id, 1)
    may_go_on.set()
    assert await asking == 1
    assert (await there.version(guild_id), there.reads) == (1, 2)


async def test_notices_that_a_killed_listener_missed_are_made_up_for_when_it_is_back(
    pair: list[Process], guild_id: int, auditor: Any
) -> None:
    here, there = pair
    address, there.listener._dsn = there.listener._dsn, NOWHERE
    await there.version(guild_id)
    await auditor.fetch(LISTENERS.replace("pid", "pg_terminate_backend(pid)"))
    await there.listens(wanted=False)
    assert there.service.config_cache_status().size == 0
    assert await there.version(guild_id) == 0
    await here.change(guild_id, 5)
    assert await there.version(guild_id) == 0, "it cannot know yet, and may believe what it has for a moment"
    there.listener._dsn = address
    await there.listens()
    assert await there.version(guild_id) == 1
    await here.listens()
    await here.change(guild_id, 6)
    await there.hears(guild_id, 2)


async def test_a_change_that_nobody_tells_of_is_seen_after_the_lifetime(
    pair: list[Process], guild_id: int, auditor: Any
) -> None:
    here, there = pair
    await here.change(guild_id, 5)
    await there.hears(guild_id, 1)
    assert await there.version(guild_id) == 1
    await change_silently(auditor, guild_id)
    there.seconds += LIFETIME - 0.001
    assert await there.version(guild_id) == 1
    there.seconds += 0.001
    assert await there.version(guild_id) == 2


async def test_a_service_opens_works_and_closes_while_nothing_can_be_listened_to(
    database: DatabaseService, dsn: str, guild_id: int
) -> None:
    process = Process(dsn)
    process.listener._dsn = NOWHERE
    await process.service.open()
    assert (await process.change(guild_id, 5)).version == await process.version(guild_id) == 1
    assert not process.service.is_listening
    await process.service.close()


async def test_a_closed_service_leaves_no_listener_behind(pair: list[Process], auditor: Any) -> None:
    mine = {process.listener._task for process in pair}
    assert len(await auditor.fetch(LISTENERS)) >= len(mine) == 2
    for process in pair:
        await process.service.close()
        assert not process.service.is_listening
    assert all(task.done() for task in mine)


@pytest.mark.parametrize(("direct_dsn", "listens"), [(None, False), (NOWHERE, False), ("there", True)])
def test_nothing_is_listened_to_through_a_pooler(direct_dsn: str | None, listens: bool) -> None:
    service = DatabaseService(NOWHERE, PoolSettings(pooler="transaction"), direct_dsn=direct_dsn)
    assert (service._listener is not None) is listens


async def test_a_server_that_was_killed_or_froze_is_listened_to_again(
    mortal_server: MortalServer, guild_id: int
) -> None:
    async with processes(mortal_server.dsn) as [here, there]:
        await here.change(guild_id, 5)
        await there.hears(guild_id, 1)
        mortal_server.kill()
        await there.listens(wanted=False)
        await here.listens(wanted=False)
        assert there.cache.status().size == 0
        await mortal_server.start()
        await there.listens()
        assert await there.version(guild_id) == 1
        await here.change(guild_id, 6)
        await there.hears(guild_id, 2)

        there.listener.probe_seconds = 0.05
        auditor = await asyncpg.connect(mortal_server.dsn)
        await auditor.fetch(
            LISTENERS.replace("pid", "pg_terminate_backend(pid)")
        )  # so that the probe is the new one
        await there.listens(wanted=False)
        await there.listens()
        frozen = [row["pid"] for row in await auditor.fetch(LISTENERS)]
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            await there.listens(wanted=False)
            await there.listens()
            await here.change(guild_id, 7)
            await there.hears(guild_id, 3)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
            await auditor.close()


# A storm


class Storm:
    """Random acts of two processes on few servers, and what a reader may count on."""

    def __init__(
        self, processes: list[Process], auditor: Any, guild_ids: list[int], dice: random.Random
    ) -> None:
        self.processes, self.auditor, self.guild_ids, self.dice = processes, auditor, guild_ids, dice
        self.committed: dict[int, list[tuple[float, int]]] = {guild_id: [(0.0, 0)] for guild_id in guild_ids}
        self.known: dict[tuple[int, int], int] = {}
        self.mistakes: list[str] = []

    async def act(self) -> None:
        number = self.dice.randrange(2)
        process, guild_id = self.processes[number], self.dice.choice(self.guild_ids)
        kind = self.dice.choices(("read", "change", "silent", "time", "kill"), (60, 15, 5, 10, 0.5))[0]
        if kind == "read":
            await self.read(number, process, guild_id)
        elif kind == "change":
            config = await process.change(guild_id, self.dice.randrange(1_000))
            self.committed[guild_id].append((process.seconds, config.version))
            self.know(number, guild_id, config.version)
        elif kind == "silent":
            await change_silently(self.auditor, guild_id)
            row = "SELECT version FROM guild_configs WHERE guild_id = $1"
            version = await self.auditor.fetchval(row, guild_id) or 0
            self.committed[guild_id].append((process.seconds, version))
        elif kind == "time":
            passed = self.dice.random() * LIFETIME / 2
            for each in self.processes:
                each.seconds += passed
        else:
            await self.auditor.fetch(LISTENERS.replace("pid", "pg_terminate_backend(pid)"))

    async def read(self, number: int, process: Process, guild_id: int) -> None:
        known = self.known.get((number, guild_id), 0)
        long_ago = process.seconds - LIFETIME
        true_then = max(version for at, version in self.committed[guild_id] if at <= max(long_ago, 0.0))
        version = await process.version(guild_id)
        if version < known:
            self.mistakes.append(f"process {number} went back from {known} to {version}")
        if version < true_then:
            self.mistakes.append(f"process {number} read {version}, {true_then} was true a lifetime before")
        self.know(number, guild_id, version)

    def know(self, number: int, guild_id: int, version: int) -> None:
        self.known[number, guild_id] = max(version, self.known.get((number, guild_id), 0))


@pytest.mark.parametrize("size", [20_000, 2])
async def test_in_a_storm_no_reader_goes_back_in_time_or_stays_behind_for_longer_than_the_lifetime(
    auditor: Any, dsn: str, new_id: Callable[[], int], size: int
) -> None:
    guild_ids = [new_id() for _ in range(4)]
    turn = asyncio.Lock()  # the auditor is one connection
    async with processes(dsn, config_cache_size=size) as made:
        storm = Storm(made, auditor, guild_ids, random.Random(size))
        fetch, execute, fetchval = auditor.fetch, auditor.execute, auditor.fetchval
        storm.auditor = OneAtATime(turn, fetch=fetch, execute=execute, fetchval=fetchval)

        async def player() -> None:
            for _ in range(60):
                await storm.act()

        await asyncio.gather(*(player() for _ in range(8)))
        assert storm.mistakes == []
        for process in made:
            process.seconds += LIFETIME
            for guild_id in guild_ids:
                truth = await auditor.fetchval(
                    "SELECT version FROM guild_configs WHERE guild_id = $1", guild_id
                )
                assert await process.version(guild_id) == (truth or 0)
            assert (process.cache._looks, process.cache._loads) == ({}, {})
            assert process.cache.status().size <= size


class OneAtATime:
    def __init__(self, turn: asyncio.Lock, **calls: Any) -> None:
        for name, call in calls.items():
            setattr(self, name, self._queued(turn, call))

    def _queued(self, turn: asyncio.Lock, call: Any) -> Any:
        async def wait_and_call(*args: Any) -> Any:
            async with turn:
                return await call(*args)

        return wait_and_call
