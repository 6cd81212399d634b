"""A read replica: a real streaming standby serves reports while it is fresh, and the primary does when it is not."""

import ast
import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import column, func, select, table

from database._embedded_files import PROGRAMS, ServerUser
from database.actions import action
from database.clock import clock
from database.controllers._base import BaseController
from database.errors import ReplicaOfAnotherServer
from database.models import ALL_TIME, Progress, User
from database.models.user import SEEN
from database.replica import Replica, ReplicaState
from database.service import DatabaseService
from database.settings import PoolSettings
from database.statements import statement
from soak.scenario import Ground
from soak.servers import MortalServer, scratch_folder

NewId = Callable[[], int]
ON_STANDBY = statement(select(func.pg_is_in_recovery()), into=bool)
SLEEP = statement(select(func.pg_sleep(30)), into=str)
USERS = statement(select(User), into=User)
NEW_TABLE = statement(select(column("number")).select_from(table("made_just_now")), into=int)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CONTROLLERS = (Path(__file__).resolve().parents[2] / "database" / "controllers").glob("*.py")
MOST_LAG = 1.0
"""Seconds; looked at ten times as often."""
ANN = 5_000_000_000


@pytest.fixture(scope="module")
async def primary(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    async with Ground(initialised_dir, "") as ground:
        yield await ground.server()


@pytest.fixture(scope="module")
async def standby(primary: MortalServer) -> AsyncIterator[MortalServer]:
    """As docs/operator.md makes one."""
    with scratch_folder() as folder:
        user = ServerUser()
        user.ensure()
        home = folder / "postgres"
        home.mkdir(mode=0o700)
        os.chown(home, user.user_id, user.group_id)
        command = [PROGRAMS / "pg_basebackup", "-d", primary.server.superuser_dsn, "-D", home / "cluster"]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        await asyncio.to_thread(subprocess.run, [*command, *options], check=True, cwd=home, **user.as_child())
        server = MortalServer(folder)
        await server.start()
        await server.set(max_standby_streaming_delay="0", wal_retrieve_retry_interval="100ms")
        yield server
        await server.stop()


@pytest.fixture
async def database(primary: MortalServer, standby: MortalServer) -> AsyncIterator[DatabaseService]:
    settings = PoolSettings(replica_lag_seconds=MOST_LAG)
    service = DatabaseService(primary.dsn, settings, replica_dsn=standby.dsn)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def admin(standby: MortalServer) -> AsyncIterator[Any]:
    """The standby's superuser."""
    connection = await asyncpg.connect(standby.server.superuser_dsn)
    yield connection
    await connection.execute("SELECT pg_wal_replay_resume()")
    await connection.close()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110  # what another process does sends no event
            await asyncio.sleep(0.01)


def state(database: DatabaseService) -> ReplicaState:
    status = database.replica_status()
    assert status is not None
    return status.state


async def serving(database: DatabaseService) -> None:
    await until(lambda: state(database) is ReplicaState.SERVES)


async def is_on_standby(database: DatabaseService) -> bool:
    async with database.report(guild_id=1) as tx:
        return (await tx.exec(ON_STANDBY)).one()


async def award(database: DatabaseService, guild_id: int, key: int) -> None:
    await database.points.award(
        guild_id=guild_id, receiver_id=ANN, receiver_is_bot=False, amount=10, reason="r", actor_id=1,
        interaction_id=key,
    )  # fmt: skip


async def top(database: DatabaseService, guild_id: int) -> int:
    while await database.boards.refresh(guild_id=guild_id, now=clock.now()) is Progress.MORE:
        pass
    page = await database.boards.page(guild_id=guild_id, board=ALL_TIME)
    return sum(standing.points for standing in page.standings)


class Reports(BaseController):
    """Actions that wait for the test in the middle of what they read."""

    topic = "tests"

    def __init__(self, database: DatabaseService) -> None:
        super().__init__(database)
        self.ran_on_standby: list[bool] = []
        self.is_inside = asyncio.Event()
        self.may_go_on = asyncio.Event()

    @action(repeatable=True)
    async def wait(self, *, guild_id: int) -> bool:
        async with self._report(guild_id=guild_id) as tx:
            self.ran_on_standby.append((await tx.exec(ON_STANDBY)).one())
            self.is_inside.set()
            await self.may_go_on.wait()
            return (await tx.exec(ON_STANDBY)).one()

    @action(repeatable=True)
    async def sleep(self, *, guild_id: int) -> int:
        """A long statement, where it is run on the standby."""
        async with self._report(guild_id=guild_id) as tx:
            self.ran_on_standby.append((await tx.exec(ON_STANDBY)).one())
            seen = len((await tx.exec(USERS)).all())
            self.is_inside.set()
            if self.ran_on_standby[-1]:
                await tx.exec(SLEEP)
            return seen

    @action(repeatable=True)
    async def write(self, *, guild_id: int) -> None:
        async with self._report(guild_id=guild_id) as tx:
            self.ran_on_standby.append((await tx.exec(ON_STANDBY)).one())
            await tx.exec(SEEN, **sighting(guild_id))

    @action(repeatable=True)
    async def newest(self, *, guild_id: int) -> int:
        async with self._report(guild_id=guild_id) as tx:
            self.ran_on_standby.append((await tx.exec(ON_STANDBY)).one())
            return (await tx.exec(NEW_TABLE)).one()

    @property
    def repeats(self) -> dict[str, int]:
        return {cause: n for figures in self._figures for cause, n in figures.repeats.items()}


def sighting(guild_id: int) -> dict[str, Any]:
    names = {"name": "ann", "display_name": "Ann"}
    return {"guild_id": guild_id, "user_id": ANN, "seen_at": NOW, "stale_before": NOW, **names}


async def test_a_report_runs_on_the_standby_and_nothing_else_does(
    database: DatabaseService, guild_id: int, new_id: NewId
) -> None:
    await serving(database)
    assert await is_on_standby(database)
    async with database.read(guild_id=1) as tx:
        assert not (await tx.exec(ON_STANDBY)).one()
    before = database.replica_status()
    assert before is not None
    assert before.lag_seconds is not None
    assert 0 <= before.lag_seconds < MOST_LAG
    await award(database, guild_id, new_id())
    assert (
        await database.points.balance(guild_id=guild_id, user_id=ANN) == 10
    )  # at once: no balance is a report
    async with asyncio.timeout(60):
        while await top(database, guild_id) != 10:
            pass
    after = database.replica_status()
    assert after is not None
    assert after.served > before.served
    assert after.fell_back == before.fell_back


async def test_a_standby_that_lags_is_shown_passed_over_and_taken_back(
    database: DatabaseService, admin: Any, guild_id: int, new_id: NewId, monkeypatch: pytest.MonkeyPatch
) -> None:
    await serving(database)
    await admin.execute("SELECT pg_wal_replay_pause()")
    await award(database, guild_id, new_id())
    await until(lambda: state(database) is ReplicaState.LAGS)
    status = database.replica_status()
    assert status is not None
    assert status.lag_seconds is not None
    assert status.lag_seconds > MOST_LAG
    assert await top(database, guild_id) == 10
    with monkeypatch.context() as fault:
        fault.setattr(Replica, "is_fit", True)
        assert await top(database, guild_id) == 0  # what people would read, were the lag not looked at
    await admin.execute("SELECT pg_wal_replay_resume()")
    await serving(database)
    assert await is_on_standby(database)
    assert await top(database, guild_id) == 10


async def test_a_standby_has_no_lag_while_the_primary_has_nothing_to_do(
    database: DatabaseService, admin: Any, primary: MortalServer
) -> None:
    """The age of the last commit that was replayed grows for hours; that is no lag."""
    superuser = await asyncpg.connect(primary.server.superuser_dsn)
    await superuser.execute("SELECT pg_switch_wal()")  # leaves the position at the end of a file
    await superuser.close()
    async with asyncio.timeout(60):
        while not await admin.fetchval(  # noqa: ASYNC110  # time passes there
            "SELECT now() - pg_last_xact_replay_timestamp() > make_interval(secs => $1)", 2 * MOST_LAG
        ):
            await asyncio.sleep(0.05)
    status = database.replica_status()
    assert status is not None
    assert status.state is ReplicaState.SERVES
    assert status.lag_seconds is not None
    assert status.lag_seconds < MOST_LAG


async def test_a_report_outlives_the_kill_of_its_standby_which_serves_again_when_it_is_back(
    database: DatabaseService, standby: MortalServer, guild_id: int
) -> None:
    await serving(database)
    reports = Reports(database)
    report = asyncio.create_task(reports.wait(guild_id=guild_id))
    await reports.is_inside.wait()
    standby.kill()
    reports.may_go_on.set()
    assert await report is False
    assert reports.ran_on_standby == [True, False]
    assert sum(reports.repeats.values()) == 1

    await until(lambda: state(database) is ReplicaState.AWAY)
    assert not await is_on_standby(database)
    assert await top(database, guild_id) == 0
    await standby.start()
    await serving(database)
    assert await is_on_standby(database)


async def test_a_report_that_the_standby_cancels_to_go_on_replaying_runs_on_the_primary(
    database: DatabaseService, primary: MortalServer, guild_id: int, new_id: NewId
) -> None:
    await serving(database)
    reports = Reports(database)
    report = asyncio.create_task(reports.sleep(guild_id=guild_id))
    await reports.is_inside.wait()
    owner = await asyncpg.connect(primary.dsn)
    async with owner.transaction():
        await owner.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
    await owner.close()
    assert await report == 0
    assert reports.ran_on_standby == [True, False]
    assert reports.repeats == {"SerializationError": 1}


async def test_what_the_standby_does_not_have_yet_is_read_on_the_primary(
    primary: MortalServer, standby: MortalServer, admin: Any, guild_id: int
) -> None:
    """After a migration, the first reports may be ahead of it there."""
    owner = await asyncpg.connect(primary.dsn)
    database = DatabaseService(primary.dsn, replica_dsn=standby.dsn)
    await database.open()
    await serving(database)
    reports = Reports(database)
    await admin.execute("SELECT pg_wal_replay_pause()")
    await owner.execute("CREATE TABLE made_just_now AS SELECT 7 AS number")
    assert await reports.newest(guild_id=guild_id) == 7
    assert reports.ran_on_standby == [True, False]
    assert reports.repeats == {"UndefinedTableError": 1}
    await owner.execute("DROP TABLE made_just_now")
    await owner.close()
    await database.close()


async def test_a_report_that_writes_is_a_bug_and_not_the_fault_of_the_standby(
    database: DatabaseService, guild_id: int
) -> None:
    await serving(database)
    reports = Reports(database)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await reports.write(guild_id=guild_id)
    assert reports.ran_on_standby == [True]
    assert state(database) is ReplicaState.SERVES


async def test_guilds_stay_apart_on_the_standby(
    database: DatabaseService, standby: MortalServer, new_id: NewId
) -> None:
    await serving(database)
    guilds = [new_id() for _ in range(8)]
    for guild in guilds:
        await database.users.seen(guild_id=guild, user_id=ANN, name="ann", display_name="Ann", seen_at=NOW)
    seen: set[int] = set()

    async def look(guild: int) -> None:
        async with asyncio.timeout(60):
            while True:
                async with database.report(guild_id=guild) as tx:
                    assert (await tx.exec(ON_STANDBY)).one()
                    found = {user.guild_id for user in (await tx.exec(USERS)).all()}
                assert found <= {guild}
                if found:
                    seen.add(guild)
                    return

    await asyncio.gather(*map(look, guilds))
    assert seen == set(guilds)
    stranger = await asyncpg.connect(standby.dsn)
    assert await stranger.fetchval("SELECT count(*) FROM users") == 0
    await stranger.close()


async def test_a_standby_of_another_server_is_refused(primary: MortalServer, dsn: str) -> None:
    database = DatabaseService(primary.dsn, replica_dsn=dsn)
    with pytest.raises(ReplicaOfAnotherServer, match="correct or remove one of them"):
        await database.open()
    await database.close()


async def test_a_standby_that_is_ahead_of_its_primary_is_refused(
    initialised_dir: Path, standby: MortalServer
) -> None:
    """The primary was restored to a moment before: the standby shows what no longer happened."""
    async with Ground(initialised_dir, "") as ground:
        restored = await ground.server()
        database = DatabaseService(restored.dsn, replica_dsn=standby.dsn)
        with pytest.raises(ReplicaOfAnotherServer):
            await database.open()
        await database.close()


@pytest.mark.parametrize("wrong", ["the primary", "nobody"])
async def test_without_a_standby_all_reports_run_on_the_primary(
    primary: MortalServer, guild_id: int, wrong: str
) -> None:
    address = primary.dsn if wrong == "the primary" else "postgresql://reeve@127.0.0.1:1/reeve"
    database = DatabaseService(primary.dsn, replica_dsn=address)
    await database.open()
    assert await top(database, guild_id) == 0
    status = database.replica_status()
    assert status is not None
    assert status.state is (ReplicaState.NO_STANDBY if wrong == "the primary" else ReplicaState.AWAY)
    assert (status.lag_seconds, status.served, status.fell_back) == (None, 0, 1)
    await database.close()


def test_only_leaderboards_exports_and_figures_of_days_are_reports() -> None:
    """Nothing that is decided upon, and nothing that a member expects to be true at once."""
    reports = {
        f"{path.stem}.{method.name}"
        for path in CONTROLLERS
        for method in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(method, ast.AsyncFunctionDef) and "self._report(" in ast.unparse(method)
    }
    boards = {f"boards.{name}" for name in ("after", "around", "at", "before", "page")}
    supply = {"checks.days", "checks.totals"}
    assert reports == boards | supply | {"_base.export", "case_exports.stream", "statistics.of_days"}
