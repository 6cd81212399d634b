"""Killed in the middle and run again, a revision goes on where it was, and ends where it would have ended."""

import asyncio
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.errors import MigrationRefused
from database.migrations import OURS, gently, stepping
from soak.migrating import KILLED, Moment, migrated

SEED = """
    SET reeve.system = 'on';
    INSERT INTO users SELECT n % 7, n, 'name', 'shown', now(), now() FROM generate_series(1, {rows}) n
"""
BATCHES = {"upgrade": """op.in_batches("users", "UPDATE users SET name = name || '!' WHERE {rows}")"""}
PLAIN = {
    "upgrade": """op.execute("ALTER TABLE users ADD COLUMN motto text")
    op.execute("UPDATE users SET motto = name")""",
    "downgrade": 'op.drop_column("users", "motto")',
}


@pytest.fixture
async def auditor(scratch: str) -> Any:
    await migrations.upgrade(scratch)
    connection = await asyncpg.connect(scratch)
    await connection.execute(SEED.format(rows=4000))
    yield connection
    await connection.close()


async def test_batches_that_were_killed_go_on_and_none_runs_twice(
    scratch: str, chain_of: Any, auditor: Any
) -> None:
    """The rest is in `soak.migration_keeps_data`: no batch of a real revision may change what was there before."""
    chain = chain_of(BATCHES)
    assert await migrated(scratch, chain=chain, killed_at=Moment(16, 0)) == KILLED
    done = "SELECT count(*) FROM users WHERE name = 'name!'"
    assert 0 < await auditor.fetchval(done) < 4000
    await migrations.upgrade(scratch, chain=chain)
    assert await auditor.fetchval(done) == 4000
    assert await migrations.check(scratch, chain=chain) == []


async def test_who_is_in_the_way_is_named_and_patience_ends(
    scratch: str, chain_of: Any, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "PATIENCE_SECONDS", 1)
    holder = await asyncpg.connect(scratch, server_settings={"application_name": "somebody's shell"})
    await holder.execute("BEGIN; LOCK TABLE users IN ACCESS SHARE MODE")
    said: list[str] = []
    try:
        with pytest.raises(
            MigrationRefused, match=rf"session {holder.get_server_pid()} \(somebody's shell, idle in"
        ):
            await migrations.upgrade(scratch, chain=chain_of(PLAIN), report=said.append)
    finally:
        await holder.close()
    assert any("waiting for session" in line and "somebody's shell" in line for line in said)
    assert await migrations.current(scratch) == OURS.head
    await migrations.upgrade(scratch, chain=chain_of(PLAIN, name="again"))


async def test_relative_words_count_from_where_the_run_began(
    scratch: str, chain_of: Any, auditor: Any
) -> None:
    """The second step back has to be tried again, when the first is committed: it must not become a third one."""
    chain = chain_of({}, PLAIN, {})
    await migrations.upgrade(scratch, chain=chain)
    holder = await asyncpg.connect(scratch)
    await holder.execute("BEGIN; LOCK TABLE users IN ACCESS SHARE MODE")
    began = asyncio.Queue[str]()

    def heard(line: str) -> None:
        if line.startswith("downgrade 9002 -> 9001: ") and "done" not in line:
            began.put_nowait(line)

    moving = asyncio.create_task(migrations.downgrade(scratch, "-2", chain=chain, report=heard))
    for _ in range(2):  # begun, and begun again
        await asyncio.wait_for(began.get(), 30)
    await holder.close()
    await moving
    assert await migrations.current(scratch) == "9001"


INDEXED = {
    "upgrade": """op.execute("INSERT INTO tries VALUES (current_setting('lock_timeout'))")
    op.build_index("odd", "users", ["guild_id", "name"])""",
}


async def test_an_index_that_waited_too_long_leaves_no_long_wait_to_the_next_try(
    scratch: str, chain_of: Any, auditor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits for a table's lock stops all who come after: only an index that is built may wait for minutes."""
    monkeypatch.setattr(gently, "INDEX_LOCK_TIMEOUT", "300ms")
    await auditor.execute("CREATE TABLE tries (lock_timeout text)")
    holder = await asyncpg.connect(scratch)
    await holder.execute("BEGIN; LOCK TABLE users IN ROW EXCLUSIVE MODE")
    moving = asyncio.create_task(migrations.upgrade(scratch, chain=chain_of(INDEXED)))
    async with asyncio.timeout(30):
        while await auditor.fetchval("SELECT count(*) FROM tries") < 2:  # noqa: ASYNC110  # rows have no event
            await asyncio.sleep(0.05)
    await holder.close()
    await moving
    assert {row[0] for row in await auditor.fetch("SELECT lock_timeout FROM tries")} == {
        stepping.LOCK_TIMEOUT
    }
