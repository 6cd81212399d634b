"""Promises 12, 13 and 14 in small: many starts at once, revisions under load, and on full tables, killed."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from database.migrations import OURS, stepping
from soak.migration_keeps_data import MigrationKeepsData
from soak.migration_starts import MigrationStarts
from soak.migration_under_load import MigrationUnderLoad
from soak.scenario import Ground


@pytest.fixture
async def ground(initialised_dir: Path) -> AsyncIterator[Ground]:
    async with Ground(initialised_dir, "a seed") as ground:
        yield ground


async def test_processes_that_start_at_once_migrate_once(ground: Ground) -> None:
    outcome = await MigrationStarts(processes=4, runs=1).run(ground)
    assert outcome.broken == []
    assert outcome.reached["revisions run"] == len(OURS.history())


INDEX = {
    "upgrade": 'op.build_index("odd", "users", ["guild_id", "name"])',
    "downgrade": 'op.drop_index("odd", "users")',
}


@pytest.mark.timeout(400)  # it grows with each revision, and a busy machine shares its cores
async def test_each_revision_keeps_all_rows_and_ends_as_it_should_though_killed(
    ground: Ground, chain_of: Any
) -> None:
    outcome = await MigrationKeepsData(rows=2000, kills=2, chain=chain_of(INDEX)).run(ground)
    assert outcome.broken == []
    assert outcome.reached["revisions"] == len(OURS.history()) + 1
    assert outcome.reached["kills"] == 2 * outcome.reached["revisions"]
    assert outcome.reached["rows compared"] > 2000 * outcome.reached["revisions"]


LOSSY = {"upgrade": """op.execute("UPDATE shard_leases SET holder = holder || '!'")"""}
ONE_WAY = {"upgrade": 'op.execute("ALTER TABLE users ADD COLUMN IF NOT EXISTS motto text")'}
IN_PIECES = {
    "upgrade": """with op.get_context().autocommit_block():
        op.execute("ALTER TABLE users ADD COLUMN odd text")
        for number in range(20):
            op.execute(f"SELECT {number}")""",
    "downgrade": 'op.drop_column("users", "odd")',
}


async def test_a_revision_that_changes_rows_leaves_something_or_cannot_be_run_again_is_found_out(
    ground: Ground, chain_of: Any
) -> None:
    chain = chain_of(LOSSY, ONE_WAY, IN_PIECES)
    outcome = await MigrationKeepsData(rows=100, kills=2, begin=OURS.head, chain=chain).run(ground)
    for claim in (
        "9001, up: the rows are not what they were",
        "9002, down again: ['in no revision: column users.motto",
        "9003: ProgrammingError",
    ):
        assert any(told.startswith(claim) for told in outcome.broken), outcome.broken


SMALL: dict[str, Any] = {
    "rows": 3000,
    "idle_seconds": 2.0,
    "longest_read_ms": 1000,
    "longest_lock_ms": 500,
    "begin": OURS.head,
}
STEPS = (
    {"upgrade": 'op.execute("ALTER TABLE cases ADD COLUMN odd int")'},
    {"upgrade": 'op.build_index("odd", "cases", ["guild_id", "odd", "number"])'},
    {"upgrade": """op.in_batches("cases", "UPDATE cases SET odd = 7 WHERE {rows} AND odd IS NULL")"""},
)


async def test_revisions_stop_nobody_while_somebody_sits_idle(ground: Ground, chain_of: Any) -> None:
    outcome = await MigrationUnderLoad(**SMALL, chain=chain_of(*STEPS)).run(ground)
    assert outcome.broken == []


async def test_a_step_that_waits_in_the_queue_is_found_out(
    ground: Ground, chain_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stepping, "SESSION", (*stepping.SESSION, "SET lock_timeout = 0"))
    outcome = await MigrationUnderLoad(**SMALL, chain=chain_of(STEPS[0])).run(ground)
    assert outcome.broken == ["a reader was stopped for too long"]
