"""What the tests of the database share: guilds of their own, an auditor's eye, and a server that may be killed."""

import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from database import migrations
from database.embedded import EmbeddedServer
from database.ledger import Movement
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
        return await self.database.points.earn(
            guild_id=self.guild_id, user_id=user_id, message_id=key or next(NUMBERS), said_at=said_at
        )

    async def balance(self, user_id: int) -> int:
        return await self.database.points.balance(guild_id=self.guild_id, user_id=user_id)

    async def mistakes(self) -> list[Any]:
        """What does not add up; empty when the ledger is right."""
        return [tuple(row) for row in await self.auditor.fetch(MISTAKES, self.guild_id)]


MISTAKES = """
    WITH rows AS (
        SELECT credit_id AS account_id, amount AS change FROM point_transfers WHERE guild_id = $1
        UNION ALL SELECT debit_id, -amount FROM point_transfers WHERE guild_id = $1
    ), sums AS (SELECT account_id, sum(change) AS balance FROM rows GROUP BY account_id)
    SELECT 'the sum is not zero', sum(balance) FROM sums HAVING sum(balance) <> 0
    UNION ALL
    SELECT 'balance of ' || account_id, a.balance - coalesce(sums.balance, 0) FROM point_accounts a
    LEFT JOIN sums USING (account_id)
    WHERE guild_id = $1 AND kind = 'member' AND a.balance <> coalesce(sums.balance, 0)
    UNION ALL
    SELECT 'in circulation', (SELECT sum(balance) FROM point_accounts WHERE guild_id = $1 AND kind = 'member')
        + (SELECT balance FROM sums WHERE account_id = 1)
    WHERE (SELECT sum(balance) FROM point_accounts WHERE guild_id = $1 AND kind = 'member')
        <> -coalesce((SELECT balance FROM sums WHERE account_id = 1), 0)
    UNION ALL
    SELECT 'rows of operation ' || operation_id, count(transfer_id) FROM point_operations o
    LEFT JOIN point_transfers t USING (guild_id, operation_id) WHERE guild_id = $1
    GROUP BY operation_id, o.refusal, o.guild_id HAVING count(transfer_id) <> (o.refusal IS NULL)::int
    UNION ALL
    SELECT 'unanswered', operation_id FROM point_operations WHERE guild_id = $1 AND answer IS NULL
"""


@pytest.fixture
def ledger(database: DatabaseService, auditor: Any, guild_id: int) -> Ledger:
    return Ledger(database, auditor, guild_id)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="reeve-e-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


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
def copy_cluster() -> Callable[[Path, Path], None]:
    return copy_with_owners


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


@pytest.fixture(scope="session")
async def empty_server(initialised_dir: Path) -> AsyncIterator[str]:
    """The address of a database whose tables may come and go: no other test looks at it."""
    path = Path(tempfile.mkdtemp(prefix="reeve-s-"))
    copy_with_owners(initialised_dir / "postgres", path / "postgres")
    server = EmbeddedServer(path)
    yield await server.start()
    await server.stop()
    shutil.rmtree(path)
