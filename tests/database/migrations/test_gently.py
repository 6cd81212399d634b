"""Killed in the middle and run again, a revision goes on where it was, and ends where it would have ended."""
# ruff: noqa: E501  # questions and processes are easier to read in one line

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.errors import MigrationRefused
from database.migrations import OURS, Chain, gently, stepping

PROJECT = Path(__file__).resolve().parents[3]
SEED = """
    SET reeve.system = 'on';
    INSERT INTO users SELECT n % 7, n, 'name', 'shown', now(), now() FROM generate_series(1, {rows}) n
"""
PROCESS = """
import asyncio, sys
from pathlib import Path
from database import migrations
asyncio.run(migrations.upgrade(sys.argv[1], chain=migrations.Chain(Path(sys.argv[2])), report=lambda line: print(line, flush=True)))
"""
BATCHES = {
    "upgrade": """op.in_batches("users", "UPDATE users SET name = name || '!' WHERE {rows}")""",
    "downgrade": """op.in_batches("users", "UPDATE users SET name = rtrim(name, '!') WHERE {rows}")""",
}
INDEX = {
    "upgrade": 'op.build_index("odd", "users", ["guild_id", "name"])',
    "downgrade": 'op.drop_index("odd", "users")',
}
PLAIN = {
    "upgrade": """op.execute("ALTER TABLE users ADD COLUMN motto text")
    op.execute("UPDATE users SET motto = name")""",
    "downgrade": 'op.drop_column("users", "motto")',
}
CHECKSUM = """
    SELECT count(*), md5(string_agg(concat_ws(',', guild_id, user_id, display_name, first_seen_at), ';' ORDER BY user_id))
    FROM users
"""


@pytest.fixture
async def auditor(scratch: str) -> Any:
    await migrations.upgrade(scratch)
    connection = await asyncpg.connect(scratch)
    await connection.execute(SEED.format(rows=4000))
    yield connection
    await connection.close()


async def killed_when(dsn: str, chain: Chain, folder: Path, auditor: Any, question: str) -> None:
    """A process of its own migrates, and is killed with -9 as soon as PostgreSQL answers the question with yes."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROCESS, dsn, str(folder), cwd=PROJECT, env=dict(os.environ), stdout=PIPE
    )
    async with asyncio.timeout(60):
        while not await auditor.fetchval(question):
            assert process.returncode is None, "it ended before it could be killed"
    process.kill()
    await process.communicate()
    await auditor.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'reeve migrations'"
    )  # the machine died with it: PostgreSQL alone would finish the statement


@pytest.mark.parametrize(
    ("step", "question"),
    [
        (BATCHES, "SELECT to_regclass('migration_progress') IS NOT NULL AND EXISTS (SELECT FROM users WHERE name LIKE '%!')"),
        (INDEX, "SELECT to_regclass('odd') IS NOT NULL"),
        (PLAIN, "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'users'::regclass AND mode = 'AccessExclusiveLock' AND granted)"),
    ],
    ids=["in batches", "a concurrent index", "one transaction"],
)  # fmt: skip
async def test_a_killed_revision_run_again_converges(
    scratch: str, chain_of: Any, tmp_path: Path, auditor: Any, *, step: dict[str, str], question: str
) -> None:
    chain = chain_of(step)
    before = await auditor.fetchrow(CHECKSUM)
    writer = await asyncpg.connect(scratch)
    if step is INDEX:  # whoever has written to the table is waited for: there it can be killed
        await writer.execute(
            "BEGIN; SET LOCAL reeve.system = 'on'; UPDATE users SET left_at = now() WHERE user_id = 1"
        )
    await killed_when(scratch, chain, tmp_path / "chain", auditor, question)
    await writer.close()
    await migrations.upgrade(scratch, chain=chain)
    assert await migrations.current(scratch) == "9001"
    assert await auditor.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
    assert await auditor.fetchrow(CHECKSUM) == before
    assert await migrations.check(scratch, chain=chain) == []
    if step is BATCHES:
        assert await auditor.fetchval("SELECT count(*) FROM users WHERE name = 'name!'") == 4000, (
            "some batch ran twice"
        )


async def test_every_revision_goes_up_down_and_up_with_rows_and_keeps_them(
    scratch: str, chain_of: Any, auditor: Any
) -> None:
    chain = chain_of(BATCHES, INDEX, PLAIN)
    for revision in ("9001", "9002", "9003"):
        await migrations.upgrade(scratch, revision, chain=chain)
        once = await auditor.fetchrow(CHECKSUM)
        await migrations.downgrade(scratch, "-1", chain=chain)
        assert await auditor.fetchrow(CHECKSUM) == once
        await migrations.upgrade(scratch, revision, chain=chain)
        assert await auditor.fetchrow(CHECKSUM) == once
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
    """The second step back has to be tried again: it must not become a third one."""
    chain = chain_of({}, PLAIN, {})
    await migrations.upgrade(scratch, chain=chain)
    holder = await asyncpg.connect(scratch)
    await holder.execute("BEGIN; LOCK TABLE users IN ACCESS SHARE MODE")
    waiting = asyncio.Event()

    def heard(line: str) -> None:
        if "waiting for session" in line:
            waiting.set()

    moving = asyncio.create_task(migrations.downgrade(scratch, "-2", chain=chain, report=heard))
    await asyncio.wait_for(waiting.wait(), 30)
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
        while await auditor.fetchval("SELECT count(*) FROM tries") < 2:
            await asyncio.sleep(0.05)
    await holder.close()
    await moving
    assert {row[0] for row in await auditor.fetch("SELECT lock_timeout FROM tries")} == {
        stepping.LOCK_TIMEOUT
    }
