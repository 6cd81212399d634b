"""`python -m bot run` from outside: it starts on the sandbox, says how to play, and stops in order."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.discord_address import NobodyAnswers, world_at
from sandbox.server import Sandbox

PROJECT = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 30


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@asynccontextmanager
async def process(
    data_dir: Path, *words: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    inherited = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "REEVE_ENV_FILE") if name in os.environ
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=PROJECT,
        env={**inherited, "REEVE_DATA_DIR": str(data_dir), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def line_with(child: asyncio.subprocess.Process, fragment: str) -> str:
    """The first line of standard output that holds the fragment."""
    assert child.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        while line := (await child.stdout.readline()).decode():
            if fragment in line:
                return line
    assert child.stderr is not None
    raise AssertionError((await child.stderr.read()).decode())


async def ended(child: asyncio.subprocess.Process, how: signal.Signals) -> str:
    """Stop it in order; what it wrote to its log."""
    child.send_signal(how)
    async with asyncio.timeout(STOP_SECONDS):
        _, log = await child.communicate()
    assert child.returncode == 0, log.decode()
    return log.decode()


async def test_without_a_token_it_plays_on_a_sandbox_of_its_own_and_takes_it_along(
    dsn: str, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with process(
        tmp_path, DATABASE_URL=dsn, REEVE_SANDBOX_PORT=str(port), REEVE_HTTP_PORT="0"
    ) as child:
        health = (await line_with(child, "Health")).split()[-1]
        assert url in await line_with(child, "sandbox")
        await line_with(child, "Stop with")
        async with aiohttp.ClientSession() as session, session.get(health) as answer:
            assert answer.status == 200, await answer.text()
        world: Any = await world_at(url)
        assert world["applications"][0]["token"] not in await ended(child, signal.SIGTERM)
    with pytest.raises(NobodyAnswers):
        await world_at(url)


async def test_a_sandbox_that_was_there_before_is_there_after(dsn: str, tmp_path: Path) -> None:
    place = Sandbox()
    await place.start(port=0)
    port = place.url.rpartition(":")[2].strip("/")
    async with process(tmp_path, "run", DATABASE_URL=dsn, REEVE_SANDBOX_PORT=port) as child:
        await line_with(child, "Stop with")
        await ended(child, signal.SIGINT)
    assert await world_at(place.url) is not None
    async with process(tmp_path, "doctor", DATABASE_URL=dsn, REEVE_SANDBOX_PORT=port) as child:
        out, log = await child.communicate()
        assert child.returncode == 0, out.decode() + log.decode()
        assert "Green: the log goes to #mod-log" in out.decode()
    await place.close()


async def test_the_sandbox_that_a_killed_reeve_left_behind_is_taken_over(dsn: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {"DATABASE_URL": dsn, "REEVE_SANDBOX_PORT": str(port)}
    async with process(tmp_path, "run", **settings) as child:
        await line_with(child, "Stop with")
        child.kill()
        await child.wait()
    assert await world_at(f"http://127.0.0.1:{port}") is not None
    async with process(tmp_path, "run", **settings) as child:
        await line_with(child, "Stop with")
        await ended(child, signal.SIGTERM)
    with pytest.raises(NobodyAnswers):
        await world_at(f"http://127.0.0.1:{port}")


async def test_a_second_reeve_leaves_the_first_ones_sandbox_alone(dsn: str, tmp_path: Path) -> None:
    port = free_port()
    settings = {"DATABASE_URL": dsn, "REEVE_SANDBOX_PORT": str(port)}
    async with process(tmp_path, "run", **settings) as first:
        await line_with(first, "Stop with")
        before = (tmp_path / "sandbox" / "sandbox.pid").read_text()
        async with process(tmp_path, "run", **settings) as second:
            await line_with(second, "Stop with")
            await ended(second, signal.SIGTERM)
        assert await world_at(f"http://127.0.0.1:{port}") is not None
        assert (tmp_path / "sandbox" / "sandbox.pid").read_text() == before
        assert "died" not in await ended(first, signal.SIGTERM)


async def test_a_sandbox_that_dies_is_started_again(dsn: str, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    async with process(tmp_path, "run", DATABASE_URL=dsn, REEVE_SANDBOX_PORT=str(port)) as child:
        await line_with(child, "Stop with")
        pid_file = tmp_path / "sandbox" / "sandbox.pid"
        before = int(pid_file.read_text())
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(START_SECONDS):
            while int(pid_file.read_text() or before) == before or not await answers(url):  # noqa: ASYNC110  # another process does it
                await asyncio.sleep(0.02)
        await ended(child, signal.SIGTERM)


async def answers(url: str) -> bool:
    try:
        return await world_at(url) is not None
    except NobodyAnswers:
        return False


async def test_a_refused_token_ends_with_its_own_code(dsn: str, tmp_path: Path) -> None:
    place = Sandbox()
    await place.start(port=0)
    environment = {
        "DATABASE_URL": dsn,
        "REEVE_DISCORD_API_URL": place.url,
        "DISCORD_TOKEN": "canary.canary.canary",
    }
    async with process(tmp_path, "run", **environment) as child:
        _, log = await child.communicate()
    await place.close()
    assert child.returncode == 77
    assert "Traceback" not in log.decode()
    assert "canary" not in log.decode()
