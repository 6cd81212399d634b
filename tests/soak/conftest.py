"""A ground for each scenario in its small form."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from database import actions
from database.service import DatabaseService
from database.settings import PoolSettings
from soak.scenario import Ground

PATIENCE = 60
"""Seconds: on a busy machine, what takes long is no finding."""


class PatientGround(Ground):
    async def service(self, dsn: str) -> DatabaseService:
        database = DatabaseService(dsn, PoolSettings(pool_timeout_seconds=PATIENCE))
        self._leaving.push_async_callback(database.close)
        await database.open()
        return database


@pytest.fixture
async def ground(initialised_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Ground]:
    for name in ("REPEAT_SECONDS", "RESOLVE_SECONDS"):
        monkeypatch.setattr(actions, name, PATIENCE)
    async with PatientGround(initialised_dir, "a seed") as ground:
        yield ground
