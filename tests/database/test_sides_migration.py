"""Revision 0022 with rows in the tables: what foreign keys proved is proved for a whole statement, up and down."""

from typing import Any

import asyncpg
import pytest

from database import migrations

ACCOUNTS = """
    INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
    SELECT guild, id, CASE id WHEN 1 THEN 'mint' ELSE 'member' END, 0, now()
    FROM unnest(ARRAY[1, 1, 1, 2, 2], ARRAY[1, 5001, 5002, 1, 5003]) AS new (guild, id)
"""
OPERATION = """
    INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
    VALUES ($1, 'interaction', $2, sha256('x'), 'award', 9, '{}', now()) RETURNING operation_id
"""
TRANSFERS = """
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, parent_id, reverses_id,
        posted_at)
    SELECT $1, operation, CASE WHEN parent IS NULL THEN 'post' ELSE 'void' END, debit, credit, 1, parent, reverses,
        now()
    FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS new (operation, debit, credit, parent, reverses) RETURNING transfer_id
"""
COUNT = "SELECT count(*) FROM point_transfers"


async def test_both_accounts_and_the_operation_are_there(scratch: str) -> None:
    await migrations.upgrade(scratch, "0021")
    connection: Any = await asyncpg.connect(scratch)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(ACCOUNTS)
    here, elsewhere = [await connection.fetchval(OPERATION, guild, 1) for guild in (1, 2)]

    async def moved(*rows: tuple[int, int, int, int | None, int | None], guild: int = 1) -> list[int]:
        columns = [list(column) for column in zip(*rows, strict=True)]
        return [row[0] for row in await connection.fetch(TRANSFERS, guild, *columns)]

    good = (here, 1, 5001, None, None)
    [first] = await moved(good)
    bad = {
        "debit": (here, 5009, 5001, None, None),
        "credit": (here, 1, 5009, None, None),
        "another server's account": (here, 1, 5003, None, None),
        "another server's operation": (elsewhere, 1, 5001, None, None),
        "no operation": (here + 1000, 1, 5001, None, None),
        "no parent": (here, 1, 5001, first + 1000, None),
        "nothing to move back": (here, 5001, 1, None, first + 1000),
    }

    async def refuses_what_is_bad() -> None:
        before = await connection.fetchval(COUNT)
        for row in bad.values():
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await moved(good, row, good)
        for twice in ((here, 1, 5001, first, None), (here, 5001, 1, None, first)):
            with pytest.raises(asyncpg.UniqueViolationError):
                await moved(twice, twice)
        assert await connection.fetchval(COUNT) == before

    await refuses_what_is_bad()
    await migrations.upgrade(scratch, "0022")
    await refuses_what_is_bad()
    await moved(good, (here, 1, 5002, None, None), (here, 5001, 1, None, first))
    for act in ("DELETE FROM point_accounts", "UPDATE point_accounts SET account_id = account_id + 1"):
        with pytest.raises(asyncpg.PostgresError, match=r"permission denied|whose it is stays"):
            await connection.execute(act)
    rows = await connection.fetchval(COUNT)

    await migrations.downgrade(scratch, "0021")
    assert await connection.fetchval(COUNT) == rows
    await refuses_what_is_bad()
    await migrations.upgrade(scratch, "0022")
    await refuses_what_is_bad()
    assert await connection.fetchval(COUNT) == rows
    await connection.close()
