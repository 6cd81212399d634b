"""Two bots as processes of their own, each on a sandbox of its own: Reeve as people start it, and a bare one."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psutil

from benchmarks.child import PROJECT, Watched, running
from soak.servers import scratch_folder

QUIET_SECONDS = 0.15
"""A bot that has used no processor for so long has done its work."""


@dataclass
class Played(Watched):
    """One bot on one sandbox, and the hands of its people."""

    url: str
    http: aiohttp.ClientSession
    process: psutil.Process
    world: dict[str, Any] = field(default_factory=dict)

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.http.post(f"{self.url}/sandbox/{path}", json=body) as answer:
            told: dict[str, Any] = await answer.json()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {told}")
        return told

    async def slash(self, person: str, command: str, **options: Any) -> dict[str, Any]:
        told = await self.post(
            f"people/{person}/slash",
            {"guild_id": "Green", "channel_id": "general", "command": command, "options": options},
        )
        if told.get("failed"):
            raise RuntimeError(f"/{command}: {told['failed']}")
        return told

    async def storm(self, **wanted: Any) -> dict[str, Any]:
        told = await self.post("storm", {"guild_id": "Green", **wanted})
        if told["failed"]:
            raise RuntimeError(f"The load was not carried: {told}")
        return told

    def id_of(self, name: str) -> str:
        return str(next(person["id"] for person in self.world["people"] if person["name"] == name))

    async def quiet(self) -> float:
        """Wait until it has nothing more to do; when that was, by the clock of `time.perf_counter`."""
        loop = asyncio.get_running_loop()
        used, since = self.cpu_seconds, loop.time()
        while loop.time() - since < QUIET_SECONDS:
            await asyncio.sleep(0.005)
            if (now := self.cpu_seconds) != used:
                used, since = now, loop.time()
        return since


@asynccontextmanager
async def reeve(*sandbox_words: str) -> AsyncIterator[Played]:
    async with _played(("bot", "run"), *sandbox_words) as played:
        yield played


@asynccontextmanager
async def bare_bot(*sandbox_words: str) -> AsyncIterator[Played]:
    async with _played(("benchmarks.bare_bot",), *sandbox_words) as played:
        yield played


@asynccontextmanager
async def _played(words: tuple[str, ...], *sandbox_words: str) -> AsyncIterator[Played]:
    async with (
        running("sandbox", "--no-rate-limits", *sandbox_words, until="once a bot") as sandbox,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=600)) as http,
        _world(http, sandbox.url) as world,
    ):
        with scratch_folder() as folder:
            environment = {
                **{
                    name: value
                    for name, value in os.environ.items()
                    if not name.startswith(("DATABASE_", "REEVE_"))
                },
                "REEVE_ENV_FILE": "",
                "REEVE_DATA_DIR": str(folder),
                "REEVE_DISCORD_API_URL": sandbox.url,
                "REEVE_LOG_LEVEL": "WARNING",
                "DISCORD_TOKEN": world["applications"][0]["token"],
            }
            async with _started(words, environment) as process:
                yield Played(sandbox.url, http, process, world)


@asynccontextmanager
async def _world(http: aiohttp.ClientSession, url: str) -> AsyncIterator[dict[str, Any]]:
    async with http.get(f"{url}/sandbox/world") as answer:
        yield await answer.json()


@asynccontextmanager
async def _started(words: tuple[str, ...], environment: dict[str, str]) -> AsyncIterator[psutil.Process]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *words),
        cwd=PROJECT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert child.stdout
    said, drain = b"", asyncio.create_task(asyncio.sleep(0))
    try:
        while b"ready" not in (line := await child.stdout.readline()):
            said += line
            if not line:
                raise RuntimeError(f"{' '.join(words)} ended instead of starting: {said.decode()}")
        drain = asyncio.create_task(_forgotten(child.stdout))
        yield psutil.Process(child.pid)
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()
        drain.cancel()


async def _forgotten(stream: asyncio.StreamReader) -> None:
    """A pipe that nobody reads would stop who writes into it."""
    while await stream.read(2**16):
        pass
