"""A database that is migrated under a running process: said once in the log, and to people as what it is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from loguru import logger

from bot.errors import explain, who_can_act
from database import migrations
from database.clock import clock
from database.errors import SchemaDoesNotFit
from database.schema_watch import LOOK_SECONDS
from database.service import DatabaseService

OLDEST = "0001"


@pytest.fixture
async def running(scratch: str) -> AsyncIterator[DatabaseService]:
    await migrations.upgrade(scratch)
    service = DatabaseService(scratch)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
def lines() -> Iterator[list[str]]:
    said: list[str] = []
    sink = logger.add(lambda message: said.append(message.strip()), format="{level} {message}", level="INFO")
    yield said
    logger.remove(sink)


@pytest.fixture(autouse=True)
def time_comes_back() -> Iterator[None]:
    ahead = clock.ahead
    yield
    clock.move_to(ahead)


def warnings(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith("WARNING The database schema")]


async def renew(service: DatabaseService) -> Any:
    return await service.processes.leases()


async def test_an_action_on_a_schema_that_became_too_old_is_no_bug(
    running: DatabaseService, scratch: str, lines: list[str]
) -> None:
    await migrations.downgrade(scratch, OLDEST)
    for _ in range(2):
        with pytest.raises(SchemaDoesNotFit) as told:
            await renew(running)
        assert (
            explain(told.value) == "Reeve is being updated, and nothing was changed: try again in a minute."
        )
        assert who_can_act(told.value) == "operator"
    [warning] = warnings(lines)
    assert "run `python -m bot db upgrade`" in warning
    await migrations.upgrade(scratch)
    await renew(running)


async def test_the_watch_says_once_that_it_does_not_fit_and_once_that_it_does(
    running: DatabaseService, scratch: str, lines: list[str]
) -> None:
    """Without anybody asking for anything."""
    await migrations.downgrade(scratch, OLDEST)
    await looked_twice(running)
    assert len(warnings(lines)) == 1
    await migrations.upgrade(scratch)
    await looked_twice(running)
    assert lines.count("INFO The database schema fits this Reeve again.") == 1


async def looked_twice(service: DatabaseService) -> None:
    looks: asyncio.Queue[None] = asyncio.Queue()
    look = service.schema_watch._look

    async def counted() -> None:
        await look()
        looks.put_nowait(None)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.schema_watch, "_look", counted)
        for _ in range(2):
            clock.move_to(clock.ahead + timedelta(seconds=LOOK_SECONDS))
            async with asyncio.timeout(30):
                await looks.get()


async def test_what_is_missing_in_a_schema_that_fits_is_a_bug(
    running: DatabaseService, scratch: str, lines: list[str]
) -> None:
    connection = await asyncpg.connect(scratch)
    await connection.execute("ALTER TABLE shard_leases RENAME TO elsewhere")
    await connection.close()
    with pytest.raises(asyncpg.UndefinedTableError):
        await renew(running)
    assert not warnings(lines)
