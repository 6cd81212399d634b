"""What is held for too long is let go: of every server, once, and not while a ledger is frozen."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bot.client import Reeve
from bot.settings import Settings
from cogs.points import expiring
from cogs.points.expiring import Expiring
from database.clock import clock
from database.models.points import SHOP, Source
from database.service import DatabaseService

ANN, GREEN, HILL = 5_001, 77, 78


@pytest.fixture
async def sweeper(database: DatabaseService) -> AsyncIterator[Expiring]:
    ahead = clock.ahead
    yield Expiring(Reeve(settings=Settings(), database=database))
    clock.move_to(ahead)


@pytest.fixture
async def auditor(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


async def held(database: DatabaseService, guild_id: int, key: int, **lasts: float) -> None:
    by: dict[str, Any] = {"guild_id": guild_id, "actor_id": ANN}
    await database.points.award(
        guild_id=guild_id, receiver_id=ANN, receiver_is_bot=False, amount=10, reason="x", actor_id=1,
        interaction_id=1_000 + key,
    )  # fmt: skip
    await database.holds.hold(
        **by, debit_id=ANN, credit_id=SHOP, amount=10, note=None, source=Source.INTERACTION, external_id=key,
        expires_at=clock.now() + timedelta(**lasts) if lasts else None,
    )  # fmt: skip


async def held_of(database: DatabaseService, *guild_ids: int) -> list[int]:
    return [(await database.points.funds(guild_id=each, user_id=ANN)).held for each in guild_ids]


async def test_what_is_over_is_let_go_in_all_servers_page_by_page(
    database: DatabaseService, sweeper: Expiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "PAGE", 2)
    for key in range(1, 6):
        await held(database, GREEN, key, hours=1)
    await held(database, HILL, 1, hours=1)
    await held(database, HILL, 2, hours=3)
    await held(database, HILL, 3)
    await sweeper.look(clock.now())
    assert await held_of(database, GREEN, HILL) == [50, 30]
    await move(sweeper, hours=2)
    assert await held_of(database, GREEN, HILL) == [0, 20]
    await move(sweeper, hours=4)
    assert await held_of(database, GREEN, HILL) == [0, 10]


async def move(sweeper: Expiring, *, hours: float) -> None:
    clock.move_to(timedelta(hours=hours))
    await sweeper.look(clock.now())


async def test_a_frozen_ledger_keeps_what_is_held_and_the_others_do_not_wait_for_it(
    database: DatabaseService, sweeper: Expiring, auditor: Any
) -> None:
    await held(database, GREEN, 1, hours=1)
    await held(database, HILL, 1, hours=1.5)
    await auditor.execute("INSERT INTO point_ledgers VALUES ($1, now(), 'a test')", GREEN)
    await move(sweeper, hours=5)
    assert await held_of(database, GREEN, HILL) == [10, 0]
    await auditor.execute("UPDATE point_ledgers SET frozen_at = NULL, frozen_why = NULL")
    await move(sweeper, hours=9)
    assert await held_of(database, GREEN, HILL) == [0, 0]


async def test_two_who_look_at_once_let_go_once(
    database: DatabaseService, sweeper: Expiring, auditor: Any
) -> None:
    await held(database, GREEN, 1, hours=1)
    other = Expiring(sweeper.bot)
    await asyncio.gather(*(move(each, hours=2) for each in (sweeper, other)))
    assert await auditor.fetchval("SELECT count(*) FROM point_transfers WHERE phase = 'void'") == 1
