"""A ground for each scenario in its small form."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from soak.scenario import Ground


@pytest.fixture
async def ground(initialised_dir: Path) -> AsyncIterator[Ground]:
    async with Ground(initialised_dir, "a seed") as ground:
        yield ground
