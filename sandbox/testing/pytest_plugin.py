"""For pytest: a sandbox for each test that asks for one.

`pytest_plugins = ["sandbox.testing.pytest_plugin"]` in a conftest.py, or nothing at all where the sandbox is installed.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from sandbox.clock import ManualClock
from sandbox.server import Sandbox

try:
    from pytest_asyncio import fixture
except ImportError:
    fixture = pytest.fixture  # type: ignore[assignment]  # anyio's plugin takes such a fixture as it is

MARK = "discord_sandbox(stands_still=False, **settings): of the sandbox, as `Sandbox(...)` takes them"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARK)


@fixture
async def discord_sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A Discord of its own for the test. It limits no rates, and its time goes on, unless the mark says otherwise."""
    mark = request.node.get_closest_marker("discord_sandbox")
    settings = {"rate_limits": False, **(mark.kwargs if mark else {})}
    if settings.pop("stands_still", False):
        settings["clock"] = ManualClock(datetime.now(UTC))
    async with Sandbox(**settings) as sandbox:
        yield sandbox
