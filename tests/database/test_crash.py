"""PostgreSQL killed under load: what was acknowledged is there, once, and the sum is exact."""

import asyncio
import random
from typing import Any

import asyncpg
import pytest

from database.errors import DatabaseUnavailable, LedgerRefusal
from database.service import DatabaseService

KILLS = 8
WRITERS = 8
PEOPLE = range(5_001, 5_007)
GUILD = 77
ACCOUNTED = """
    SELECT o.external_id, count(t.transfer_id) FROM point_operations o
    JOIN point_transfers t USING (guild_id, operation_id) GROUP BY o.external_id
"""


class Bank:
    """Writers that repeat what was not acknowledged, under the same key, as a redelivered interaction does."""

    def __init__(self, database: DatabaseService) -> None:
        self.database, self.acknowledged, self.uncertain = database, set[int](), 0
        self.progress = asyncio.Condition()
        self.is_over = False

    async def writer(self, seed: int) -> None:
        dice, key = random.Random(seed), seed * 1_000_000
        while not self.is_over:
            key += 1
            await self.give_until_answered(key, *dice.sample(PEOPLE, 2))

    async def give_until_answered(self, key: int, giver_id: int, receiver_id: int) -> None:
        while not self.is_over:
            try:
                await self.database.points.transfer(
                    guild_id=GUILD, giver_id=giver_id, receiver_id=receiver_id, receiver_is_bot=False, amount=1,
                    note=None, interaction_id=key,
                )  # fmt: skip
            except DatabaseUnavailable:
                self.uncertain += 1
                await asyncio.sleep(0.01)
                continue
            except LedgerRefusal:
                return
            async with self.progress:
                self.acknowledged.add(key)
                self.progress.notify_all()
            return

    async def more(self, count: int) -> None:
        """Wait until so many more were acknowledged."""
        goal = len(self.acknowledged) + count
        async with self.progress:
            await self.progress.wait_for(lambda: len(self.acknowledged) >= goal)


async def test_no_acknowledged_transfer_is_lost_or_doubled_by_a_killed_server(mortal_server: Any) -> None:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    for number, person in enumerate(PEOPLE):
        await database.points.award(
            guild_id=GUILD, receiver_id=person, receiver_is_bot=False, amount=1000, reason="start", actor_id=1,
            interaction_id=100 + number,
        )  # fmt: skip
    bank, dice = Bank(database), random.Random(3)
    async with asyncio.TaskGroup() as writers:
        for seed in range(1, WRITERS + 1):
            writers.create_task(bank.writer(seed))
        for _ in range(KILLS):
            await bank.more(dice.randint(5, 60))
            mortal_server.kill()
            await mortal_server.start()
        await bank.more(20)
        bank.is_over = True
    await everything_adds_up(mortal_server.dsn, bank)
    await database.close()


async def everything_adds_up(dsn: str, bank: Bank) -> None:

    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    stored = dict(await connection.fetch(ACCOUNTED))
    balances = await connection.fetchval("SELECT sum(balance) FROM point_accounts WHERE kind = 'member'")
    await connection.close()
    assert bank.uncertain > 0
    assert bank.acknowledged <= set(stored)
    assert set(stored.values()) == {1}
    assert balances == 1000 * len(PEOPLE)


async def test_the_service_works_again_without_a_restart(mortal_server: Any) -> None:
    database = DatabaseService(mortal_server.dsn)
    await database.open()
    await database.health()
    mortal_server.kill()
    with pytest.raises(DatabaseUnavailable, match="in a minute"):
        await database.health()
    await mortal_server.start()
    await database.health()
    await database.users.get(guild_id=1, user_id=1)
    await database.close()
