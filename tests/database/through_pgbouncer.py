"""`pytest -p through_pgbouncer tests/database/test_cases.py ...`: every DatabaseService of a test behind PgBouncer.

Whatever else a test connects with (its auditor, its killer) goes to PostgreSQL itself.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from pgbouncer import PgBouncer

from database.service import DatabaseService
from database.settings import PoolSettings

SERVERS = 10
"""As many transactions as one test holds open at once. Clients share them all the same: the last one freed is the next
one lent. `test_a_schema_that_changes_under_the_bot_costs_one_repeat` fails, because without a cache it costs none."""


@pytest.fixture(scope="session", autouse=True)
async def every_service_behind_a_pooler() -> AsyncIterator[None]:
    async with AsyncExitStack() as running:
        poolers: dict[str, PgBouncer] = {}
        make, open_ = DatabaseService.__init__, DatabaseService.open

        def made(service: Any, dsn: str, settings: PoolSettings | None = None, **others: Any) -> None:
            service.upstream = dsn
            settings = (settings or PoolSettings.model_construct()).model_copy(
                update={"pooler": "transaction"}
            )
            make(service, dsn, settings, direct_dsn=dsn)

        async def opened(service: Any) -> None:
            dsn = service.upstream
            if "host=" not in dsn:  # a server that is not there: nothing to stand in front of
                await open_(service)
                return
            if dsn not in poolers:
                poolers[dsn] = await running.enter_async_context(PgBouncer(dsn, servers=SERVERS))
            service._pool._dsn = poolers[dsn].dsn
            await open_(service)

        patch = pytest.MonkeyPatch()
        patch.setattr(DatabaseService, "__init__", made)
        patch.setattr(DatabaseService, "open", opened)
        yield
        patch.undo()
