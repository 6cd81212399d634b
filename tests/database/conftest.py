"""What the tests of the database share: guilds of their own, an auditor's eye, and a server that may be killed."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from database import migrations
from database.embedded import EmbeddedServer
from database.models import Case, CaseKind
from database.service import DatabaseService

NUMBERS = itertools.count(900_000_000_000_000_000)


@pytest.fixture
def new_id() -> Callable[[], int]:
    """Snowflakes that nobody else has: guilds, people, interactions."""
    return lambda: next(NUMBERS)


@pytest.fixture
def guild_id(new_id: Callable[[], int]) -> int:
    return new_id()


@pytest.fixture
async def auditor(database: DatabaseService, dsn: str) -> AsyncIterator[Any]:
    """A plain connection that says it is the system's own: it sees every guild, outside of all our code."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


OpenCase = Callable[..., Awaitable[Case]]


@pytest.fixture
def open_case(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> OpenCase:
    """A warning in this test's guild, with whatever the test wants to be different."""

    async def opened(**different: Any) -> Case:
        usual = {
            "guild_id": guild_id,
            "kind": CaseKind.WARN,
            "target_id": 11,
            "target_name": "ann",
            "moderator_id": 22,
            "moderator_name": "max",
            "reason": "spam",
            "interaction_id": new_id(),
        }
        return await database.cases.open(**{**usual, **different})

    return opened


class MortalServer:
    """A PostgreSQL of one test's own, which the test may kill."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.server = EmbeddedServer(data_dir)
        self.dsn = ""

    async def start(self) -> None:
        self.dsn = await self.server.start()

    @property
    def postmaster(self) -> psutil.Process:
        file = self.data_dir / "postgres" / "cluster" / "postmaster.pid"
        return psutil.Process(int(file.read_text().splitlines()[0]))

    def kill(self) -> None:
        """As when the machine runs out of memory: no process of it has time for a word."""
        postmaster = self.postmaster
        for process in [postmaster, *postmaster.children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue


@pytest.fixture(scope="session")
async def initialised_dir() -> AsyncIterator[Path]:
    """The data directory of a stopped server at the newest revision, to be copied: initdb takes longer."""
    path = Path(tempfile.mkdtemp(prefix="reeve-i-"))
    server = EmbeddedServer(path)
    await migrations.upgrade(await server.start())
    await server.stop()
    yield path
    shutil.rmtree(path)


@pytest.fixture
async def mortal_server(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    """Running, and at the newest revision."""
    path = Path(tempfile.mkdtemp(prefix="reeve-m-"))
    copy_with_owners(initialised_dir / "postgres", path / "postgres")
    mortal = MortalServer(path)
    await mortal.start()
    yield mortal
    await mortal.server.stop()
    shutil.rmtree(path)


def copy_with_owners(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("socket"))
    for path in (target, *target.rglob("*")):
        original = source / path.relative_to(target)
        shutil.chown(path, original.stat().st_uid, original.stat().st_gid)
