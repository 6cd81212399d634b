"""Promises 12 and 13 in small: many starts at once, and revisions under load."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from database.migrations import OURS, stepping
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


SMALL = {
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
