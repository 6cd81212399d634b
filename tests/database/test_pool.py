"""The connections: how many there are, who holds them, how long they live, and what one reads when there is none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from loguru import logger
from sqlalchemy import literal_column
from sqlmodel import func, select

from database import pool as pool_module
from database import waiting
from database.errors import AllConnectionsBusy
from database.service import DatabaseService
from database.settings import PoolSettings
from database.statements import statement

BACKEND = statement(select(func.pg_backend_pid()), into=int)

Opened = Callable[..., Awaitable[DatabaseService]]


@pytest.fixture
async def opened(dsn: str) -> AsyncIterator[Opened]:
    """A service with pool settings of one's own."""
    async with AsyncExitStack() as services:

        async def made(**settings: Any) -> DatabaseService:
            database = DatabaseService(dsn, PoolSettings(**settings))
            services.push_async_callback(database.close)
            await database.open()
            return database

        yield made


@asynccontextmanager
async def listening() -> AsyncIterator[asyncio.Queue[str]]:
    """What is logged meanwhile."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    sink = logger.add(heard.put_nowait, format="{message}")
    try:
        yield heard
    finally:
        logger.remove(sink)


async def until_waiting(database: DatabaseService, count: int) -> None:
    async with asyncio.timeout(60):
        while database.pool_status().waiting < count:  # noqa: ASYNC110  # the line tells nobody
            await asyncio.sleep(0)


async def backend(database: DatabaseService) -> int:
    async with database.transaction(system=True) as tx:
        return (await tx.exec(BACKEND)).one()


async def test_the_pool_keeps_the_least_and_grows_to_the_most(opened: Opened) -> None:
    database = await opened(pool_least=2, pool_most=4)
    assert database.pool_status()[:5] == (2, 0, 0, 2, 4)
    async with AsyncExitStack() as held:
        for _ in range(4):
            await held.enter_async_context(database.transaction(system=True))
        status = database.pool_status()
        assert (status.size, status.checked_out, status.overflow, status.idle) == (4, 4, 2, 0)
    assert database.pool_status().checked_out == 0


async def test_the_connection_that_came_back_last_is_lent_first(opened: Opened) -> None:
    database = await opened(pool_least=3, pool_most=3)
    async with AsyncExitStack() as held:
        for _ in range(3):
            await held.enter_async_context(database.transaction(system=True))
    assert len({await backend(database) for _ in range(6)}) == 1


async def test_a_connection_past_its_age_is_replaced_when_it_comes_back(opened: Opened) -> None:
    database = await opened(pool_recycle_seconds=1e-6)
    assert await backend(database) != await backend(database)
    assert database.pool_status().checked_out == 0


async def test_a_young_connection_stays(opened: Opened) -> None:
    database = await opened(pool_recycle_seconds=3600)
    assert await backend(database) == await backend(database)


async def test_what_nobody_needs_is_closed(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "WATCH_SECONDS", 0.01)
    database = await opened(pool_least=1, pool_most=3, pool_idle_seconds=0.01)
    async with AsyncExitStack() as held:
        for _ in range(3):
            await held.enter_async_context(database.transaction(system=True))
    async with asyncio.timeout(60):
        while database.pool_status().size > 1:  # noqa: ASYNC110  # the watch tells nobody
            await asyncio.sleep(0.01)


async def test_connections_say_who_they_are_and_keep_the_operator_s_limits(opened: Opened) -> None:
    database = await opened(
        application_name="reeve-7",
        statement_timeout_seconds=7,
        lock_timeout_seconds=1.5,
        idle_timeout_seconds=0,
    )
    wanted = {
        "application_name": "reeve-7",
        "statement_timeout": "7000",
        "lock_timeout": "1500",
        "idle_in_transaction_session_timeout": "0",
    }
    async with database.transaction(system=True) as tx:
        for name, value in wanted.items():
            shown = select(literal_column("setting")).select_from(func.pg_show_all_settings())
            found = await tx.query(shown.where(literal_column("name") == name), str)
            assert found.one() == value, name


async def test_an_exhausted_pool_says_so_in_time_and_the_log_names_who_holds_it(
    opened: Opened, guild_id: int
) -> None:
    database = await opened(pool_most=1, pool_timeout_seconds=0.05)
    async with listening() as heard, database.transaction(system=True):
        with pytest.raises(AllConnectionsBusy, match="nothing was changed: try again in a minute"):
            await database.cases.get(guild_id=guild_id, number=1)
        assert await heard.get() == "All 1 connections are busy: a transaction outside of actions 1\n"
    status = database.pool_status()
    assert (status.waits, status.waiting) == (1, 0)
    assert status.waited_seconds >= 0.05
    await database.health()


def test_by_default_who_waits_is_told_within_the_time_that_discord_allows() -> None:
    assert PoolSettings().pool_timeout_seconds < 3


async def test_the_patient_wait_longer_and_begin_in_their_order_after_the_hurried(
    opened: Opened, guild_id: int
) -> None:
    database = await opened(pool_most=1, pool_timeout_seconds=0.05, pool_patience_seconds=60)
    served: list[str] = []

    async def read(name: str) -> None:
        async with database.read(guild_id=guild_id):
            served.append(name)

    async def after_the_answer(name: str) -> None:
        database.be_patient()
        for step in ("begins", "goes on"):
            await read(f"{name} {step}")

    async with database.transaction(system=True):
        patient = [asyncio.create_task(after_the_answer(name)) for name in ("first", "second", "third")]
        await until_waiting(database, 3)
        with pytest.raises(AllConnectionsBusy):
            await database.health()
        assert [each.done() for each in patient] == [False] * 3
        hurried = asyncio.create_task(read("hurried"))
        await until_waiting(database, 4)
    await asyncio.gather(hurried, *patient)
    assert served[:3] == ["hurried", "first begins", "second begins"]
    assert served.index("first goes on") < served.index("third begins")


async def patiently(database: DatabaseService) -> None:
    database.be_patient()
    await database.health()


async def test_patience_ends(opened: Opened) -> None:
    database = await opened(pool_most=1, pool_timeout_seconds=0.01, pool_patience_seconds=0.05)
    async with database.transaction(system=True):
        with pytest.raises(AllConnectionsBusy, match="nothing was changed"):
            await asyncio.create_task(patiently(database))


async def test_a_line_of_the_patient_does_not_grow_without_end(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_PATIENT", 3)
    database = await opened(pool_most=1, pool_patience_seconds=60)
    async with database.transaction(system=True):
        others = [asyncio.create_task(patiently(database)) for _ in range(3)]
        await until_waiting(database, 3)
        with pytest.raises(AllConnectionsBusy):
            await asyncio.create_task(patiently(database))
    await asyncio.gather(*others)


async def test_who_holds_a_connection_too_long_is_named_once(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "WATCH_SECONDS", 0.001)
    database = await opened(held_warning_seconds=0.001)
    async with listening() as heard, database.transaction(system=True):
        assert (await heard.get()).startswith(
            "a transaction outside of actions has held a database connection for 0.0 s"
        )
        for _ in range(20):
            await asyncio.sleep(0.001)  # rounds of the watch, in which it could speak again
        assert heard.empty()
    assert database.figures.held_too_long == 1


async def test_many_who_wait_are_counted_and_all_get_their_turn(opened: Opened) -> None:
    database = await opened(pool_most=2)
    await asyncio.gather(*(database.health() for _ in range(40)))
    status = database.pool_status()
    assert status.waits > 0
    assert (status.size, status.waiting, status.checked_out) == (2, 0, 0)
