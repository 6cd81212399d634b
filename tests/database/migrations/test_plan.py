"""The plan tells the truth: what it says of a statement is what PostgreSQL does."""

import asyncio
from typing import Any

import asyncpg

from database import migrations
from database.migrations import OURS
from database.migrations.chain import runs_with

STEPS = {
    "upgrade": """op.execute("ALTER TABLE users ADD COLUMN motto text")
    op.execute("ALTER TABLE users ALTER COLUMN motto SET DEFAULT ''")
    op.execute("ALTER TABLE cases ADD COLUMN lot double precision NOT NULL DEFAULT random()")
    op.execute("CREATE INDEX odd ON outbox (kind)")
    op.execute("ALTER TABLE point_accounts ADD CONSTRAINT odd CHECK (balance < 7) NOT VALID")
    op.execute("CREATE TABLE fresh (guild_id bigint, number bigint, FOREIGN KEY (guild_id, number) REFERENCES cases)")
    op.execute("UPDATE guild_configs SET language = 'en'")
    op.execute("DROP TABLE audit_cursors")"""
}


async def test_locks_scans_and_rewrites_are_those_of_the_server(scratch: str, chain_of: Any) -> None:
    await migrations.upgrade(scratch)
    [step] = await migrations.plan(scratch, chain=chain_of(STEPS))
    told = [
        [(effect.table, effect.lock, effect.rewrites, effect.scans) for effect in statement.effects]
        for statement in step.statements
    ]
    assert told == [
        [("users", "ACCESS EXCLUSIVE", False, False)],
        [],  # the lock is held already
        [("cases", "ACCESS EXCLUSIVE", True, True)],
        [("outbox", "SHARE", False, True)],
        [("point_accounts", "ACCESS EXCLUSIVE", False, False)],
        [],  # a new table; cases are locked already
        [("guild_configs", "ROW EXCLUSIVE", False, True)],
        [("audit_cursors", "ACCESS EXCLUSIVE", False, False)],
    ]
    assert step.statements[0].sql == "ALTER TABLE users ADD COLUMN motto text"


async def test_in_short_each_table_is_told_once_with_its_strongest_lock(scratch: str, chain_of: Any) -> None:
    await migrations.upgrade(scratch)
    statements = """op.execute("UPDATE users SET name = 'x'")
    op.execute("ALTER TABLE users ADD COLUMN motto text")
    op.execute("CREATE INDEX odd ON outbox (kind)")"""
    [step, nothing] = await migrations.plan(scratch, chain=chain_of({"upgrade": statements}, {}))
    first, users, outbox = step.in_short()
    assert first.startswith("9001  ")
    assert first.endswith(" (3 statements)")
    assert "outbox (" in outbox
    assert "SHARE: it is read, not written until the step ends; reads the whole table" in outbox
    assert "users (" in users
    assert "ACCESS EXCLUSIVE: nobody reads or writes it until the step ends; reads the whole table" in users
    assert nothing.in_short()[1:] == ["       No table that is in use is touched."]


async def test_a_concurrent_index_and_batches_stop_nobody(scratch: str, chain_of: Any) -> None:
    await migrations.upgrade(scratch)
    chain = chain_of(
        {"upgrade": 'op.build_index("odd", "users", ["guild_id", "name"])'},
        {"upgrade": """op.in_batches("users", "UPDATE users SET name = 'x' WHERE {rows}")"""},
    )
    index, batches = await migrations.plan(scratch, chain=chain)
    assert {effect.lock for line in index.statements for effect in line.effects} == {"SHARE UPDATE EXCLUSIVE"}
    assert {effect.lock for line in batches.statements for effect in line.effects} == {"ROW EXCLUSIVE"}


async def test_nobody_is_stopped_by_a_plan_and_a_plan_waits_for_nobody(scratch: str, chain_of: Any) -> None:
    """Somebody holds every table for good; the plan of a step that needs them all comes all the same."""
    await migrations.upgrade(scratch)
    holder = await asyncpg.connect(scratch)
    await holder.execute(
        "BEGIN; LOCK TABLE users, cases, outbox, audit_cursors, point_accounts, guild_configs"
    )
    try:
        async with asyncio.timeout(30):
            assert await migrations.plan(scratch, chain=chain_of(STEPS))
        assert await holder.fetchval("SELECT count(*) FROM pg_class WHERE relname = 'fresh'") == 0
    finally:
        await holder.close()


async def test_rows_are_estimated_and_an_upgrade_may_stop_on_the_way(scratch: str, chain_of: Any) -> None:
    await migrations.upgrade(scratch)
    connection = await asyncpg.connect(scratch)
    await connection.execute(
        "SET reeve.system = 'on'; INSERT INTO case_counters SELECT g, 1 FROM generate_series(1, 5000) g"
    )
    await connection.execute("ANALYZE case_counters")
    await connection.close()
    chain = chain_of({"upgrade": 'op.execute("ALTER TABLE case_counters ADD COLUMN odd int")'}, {})
    [step] = await migrations.plan(scratch, "9001", chain=chain)
    assert step.statements[0].effects[0].rows == 5000
    assert "case_counters (about 5,000 rows); ACCESS EXCLUSIVE: nobody reads or writes it" in "\n".join(
        step.in_words()
    )
    assert len(step.in_short()) == 2
    await migrations.upgrade(scratch, "9001", chain=chain)
    assert [step.revision for step in await migrations.plan(scratch, chain=chain)] == ["9002"]
    assert await migrations.plan(scratch, "9001", chain=chain) == []


async def test_the_sql_for_a_review_makes_the_same_schema(scratch: str) -> None:
    written = await migrations.sql(scratch)
    connection = await asyncpg.connect(scratch)
    for statement in in_parts(written):
        await connection.execute(statement)
    await connection.close()
    assert await migrations.current(scratch) == OURS.head
    assert await migrations.check(scratch) == []
    assert (await migrations.standing(scratch)).runs_with == runs_with(OURS.scripts, OURS.head)
    assert await migrations.sql(scratch) == ""


async def test_the_sql_says_what_it_is_and_where_it_is_in_no_transaction(scratch: str, chain_of: Any) -> None:
    await migrations.upgrade(scratch)
    index = 'op.build_index("odd", "users", ["guild_id", "name"])'
    written = await migrations.sql(scratch, chain=chain_of({"upgrade": index}, STEPS))
    header, *_ = written.split("\n\n")
    assert all(line.startswith("-- ") for line in header.splitlines())
    assert f"from {OURS.head} to 9002" in header
    assert "-- 1592655873 is the advisory lock" in header
    inside: list[bool] = []
    is_told = is_inside = False
    for statement in written.removeprefix(header).split("\n\n"):
        is_told = is_told or "-- Outside of a transaction" in statement
        if statement == "BEGIN;":
            is_inside, is_told = True, False
            inside.append(False)
        elif statement == "COMMIT;":
            is_inside = False
        elif is_inside and not statement.startswith("--"):
            inside[-1] = True
        if "CONCURRENTLY" in statement and not statement.startswith("--"):
            assert (is_inside, is_told) == (False, True)
    assert inside == [True, True], "a transaction is empty"


def in_parts(script: str) -> list[str]:
    """As psql sends it: CREATE INDEX CONCURRENTLY stands alone, everything around it may go together."""
    parts = [""]
    for statement in script.split(";\n\n"):
        alone = "CONCURRENTLY" in statement
        if alone:
            parts += [statement, ""]
        else:
            parts[-1] += statement + ";\n"
    return [part for part in parts if part.strip(";\n ")]
