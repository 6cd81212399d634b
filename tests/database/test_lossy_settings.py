"""A PostgreSQL that answers COMMIT before the row is safe is named at every start."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from loguru import logger

from database.server import running_database
from database.settings import DatabaseSettings
from soak.scenario import Ground
from soak.servers import MortalServer


@pytest.fixture
def heard() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}")
    yield lines
    logger.remove(sink)


@pytest.fixture(scope="module")
async def server(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    async with Ground(initialised_dir, "") as ground:
        yield await ground.server()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
async def test_a_server_of_ones_own_that_may_lose_commits_is_named(
    server: MortalServer, heard: list[str], setting: str
) -> None:
    settings = DatabaseSettings(database_url=server.dsn)
    async with running_database(settings):
        assert [line for line in heard if line.startswith("ERROR")] == []
    await server.set(**{setting: "off"})
    async with running_database(settings):
        assert f"ERROR PostgreSQL runs with {setting} off: a crash loses what Reeve has confirmed" in "".join(
            heard
        )
    await server.set(**{setting: "on"})


async def test_so_is_the_embedded_one_where_somebody_has_changed_it(
    server: MortalServer, heard: list[str]
) -> None:
    await server.set(synchronous_commit="off", fsync="off")
    await server.stop()
    async with running_database(DatabaseSettings(data_dir=server.data_dir)):
        assert "runs with fsync and synchronous_commit off" in "".join(heard)
