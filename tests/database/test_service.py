"""The one DatabaseService: commits, rolls back, survives cancellation, says when it cannot."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest
from sqlmodel import select

from database.errors import DatabaseUnavailable
from database.ledger_refusals import NotEnoughPoints
from database.models import Case, CaseKind, User
from database.models.user import SEEN
from database.outages import AWAY
from database.service import DatabaseService
from database.settings import PoolSettings
from database.statements import param, statement

NewId = Callable[[], int]
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
USERS = statement(select(User), into=User)
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reeve'"
BROKEN = statement(select(User).where(User.user_id == param("user_id")), into=User)


def sighting(guild_id: int, user_id: int) -> dict[str, Any]:
    names = {"name": "ann", "display_name": "Ann"}
    return {"guild_id": guild_id, "user_id": user_id, "seen_at": NOW, "stale_before": NOW, **names}


async def user_ids(database: DatabaseService, guild_id: int) -> set[int]:
    async with database.transaction(guild_id=guild_id) as tx:
        return {user.user_id for user in (await tx.exec(USERS)).all()}


async def left_open(auditor: Any) -> int:
    return int(
        await auditor.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reeve' "
            "AND datname = current_database() AND state LIKE 'idle in transaction%'"
        )
    )


async def test_a_block_that_ends_is_committed(database: DatabaseService, guild_id: int) -> None:
    async with database.transaction(guild_id=guild_id) as tx:
        await tx.exec(SEEN, **sighting(guild_id, 1))
        assert await user_ids(database, guild_id) == set()
    assert await user_ids(database, guild_id) == {1}


@pytest.mark.parametrize("error", [ValueError("bug"), NotEnoughPoints(1, 2), KeyboardInterrupt()])
async def test_a_block_that_raises_is_rolled_back_and_its_error_kept(
    database: DatabaseService, guild_id: int, auditor: Any, error: BaseException
) -> None:
    async def act() -> None:
        async with database.transaction(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, 1))
            raise error

    with pytest.raises(type(error)) as raised:
        await act()
    assert raised.value is error
    assert await user_ids(database, guild_id) == set()
    assert await left_open(auditor) == 0


async def test_a_failed_statement_that_somebody_swallowed_is_not_taken_for_a_commit(
    database: DatabaseService, guild_id: int
) -> None:
    async def act() -> None:
        async with database.transaction(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, 1))
            with suppress(asyncpg.CheckViolationError):
                await tx.exec(SEEN, **{**sighting(guild_id, 2), "name": ""})

    with pytest.raises(RuntimeError, match="nothing was written"):
        await act()
    assert await user_ids(database, guild_id) == set()


async def test_a_wrong_argument_is_a_bug_and_not_an_outage(database: DatabaseService, guild_id: int) -> None:
    with pytest.raises(asyncpg.DataError, match="int64"):
        async with database.transaction(guild_id=guild_id) as tx:
            await tx.exec(BROKEN, user_id=2**80)


@pytest.mark.parametrize("context", [{}, {"guild_id": 1, "system": True}])
async def test_a_transaction_says_for_whom_it_runs(database: DatabaseService, context: Any) -> None:
    with pytest.raises(TypeError, match="for one guild, or for the system"):
        async with database.transaction(**context):
            pass


async def test_a_guild_id_that_is_no_number_never_becomes_sql(database: DatabaseService) -> None:
    with pytest.raises(ValueError, match="format code"):
        async with database.transaction(guild_id="1'; DROP TABLE users; --"):  # type: ignore[arg-type]  # on purpose
            pass


async def test_a_storm_of_cancellations_loses_nothing_acknowledged_and_leaves_nothing_open(
    database: DatabaseService, auditor: Any, guild_id: int, new_id: NewId
) -> None:
    dice, acknowledged, loop = random.Random(7), set(), asyncio.get_running_loop()

    async def act(user_id: int) -> None:
        async with database.transaction(guild_id=guild_id) as tx:
            await tx.exec(SEEN, **sighting(guild_id, user_id))
            await tx.exec(USERS)
        acknowledged.add(user_id)

    tasks = [asyncio.create_task(act(new_id())) for _ in range(400)]
    for task in dice.sample(tasks, 200):
        loop.call_later(dice.random() * 0.2, task.cancel)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} <= {
        type(None),
        asyncio.CancelledError,
        DatabaseUnavailable,
    }
    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) > 20
    assert acknowledged <= await user_ids(database, guild_id)
    assert await left_open(auditor) == 0
    await all_connections_work(database, guild_id)


async def all_connections_work(database: DatabaseService, guild_id: int) -> None:
    async with AsyncExitStack() as held:
        for _ in range(database.pool_status().most):
            tx = await held.enter_async_context(database.transaction(guild_id=guild_id))
            await tx.exec(USERS)
    status = database.pool_status()
    assert (status.size, status.idle, status.checked_out) == (status.most, status.most, 0)


async def test_a_task_that_is_cancelled_while_the_server_is_dead_stays_cancelled(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    inside = asyncio.Event()

    async def act() -> None:
        async with database.transaction(guild_id=guild_id):
            inside.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(act())
    await inside.wait()
    await auditor.execute(TERMINATE)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await database.health()).latency_ms > 0


async def test_a_connection_that_the_server_closed_is_an_outage_and_the_next_action_works(
    database: DatabaseService, guild_id: int, auditor: Any
) -> None:
    async def act() -> None:
        async with database.transaction(guild_id=guild_id) as tx:
            await auditor.execute(TERMINATE)
            await tx.exec(USERS)

    with pytest.raises(DatabaseUnavailable):
        await act()
    assert await user_ids(database, guild_id) == set()


async def test_who_waits_too_long_for_a_connection_is_told_so(dsn: str, guild_id: int) -> None:
    database = DatabaseService(dsn, PoolSettings(pool_most=1, pool_timeout_seconds=0.05))
    await database.open()
    async with database.transaction(guild_id=guild_id):
        with pytest.raises(DatabaseUnavailable):
            await database.health()
    await database.health()
    await database.close()


async def test_nothing_works_before_open_or_after_close(dsn: str, auditor: Any) -> None:
    database = DatabaseService(dsn)
    with pytest.raises(DatabaseUnavailable):
        await database.health()
    await database.open()
    await database.health()
    await database.close()
    await database.close()
    with pytest.raises(DatabaseUnavailable):
        await database.health()
    with pytest.raises(DatabaseUnavailable):
        database.pool_status()


async def test_close_lets_a_running_action_end(dsn: str, guild_id: int, new_id: NewId) -> None:
    database = DatabaseService(dsn)
    await database.open()
    inside, closing = asyncio.Event(), asyncio.Event()

    async def act() -> None:
        async with database.transaction(guild_id=guild_id) as tx:
            inside.set()
            await closing.wait()
            await tx.exec(SEEN, **sighting(guild_id, 1))

    task = asyncio.create_task(act())
    await inside.wait()
    close = asyncio.create_task(database.close())
    asyncio.get_running_loop().call_soon(closing.set)
    await asyncio.gather(task, close)
    await database.open()
    assert await user_ids(database, guild_id) == {1}
    await database.close()


async def test_closing_leaves_no_connection_behind(dsn: str, auditor: Any, guild_id: int) -> None:
    database = DatabaseService(dsn.replace("?", "?application_name=leaving&"))
    await database.open()
    await all_connections_work(database, guild_id)
    await database.close()
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leaving'"
    async with asyncio.timeout(30):
        while await auditor.fetchval(left):  # noqa: ASYNC110  # a backend needs a moment to notice
            await asyncio.sleep(0.01)


async def test_health_is_one_round_trip_and_the_pool_tells_its_size(database: DatabaseService) -> None:
    health, status = await database.health(), database.pool_status()
    assert 0 < health.latency_ms < 30_000
    assert 1 <= status.idle == status.size <= status.most == 10


async def test_opening_on_nothing_says_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        await DatabaseService("postgresql://x@127.0.0.1:1/x").open()


def test_a_guild_sees_no_error_of_ours_as_an_outage() -> None:
    for bug in (
        asyncpg.UniqueViolationError,
        asyncpg.CheckViolationError,
        asyncpg.UndefinedTableError,
        TypeError,
    ):
        assert not issubclass(bug, AWAY)


async def test_one_guild_never_inherits_the_context_of_another(
    database: DatabaseService, new_id: NewId
) -> None:
    """The pool hands connections on without a reset, so what a transaction sets must end with it."""
    guilds = [new_id() for _ in range(8)]

    async def act(guild_id: int) -> None:
        for _ in range(10):
            async with database.transaction(guild_id=guild_id) as tx:
                await tx.exec(SEEN, **sighting(guild_id, guild_id))
                assert {user.guild_id for user in (await tx.exec(USERS)).all()} == {guild_id}
            await database.health()

    await asyncio.gather(*map(act, guilds))


async def test_a_schema_that_changes_under_the_bot_costs_one_repeat(
    database: DatabaseService, open_case: Any, auditor: Any, guild_id: int
) -> None:
    """Prepared plans of a column whose type has changed are refused once by PostgreSQL, then made anew."""
    await open_case()
    await database.cases.get(guild_id=guild_id, number=1)
    await auditor.execute("ALTER TABLE cases ALTER COLUMN points TYPE bigint")
    try:
        assert (await database.cases.get(guild_id=guild_id, number=1)).kind is CaseKind.WARN
    finally:
        await auditor.execute("ALTER TABLE cases ALTER COLUMN points TYPE integer")
    assert isinstance(await open_case(), Case)
    assert database.figures.of("cases.get").repeats == {"InvalidCachedStatementError": 1}
