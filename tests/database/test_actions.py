"""Actions are counted, and repeated where that is harmless: only there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

import asyncpg
import psutil
import pytest
from loguru import logger
from sqlalchemy import text
from sqlmodel import func, select

from database import actions
from database.actions import action
from database.clock import clock
from database.controllers._base import BaseController
from database.errors import AllConnectionsBusy, CaseNotFound, DatabaseUnavailable
from database.figures import BUCKETS, ActionFigures
from database.line import Line
from database.models import User
from database.models.user import SEEN
from database.outages import AWAY, STOPPED, unavailable
from database.service import DatabaseService
from database.settings import PoolSettings
from database.statements import statement

USERS = statement(select(User), into=User)


class Trouble(BaseController):
    """Actions that meet what the test wants, so many times."""

    topic = "trouble"
    met = 0

    async def meet(self, error: BaseException | None, times: int) -> None:
        self.met += 1
        if error is not None and self.met <= times:
            if isinstance(error, AWAY):
                raise unavailable(error, has_begun=False) from error  # as a transaction's line says it
            raise error

    @action(repeatable=True)
    async def repeatable(self, *, guild_id: int, error: BaseException | None = None, times: int = 1) -> int:
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, self.met))
            await self.meet(error, times)
            return self.met

    @action(repeatable=False)
    async def once(self, *, guild_id: int, error: BaseException) -> int:
        async with self._transaction(guild_id=guild_id):
            await self.meet(error, 1)
            return self.met

    @action(repeatable=True)
    async def locks(self, *, guild_id: int, first: int, second: int, met: asyncio.Barrier) -> int:
        """Lock two rows one after another; somebody else does so the other way round."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, first, name=f"name {first} {second}"))
            if self.met == 0:
                await met.wait()
            self.met += 1
            await tx.exec(SEEN, **sighting(guild_id, second, name=f"name {second} {first}"))
            return self.met

    @action(repeatable=True)
    async def names(self, *, guild_id: int) -> Any:
        async with self._read(guild_id=guild_id) as tx:
            for user in (await tx.exec(USERS)).all():
                yield user.user_id


def sighting(guild_id: int, user_id: int, name: str = "ann") -> dict[str, Any]:
    now = clock.now()
    return {
        "guild_id": guild_id, "user_id": user_id, "name": name, "display_name": name,
        "seen_at": now, "stale_before": now,
    }  # fmt: skip


@pytest.fixture
def clock_of_actions(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """It stands still, so that no repeat comes too late on a busy machine."""
    standing = SimpleNamespace(perf_counter=lambda: 0.0)
    monkeypatch.setattr(actions, "time", standing)
    return standing


@pytest.fixture
def trouble(database: DatabaseService, clock_of_actions: SimpleNamespace) -> Trouble:
    return Trouble(database)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.SerializationError("could not serialize"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.InvalidCachedStatementError("cached plan"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        ConnectionResetError("reset"),
        asyncpg.QueryCanceledError("canceling statement due to user request"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_is_tried_again_whole(trouble: Trouble, guild_id: int, error: Exception) -> None:
    assert await trouble.repeatable(guild_id=guild_id, error=error, times=2) == 3
    figures = trouble.figures_of("repeatable")
    assert (figures.count, figures.repeats) == (1, {type(error).__name__: 2})
    assert not figures.errors


async def test_an_action_that_a_repeat_could_double_is_never_repeated(
    trouble: Trouble, guild_id: int
) -> None:
    with pytest.raises(DatabaseUnavailable):
        await trouble.once(guild_id=guild_id, error=asyncpg.SerializationError("again?"))
    assert trouble.met == 1
    assert trouble.figures_of("once").errors == {"DatabaseUnavailable": 1}


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("a bug"),
        asyncpg.LockNotAvailableError("waited long enough"),
        CaseNotFound(1),
        ValueError("a bug"),
        asyncpg.InvalidAuthorizationSpecificationError("the operator is at work"),
        asyncio.CancelledError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_would_only_happen_again_is_not_repeated(
    trouble: Trouble, guild_id: int, error: BaseException
) -> None:
    with pytest.raises((type(error), DatabaseUnavailable)):
        await trouble.repeatable(guild_id=guild_id, error=error)
    assert trouble.met == 1


async def test_patience_ends(trouble: Trouble, guild_id: int, clock_of_actions: SimpleNamespace) -> None:
    """Where each try takes a second."""
    clock_of_actions.perf_counter = lambda: float(trouble.met)
    with pytest.raises(DatabaseUnavailable, match="nothing was changed"):
        await trouble.repeatable(guild_id=guild_id, error=ConnectionResetError(), times=10**9)
    assert trouble.met == actions.REPEAT_SECONDS + 1


async def test_an_unknown_outcome_is_worth_asking_again_however_busy_it_is(
    trouble: Trouble, guild_id: int
) -> None:
    errors: list[Exception] = [DatabaseUnavailable(is_passing=True, is_unknown=True), AllConnectionsBusy()]

    async def meet(_: object, __: int) -> None:
        trouble.met += 1
        if errors:
            raise errors.pop(0)

    trouble.meet = meet  # type: ignore[method-assign]  # what the next runs of the action meet
    assert await trouble.repeatable(guild_id=guild_id) == 3


@pytest.mark.usefixtures("clock_of_actions")
async def test_two_that_lock_each_other_out_both_end_well(database: DatabaseService, guild_id: int) -> None:
    met, one, other = asyncio.Barrier(2), Trouble(database), Trouble(database)
    runs = await asyncio.gather(
        one.locks(guild_id=guild_id, first=1, second=2, met=met),
        other.locks(guild_id=guild_id, first=2, second=1, met=met),
    )
    assert sorted(runs) == [1, 2]
    assert database.figures.of("trouble.locks").repeats == {"DeadlockDetectedError": 1}


async def test_a_connection_that_is_cut_in_the_middle_costs_nothing_but_a_repeat(
    database: DatabaseService, auditor: Any, guild_id: int
) -> None:
    class Cut(BaseController):
        topic = "cut"
        runs = 0

        @action(repeatable=True)
        async def first_run(self) -> None:
            async with self._transaction(guild_id=guild_id) as tx:
                backend = (await tx.query(select(func.pg_backend_pid()), int)).one()
                self.runs += 1
                if self.runs == 1:
                    await auditor.execute("SELECT pg_terminate_backend($1)", backend)
                await tx.exec(SEEN, **sighting(guild_id, self.runs))

    cut = Cut(database)
    await cut.first_run()
    assert cut.runs == 2
    assert sum(cut.figures_of("first_run").repeats.values()) == 1


async def test_an_unknown_outcome_is_told_apart_from_nothing_done() -> None:
    unknown = DatabaseUnavailable(is_unknown=True)
    assert "look whether it is done" in str(unknown)
    assert "nothing was changed" in str(DatabaseUnavailable())


def test_what_postgresql_stopped_itself_was_not_written() -> None:
    for error in STOPPED:
        assert not unavailable(error("x"), has_begun=True).is_unknown
    assert unavailable(ConnectionResetError(), has_begun=True).is_unknown


async def test_figures_tell_how_often_how_long_and_with_how_many_statements(
    database: DatabaseService, guild_id: int
) -> None:
    for _ in range(3):
        await database.users.get(guild_id=guild_id, user_id=1)
    with pytest.raises(CaseNotFound):
        await database.cases.get(guild_id=guild_id, number=1)
    users, cases = database.figures.of("users.get"), database.figures.of("cases.get")
    assert (users.count, users.statements, sum(users.buckets), users.refused) == (3, 3, 3, 0)
    assert (cases.count, cases.refused, dict(cases.errors)) == (1, 1, {})
    assert users.seconds > 0
    assert [figures.name for figures in database.figures] == ["cases.get", "users.get"]


def test_a_latency_counts_in_the_first_bucket_that_holds_it() -> None:
    figures = ActionFigures("x")
    for seconds in (0.0, BUCKETS[0], BUCKETS[0] * 1.001, 1e9):
        figures.ended(seconds, 0)
    assert (figures.buckets[0], figures.buckets[1], figures.buckets[-1]) == (2, 1, 1)


async def test_rows_that_are_given_one_by_one_count_as_one_action(
    trouble: Trouble, database: DatabaseService, guild_id: int
) -> None:
    for _ in range(3):
        await trouble.repeatable(guild_id=guild_id)
    seen = [user_id async for user_id in trouble.names(guild_id=guild_id)]
    assert len(seen) == 3
    figures = trouble.figures_of("names")
    assert (figures.count, figures.statements) == (1, 1)
    assert database.pool_status().checked_out == 0


async def test_who_stops_reading_early_leaves_no_transaction_open(
    trouble: Trouble, database: DatabaseService, guild_id: int
) -> None:
    await trouble.repeatable(guild_id=guild_id)
    await trouble.repeatable(guild_id=guild_id)
    names = trouble.names(guild_id=guild_id)
    await anext(names)
    await names.aclose()
    assert database.pool_status().checked_out == 0
    assert not trouble.figures_of("names").errors


@asynccontextmanager
async def logged() -> AsyncIterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{message}")
    try:
        yield lines
    finally:
        logger.remove(sink)


async def test_a_slow_statement_is_logged_with_its_action_and_plan_but_without_values(
    dsn: str, database: DatabaseService, guild_id: int
) -> None:
    watchful = DatabaseService(dsn, PoolSettings(slow_statement_ms=1e-6, slow_statement_plans=True))
    await watchful.open()
    async with logged() as lines:
        await watchful.cases.reasons(guild_id=guild_id, typed="a secret word", longest=99)
    await watchful.close()
    told = "".join(lines)
    assert "cases.reasons waited" in told
    assert "FROM cases" in told
    assert "Scan" in told
    assert "$2" in told
    assert "secret" not in told
    assert told.count("waited") == 1
    assert watchful.figures.slow_statements == 1


async def test_a_read_cannot_write(database: DatabaseService, guild_id: int) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with database.read(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, 1))


async def test_a_part_may_fail_and_the_rest_goes_on(database: DatabaseService, guild_id: int) -> None:
    async with database.transaction(guild_id=guild_id) as tx:
        for user_id, name in enumerate(["ann", "", "cem", "", "eli"], start=1):
            try:
                async with tx.savepoint():
                    await tx.exec(SEEN, **sighting(guild_id, user_id, name=name))
            except asyncpg.CheckViolationError:
                continue
    async with database.read(guild_id=guild_id) as tx:
        assert {user.user_id for user in (await tx.exec(USERS)).all()} == {1, 3, 5}


async def test_parts_may_lie_in_parts(database: DatabaseService, guild_id: int) -> None:
    async with database.transaction(guild_id=guild_id) as tx, tx.savepoint():
        await tx.exec(SEEN, **sighting(guild_id, 1))
        with suppress(CaseNotFound):
            async with tx.savepoint():
                await tx.exec(SEEN, **sighting(guild_id, 2))
                raise CaseNotFound(1)
        await tx.exec(SEEN, **sighting(guild_id, 3))
    async with database.read(guild_id=guild_id) as tx:
        assert {user.user_id for user in (await tx.exec(USERS)).all()} == {1, 3}


async def test_a_serialization_failure_of_postgresql_itself_is_repeated(
    database: DatabaseService, guild_id: int
) -> None:
    class Strict(BaseController):
        topic = "strict"
        runs = 0

        @action(repeatable=True)
        async def read_then_write(self, *, met: asyncio.Barrier, user_id: int) -> None:
            async with self._transaction(guild_id=guild_id) as tx:
                await tx.query(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"), type(None))
                await tx.exec(USERS)
                self.runs += 1
                if self.runs <= 2:
                    await met.wait()
                await tx.exec(SEEN, **sighting(guild_id, user_id))

    strict, met = Strict(database), asyncio.Barrier(2)
    await asyncio.gather(*(strict.read_then_write(met=met, user_id=user_id) for user_id in (1, 2)))
    assert strict.figures_of("read_then_write").repeats == {"SerializationError": 1}


async def test_an_error_of_the_callers_own_is_no_outage_and_undoes_only_its_part(
    database: DatabaseService, guild_id: int
) -> None:
    async with database.transaction(guild_id=guild_id) as tx:
        await tx.exec(SEEN, **sighting(guild_id, 1))
        with suppress(FileNotFoundError):
            async with tx.savepoint():
                await tx.exec(SEEN, **sighting(guild_id, 2))
                raise FileNotFoundError
        with suppress(TimeoutError):
            async with asyncio.timeout(0.01), tx.savepoint():
                await tx.exec(SEEN, **sighting(guild_id, 3))
                await asyncio.Event().wait()
        await tx.exec(SEEN, **sighting(guild_id, 4))
    async with database.read(guild_id=guild_id) as tx:
        assert {user.user_id for user in (await tx.exec(USERS)).all()} == {1, 4}
    with pytest.raises(FileNotFoundError):
        async with database.transaction(guild_id=guild_id):
            raise FileNotFoundError


async def test_a_row_that_somebody_else_holds_fails_alone(dsn: str, auditor: Any, guild_id: int) -> None:
    hasty = DatabaseService(dsn, PoolSettings(lock_timeout_seconds=0.05))
    await hasty.open()
    async with hasty.transaction(guild_id=guild_id) as tx:
        await tx.exec(SEEN, **sighting(guild_id, 1))
    async with auditor.transaction():
        await auditor.fetch("SELECT FROM users WHERE guild_id = $1 FOR UPDATE", guild_id)
        async with hasty.transaction(guild_id=guild_id) as tx:
            with pytest.raises(DatabaseUnavailable):
                async with tx.savepoint():
                    await tx.exec(SEEN, **sighting(guild_id, 1, name="anna"))
            await tx.exec(SEEN, **sighting(guild_id, 2))
    async with hasty.read(guild_id=guild_id) as tx:
        assert {user.name for user in (await tx.exec(USERS)).all()} == {"ann"}
    await hasty.close()


async def test_a_connection_that_something_on_the_way_forgot_costs_a_repeat_and_no_place(
    mortal_server: Any, guild_id: int
) -> None:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    database._pool.begin_seconds = 0.1
    async with database.read(guild_id=guild_id) as tx:
        backend = psutil.Process((await tx.query(select(func.pg_backend_pid()), int)).one())
    backend.suspend()
    try:
        assert await database.users.get(guild_id=guild_id, user_id=1) is None
        assert database.figures.of("users.get").repeats == {"TimeoutError": 1}
        assert database.pool_status().checked_out == 0
    finally:
        backend.resume()
        await database.close()


async def test_a_server_that_became_a_standby_is_an_outage_and_its_connection_is_left(
    database: DatabaseService, guild_id: int
) -> None:
    line = Line(await database._pool.acquire("a test"))
    await line.execute("BEGIN; SET TRANSACTION READ ONLY; SET LOCAL reeve.system = 'on'")
    with pytest.raises(DatabaseUnavailable):
        await line.execute("DELETE FROM users")
    connection = line._connection
    assert connection.is_closed()
    await database._pool.release(connection)
    await database.health()


async def test_an_absence_is_told_once_and_so_is_its_end(mortal_server: Any) -> None:
    """However often however many actions meet it."""
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(message.strip()), format="{message}", level="INFO")
    try:
        mortal_server.kill()
        asked = [asyncio.create_task(database.processes.leases()) for _ in range(5)]
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable):
                await database.processes.release_leases(holder="nobody")
        await asyncio.gather(*asked, return_exceptions=True)
        await mortal_server.start()
        for _ in range(3):
            await database.processes.leases()
    finally:
        logger.remove(sink)
        await database.close()
    assert len([line for line in lines if line.startswith("The database is away: ")]) == 1
    assert len([line for line in lines if line.startswith("The database answers again after ")]) == 1
    assert not [line for line in lines if "runs again" in line]
