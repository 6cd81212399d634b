"""Behind PgBouncer in transaction mode, where every transaction may get another server that strangers used before."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pgbouncer import PROGRAM, PgBouncer
from pydantic import SecretStr
from sqlmodel import select
from test_statement_counts import TAKES, World

from database import migrations, transaction
from database.clock import clock
from database.errors import DatabaseAddressUnusable, DatabaseUnavailable, DatabaseUnreachable
from database.models import (
    ALL_TIME,
    User,
)
from database.server import running_database
from database.service import DatabaseService
from database.settings import DatabaseSettings, PoolSettings
from database.statements import statement
from soak.scenario import Ground
from soak.servers import MortalServer

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists(),
    reason=f"NOT TESTED BEHIND PGBOUNCER: there is no {PROGRAM}; install pgbouncer or set PGBOUNCER",
)

SERVERS = 2
CLIENTS = 8
TASKS = 32
PATIENT = 30
"""Seconds: the machine that runs the tests may have much to do."""
BEHIND = PoolSettings(pooler="transaction", pool_most=CLIENTS, pool_timeout_seconds=PATIENT)
USERS = statement(select(User), into=User)
WHAT_IS_SET = """
    SELECT coalesce(current_setting('reeve.guild_id', true), '')
        || coalesce(current_setting('reeve.system', true), ''), current_setting('lock_timeout'),
        (SELECT count(*) FROM pg_prepared_statements)
"""
NOTHING_IS_SET = ("", "0", 0)
NewId = Callable[[], int]


@pytest.fixture(scope="module")
async def server(initialised_dir: Path) -> AsyncIterator[MortalServer]:
    async with Ground(initialised_dir, "") as ground:
        yield await ground.server()


@pytest.fixture(scope="module")
async def pooler(server: MortalServer) -> AsyncIterator[PgBouncer]:
    async with PgBouncer(server.dsn, servers=SERVERS) as pooler:
        yield pooler


@pytest.fixture
async def service(pooler: PgBouncer) -> AsyncIterator[DatabaseService]:
    service = DatabaseService(pooler.dsn, BEHIND)
    await service.open()
    yield service
    await service.close()


@pytest.fixture
async def eye(server: MortalServer) -> AsyncIterator[Any]:
    """Past the pooler, and over the wall between guilds."""
    connection = await asyncpg.connect(server.dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


class Stranger:
    """Another client of the pooler. It gets the servers that Reeve had, and looks at what was left on them."""

    def __init__(self, pooler: PgBouncer) -> None:
        self._pooler = pooler
        self.found: set[tuple[str, str, int]] = set()
        self.looked = 0

    async def __aenter__(self) -> "Stranger":
        self._connection = await self._pooler.stranger()
        self._watch = asyncio.create_task(self._keep_looking())
        return self

    async def _keep_looking(self) -> None:
        while True:
            async with self._connection.transaction():
                self.found.add(tuple(await self._connection.fetchrow(WHAT_IS_SET)))
            self.looked += 1

    async def __aexit__(self, *_: object) -> None:
        """One more look at each server, all of them at the same time."""
        self._watch.cancel()
        with suppress(asyncio.CancelledError):
            await self._watch
        await self._connection.close()
        async with AsyncExitStack() as at_once:
            for _ in range(SERVERS):
                connection = await self._pooler.stranger()
                at_once.push_async_callback(connection.close)
                await at_once.enter_async_context(connection.transaction())
                self.found.add(tuple(await connection.fetchrow(WHAT_IS_SET)))


async def act(service: DatabaseService, guild_id: int, person: int, new_id: NewId) -> None:
    """What a bot does all day: writes, reads, and a list, each in a transaction of its own."""
    for _ in range(2):
        await service.points.award(
            guild_id=guild_id, receiver_id=person, receiver_is_bot=False, amount=5, reason="r", actor_id=7000,
            interaction_id=new_id(),
        )  # fmt: skip
        await service.guild_configs.change(
            guild_id=guild_id, setting="points_per_message", value=random.randrange(100), changed_by_id=7000,
            interaction_id=new_id(),
        )  # fmt: skip
        await service.boards.refresh(guild_id=guild_id, now=clock.now())
        assert await service.boards.place(guild_id=guild_id, user_id=person) is not None
        await service.boards.page(guild_id=guild_id, board=ALL_TIME)
        async with service.transaction(guild_id=guild_id) as tx:
            await asyncio.sleep(0)
            assert {user.guild_id for user in (await tx.exec(USERS)).all()} <= {guild_id}


async def storm(service: DatabaseService, new_id: NewId, tasks: int = TASKS) -> list[BaseException | None]:
    guilds = [new_id() for _ in range(tasks // 2)]
    return await asyncio.gather(
        *(act(service, guilds[n % len(guilds)], 5000 + n, new_id) for n in range(tasks)),
        return_exceptions=True,
    )


async def test_every_action_works_and_leaves_nothing_to_strangers(
    service: DatabaseService, pooler: PgBouncer
) -> None:
    world = World(service, 7, count(1_000).__next__)
    async with Stranger(pooler) as stranger:
        await world.grow(2)
        await world.ban()
        await world.plan()
        for name, (_, words) in TAKES.items():
            await world.statements_of(name, words(world))
    assert stranger.found == {NOTHING_IS_SET}
    assert {name for name in TAKES if service.figures.of(name).errors} == set()


async def test_many_tasks_of_many_guilds_share_few_servers_and_leave_nothing_on_them(
    service: DatabaseService, pooler: PgBouncer, eye: Any, new_id: NewId
) -> None:
    async with Stranger(pooler) as stranger:
        outcomes = await storm(service, new_id)
    assert set(outcomes) == {None}
    assert {cause for figures in service.figures for cause in figures.repeats} <= {"DeadlockDetectedError"}
    assert stranger.looked > 10
    assert stranger.found == {NOTHING_IS_SET}
    assert await eye.fetchval(SERVERS_OF_POOLER) <= SERVERS


SERVERS_OF_POOLER = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


async def test_the_stranger_would_find_what_is_set_for_longer_than_a_transaction(
    server: MortalServer, new_id: NewId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above."""
    begun = transaction.Scope.__init__

    def forever(scope: Any, *args: Any, **values: Any) -> None:
        begun(scope, *args, **values)
        scope._begin = scope._begin.replace("SET LOCAL", "SET")

    async with PgBouncer(server.dsn, servers=SERVERS) as pooler:
        service = DatabaseService(pooler.dsn, BEHIND)
        await service.open()
        monkeypatch.setattr(transaction.Scope, "__init__", forever)
        async with Stranger(pooler) as stranger:
            await storm(service, new_id, tasks=16)
        await service.close()
    assert stranger.found > {NOTHING_IS_SET}


async def test_a_storm_of_cancellations_leaves_no_transaction_open_behind_the_pooler(
    service: DatabaseService, eye: Any, new_id: NewId
) -> None:
    dice, loop, guild_id = random.Random(7), asyncio.get_running_loop(), new_id()
    acknowledged: set[int] = set()

    async def award(key: int) -> None:
        await service.points.award(
            guild_id=guild_id, receiver_id=5000, receiver_is_bot=False, amount=1, reason="r", actor_id=7000,
            interaction_id=key,
        )  # fmt: skip
        acknowledged.add(key)

    tasks = [asyncio.create_task(award(new_id())) for _ in range(100)]
    for task in dice.sample(tasks, 50):
        loop.call_later(dice.random() * 0.3, task.cancel)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} <= {
        type(None),
        asyncio.CancelledError,
        DatabaseUnavailable,
    }
    assert sum(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes) > 10
    written = await eye.fetch("SELECT external_id FROM point_operations WHERE guild_id = $1", guild_id)
    assert acknowledged <= {row["external_id"] for row in written}
    async with asyncio.timeout(60):
        while await eye.fetchval(LEFT_OPEN):
            pass
    await asyncio.gather(*(service.health() for _ in range(4 * CLIENTS)))


LEFT_OPEN = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"


async def test_limits_hold_for_our_transactions(pooler: PgBouncer, guild_id: int, eye: Any) -> None:
    settings = BEHIND.model_copy(update={"lock_timeout_seconds": 0.05})
    service = DatabaseService(pooler.dsn, settings)
    await service.open()
    async with eye.transaction():
        await eye.execute("LOCK TABLE users")
        with pytest.raises(DatabaseUnavailable) as waited:
            await service.users.get(guild_id=guild_id, user_id=1)
    assert isinstance(waited.value.__cause__, asyncpg.LockNotAvailableError)
    await service.close()


async def test_a_server_that_dies_behind_the_pooler_is_used_again_and_kept_what_it_acknowledged(
    service: DatabaseService, server: MortalServer, guild_id: int, new_id: NewId
) -> None:
    acknowledged: set[int] = set()
    half_way = asyncio.Event()

    async def award(key: int) -> None:
        await service.points.award(
            guild_id=guild_id, receiver_id=5000, receiver_is_bot=False, amount=1, reason="r", actor_id=7000,
            interaction_id=key,
        )  # fmt: skip
        acknowledged.add(key)
        if len(acknowledged) == 20:
            half_way.set()

    awards = asyncio.gather(*(award(new_id()) for _ in range(100)), return_exceptions=True)
    await half_way.wait()
    server.kill()
    await server.start()
    assert {type(outcome) for outcome in await awards} <= {type(None), DatabaseUnavailable}
    assert service.figures.of("points.award").repeats
    async with asyncio.timeout(60):
        while True:
            with suppress(DatabaseUnavailable):
                await act(service, guild_id, 5000, new_id)
                break
    auditor = await asyncpg.connect(server.dsn)
    await auditor.execute("SET reeve.system = 'on'")
    found = await auditor.fetch("SELECT external_id FROM point_operations WHERE guild_id = $1", guild_id)
    await auditor.close()
    assert acknowledged <= {row["external_id"] for row in found}


def behind(address: str, **different: Any) -> DatabaseSettings:
    return DatabaseSettings(database_url=SecretStr(address), **different)


async def opened(settings: DatabaseSettings, *, direct: bool = False) -> str:
    async with running_database(settings, direct=direct) as dsn:
        return dsn


async def test_an_operator_who_forgot_the_setting_reads_its_name(pooler: PgBouncer) -> None:
    with pytest.raises(DatabaseAddressUnusable, match="set REEVE_DATABASE_POOLER=transaction"):
        await opened(behind(pooler.dsn))
    assert await opened(behind(pooler.dsn, pooler="transaction")) == pooler.dsn


async def test_a_pooler_that_was_told_to_swallow_what_it_does_not_know_is_found_out(
    server: MortalServer,
) -> None:
    ignored = "reeve.session,statement_timeout,lock_timeout,idle_in_transaction_session_timeout,jit"
    async with PgBouncer(server.dsn, servers=SERVERS, ignored=ignored) as pooler:
        with pytest.raises(DatabaseAddressUnusable, match="set REEVE_DATABASE_POOLER=transaction"):
            await opened(behind(pooler.dsn))


async def test_what_needs_a_session_goes_past_the_pooler_or_says_what_it_needs(
    pooler: PgBouncer, server: MortalServer
) -> None:
    with pytest.raises(DatabaseAddressUnusable, match="set DATABASE_DIRECT_URL"):
        await opened(behind(pooler.dsn, pooler="transaction"), direct=True)
    twice = behind(
        pooler.dsn,
        database_direct_url=SecretStr(pooler.dsn + "&application_name=direct"),
        pooler="transaction",
    )
    with pytest.raises(DatabaseAddressUnusable, match="at DATABASE_DIRECT_URL: put PostgreSQL's own address"):
        await opened(twice, direct=True)
    both = behind(pooler.dsn, database_direct_url=SecretStr(server.dsn), pooler="transaction")
    assert await opened(both, direct=True) == server.dsn
    assert await opened(both) == pooler.dsn


async def test_the_schema_is_read_through_the_pooler(pooler: PgBouncer) -> None:
    for _ in range(2 * SERVERS):
        await migrations.require_schema(pooler.dsn)


async def test_nothing_behind_the_pooler_is_said_in_one_sentence(
    server: MortalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.server.CONNECT_SECONDS", 0.5)
    hurried = BEHIND.model_copy(update={"pool_timeout_seconds": 0.5})
    async with PgBouncer(server.dsn, servers=SERVERS) as pooler:
        service = DatabaseService(pooler.dsn, hurried)
        await service.open()
        server.kill()
        try:
            with pytest.raises(
                DatabaseUnreachable, match=r"The pooler at DATABASE_URL says|start PostgreSQL"
            ):
                await opened(behind(pooler.dsn, pooler="transaction"))
            async with asyncio.timeout(30):  # the pooler alone would let it wait for 2 minutes
                with pytest.raises(DatabaseUnavailable):
                    await service.health()
            await service.close()
        finally:
            await server.start()
