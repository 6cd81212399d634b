"""A member comes back with roles that a timeout takes: planned once, however many changes tell of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from database.clock import clock
from database.models import CaseKind, RolesMeanwhile, plan_timeout
from database.service import DatabaseService
from database.settings import PoolSettings

ANN, MUTED, MEMBER = 501, 9, 11
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
async def patient(database: DatabaseService, dsn: str) -> AsyncIterator[DatabaseService]:
    """On empty tables; who waits for a lock waits for as long as the machine takes."""
    no_limits = {"lock_timeout_seconds": 0, "statement_timeout_seconds": 0, "idle_timeout_seconds": 0}
    service = DatabaseService(dsn, PoolSettings(pool_timeout_seconds=60, **no_limits))
    await service.open()
    yield service
    await service.close()


@asynccontextmanager
async def held(dsn: str) -> AsyncIterator[None]:
    """Ann's restrictions are somebody else's: who would lock them waits."""
    holder = await asyncpg.connect(dsn)
    await holder.execute("BEGIN; SET LOCAL reeve.system = 'on'")
    await holder.execute("SELECT FROM restrictions WHERE subject_id = $1 FOR UPDATE", ANN)
    yield
    await holder.close()


async def test_two_changes_before_the_act_is_sent_are_one_act_and_one_after_it_is_another(
    patient: DatabaseService, dsn: str, auditor: Any, guild_id: int, new_id: Callable[[], int]
) -> None:
    here, asked = {"guild_id": guild_id}, new_id()
    roles = RolesMeanwhile(give=(MUTED,), take=(MEMBER,))
    plan = plan_timeout(until=clock.now() + timedelta(days=7), roles=roles)
    await patient.cases.open(
        **here, kind=CaseKind.TIMEOUT, target_id=ANN, target_name="ann", moderator_id=601, moderator_name="max",
        reason="spam", interaction_id=asked, plan=plan,
    )  # fmt: skip
    for act in await patient.acts.take(**here, interaction_id=asked):
        await patient.acts.send(act)
        await patient.acts.done(act)

    async def differ(*role_ids: int) -> bool:
        return await patient.restrictions.roles_differ(
            **here, user_id=ANN, role_ids=role_ids, now=clock.now()
        )

    assert not await differ(MUTED)
    async with held(dsn):
        at_once = [asyncio.create_task(differ(MUTED, MEMBER)) for _ in range(4)]
        while await auditor.fetchval(WAITING) < len(at_once):  # a wait for a lock has no event
            assert not any(each.done() for each in at_once), "nobody plans before the others can see it"
            await asyncio.sleep(0.02)
    assert sorted([await each for each in at_once]) == [False, False, False, True], (
        "it sees to the others, too"
    )
    (act,) = [
        each for each in await patient.acts.claim(now=clock.now(), limit=50) if each.guild_id == guild_id
    ]
    await patient.acts.send(act)
    assert await differ(MEMBER), "the one that is on its way may have been too early for this one"
