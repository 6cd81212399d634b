"""Play people against the real bot process: real sockets, the real wire, a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from e2e_play import Bot, Guild, Play

from sandbox.server import Sandbox
from soak.scenario import Ground
from soak.servers import NEVER_CRASHES


@pytest.fixture(scope="session")
async def dsn(initialised_dir: Path) -> AsyncIterator[str]:
    """Of these tests alone: a bot delivers whatever it finds in the outbox, what other tests left there, too."""
    async with Ground(initialised_dir, "") as ground:
        yield (await ground.server(**NEVER_CRASHES)).dsn


@pytest.fixture(scope="module")
async def own_dsn(initialised_dir: Path) -> AsyncIterator[str]:
    """For bots on a sandbox of their own: bots on one database are taken for processes of one bot.

    Another one would take what a killed one has left over, and wait for a server that it is not in; and of two whose
    clocks differ one finds each lease of the other over.
    """
    async with Ground(initialised_dir, "") as ground:
        yield (await ground.server(**NEVER_CRASHES)).dsn


@pytest.fixture(scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start(port=0)
    yield sandbox
    await sandbox.close()


@pytest.fixture(scope="session")
async def play(sandbox: Sandbox) -> AsyncIterator[Play]:
    async with Play(sandbox.url) as play:
        yield play


@pytest.fixture(scope="session")
async def bot(sandbox: Sandbox, dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """One bot process for all tests that do not kill it."""
    bot = Bot(sandbox.api_url, dsn, tmp_path_factory.mktemp("bot"))
    await bot.start()
    yield bot
    assert await bot.stop() == 0, "SIGTERM ends in good order"
    assert "incident" not in bot.log, bot.log
    assert "Traceback" not in bot.log, bot.log


@pytest.fixture
async def guild(play: Play, bot: Bot, request: pytest.FixtureRequest) -> Guild:
    """A new server for each test, with all the people in it."""
    return await play.new_guild(request.node.name[:80])


@pytest.fixture
def own_bot(sandbox: Sandbox, dsn: str, tmp_path: Path) -> Bot:
    """A bot process that the test starts, kills and starts again."""
    return Bot(sandbox.api_url, dsn, tmp_path)
