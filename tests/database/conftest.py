"""What the tests of the database share: guilds of their own, an auditor's eye, and a server that may be killed."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database.clock import clock
from database.ledger import Movement
from database.models import Case, CaseKind
from database.models.earning import Earner, Earning
from database.service import DatabaseService
from soak.ledger_audit import mistakes_of
from soak.scenario import Ground
from soak.servers import MortalServer, copied

NUMBERS = itertools.count(900_000_000_000_000_000)


@pytest.fixture
def new_id() -> Callable[[], int]:
    """Snowflakes that nobody else has: guilds, people, interactions."""
    return lambda: next(NUMBERS)


@pytest.fixture
async def days_pass() -> AsyncIterator[Callable[[float], None]]:
    """For Reeve's clock alone, until the test ends."""
    yield lambda days: clock.move_to(clock.ahead + timedelta(days=days))
    clock.move_to(timedelta())


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


class Ledger:
    """The ledger of one guild in short words, and what the auditor reads in it."""

    def __init__(self, database: DatabaseService, auditor: Any, guild_id: int) -> None:
        self.database, self.auditor, self.guild_id = database, auditor, guild_id

    async def award(
        self, receiver_id: int, amount: int, *, bot: bool = False, key: int | None = None
    ) -> Movement:
        return await self.database.points.award(
            guild_id=self.guild_id,
            receiver_id=receiver_id,
            receiver_is_bot=bot,
            amount=amount,
            reason="well done",
            actor_id=7000,
            interaction_id=key or next(NUMBERS),
        )

    async def give(
        self, giver_id: int, receiver_id: int, amount: int, *, bot: bool = False, key: int | None = None
    ) -> Movement:
        return await self.database.points.transfer(
            guild_id=self.guild_id,
            giver_id=giver_id,
            receiver_id=receiver_id,
            receiver_is_bot=bot,
            amount=amount,
            note=None,
            interaction_id=key or next(NUMBERS),
        )

    async def earn(self, user_id: int, said_at: datetime, *, key: int | None = None) -> int:
        earning = Earning(key or next(NUMBERS), user_id, said_at)
        [decided] = await self.database.earnings.earn(
            guild_id=self.guild_id, earner=Earner.MESSAGE, earnings=[earning]
        )
        return decided.points

    async def balance(self, user_id: int) -> int:
        return await self.database.points.balance(guild_id=self.guild_id, user_id=user_id)

    async def mistakes(self) -> list[str]:
        return await mistakes_of(self.auditor, self.guild_id)


@pytest.fixture
def ledger(database: DatabaseService, auditor: Any, guild_id: int) -> Ledger:
    return Ledger(database, auditor, guild_id)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="reeve-e-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def copy_cluster() -> Callable[[Path, Path], None]:
    return copied


@pytest.fixture
async def mortal_server(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    """Running, and at the newest revision; the test may kill it."""
    async with Ground(initialised_dir, "") as ground:
        yield await ground.server()


@pytest.fixture(scope="session")
async def empty_server(initialised_dir: Path) -> AsyncIterator[str]:
    """The address of a database whose tables may come and go: no other test looks at it."""
    async with Ground(initialised_dir, "") as ground:
        yield (await ground.server(fsync="off", autovacuum="off")).dsn


@pytest.fixture
async def scratch(empty_server: str) -> AsyncIterator[str]:
    """The address of a database without tables, on a server of these tests' own."""
    await forget_tables(empty_server)
    yield empty_server
    await forget_tables(empty_server)


async def forget_tables(dsn: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()
