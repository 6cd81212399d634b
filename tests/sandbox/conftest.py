"""A sandbox for each test, and a discord.py client on it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.clock import ManualClock
from sandbox.rows import Guild
from sandbox.server import Sandbox

PATIENCE_SECONDS = 30
"""For a machine that does much else."""


@pytest.fixture
def clock() -> ManualClock:
    """Stands at the real time, so that discord.py's own look at ids and time agrees."""
    return ManualClock(datetime.now(UTC))


@asynccontextmanager
async def open_sandbox(**settings: Any) -> AsyncIterator[Sandbox]:
    async with Sandbox(**{"rate_limits": False, **settings}) as sandbox:
        with sandbox.redirect(discord):
            yield sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with open_sandbox() as opened_for_the_test:
        yield opened_for_the_test


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncIterator[Sandbox]:
    """A sandbox whose time stands still until the test moves it."""
    async with open_sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def opened() -> Callable[..., Any]:
    return open_sandbox


class Bot(discord.Client):
    """An unmodified discord.py client; `mark` lets a command tell the test that it was reached."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.01)
        self.tree = app_commands.CommandTree(self)
        self.reached: asyncio.Queue[discord.Interaction] = asyncio.Queue()
        self.may_go_on = asyncio.Event()
        self.is_ready_once = asyncio.Event()
        self.errors: list[BaseException] = []
        self.tree.on_error = self._keep_error  # type: ignore[method-assign]  # as discord.py documents

    async def _keep_error(self, _interaction: discord.Interaction, error: BaseException) -> None:
        self.errors.append(getattr(error, "original", error))

    async def before_identify_hook(self, _shard_id: int | None, *, initial: bool = False) -> None:
        """discord.py would sleep 5 s before it identifies again."""

    async def on_ready(self) -> None:
        self.is_ready_once.set()

    def wait_for(self, event: str, /, *, timeout: float | None = PATIENCE_SECONDS, **more: Any) -> Any:
        """As discord.py does it, and never for ever."""
        return super().wait_for(event, timeout=timeout, **more)

    def guild(self, name: str = "Green") -> discord.Guild:
        return next(guild for guild in self.guilds if guild.name == name)

    def channel(self, name: str = "general", guild: str = "Green") -> discord.TextChannel:
        return discord.utils.get(self.guild(guild).text_channels, name=name)  # type: ignore[return-value]  # the test knows it is there

    def member(self, name: str, guild: str = "Green") -> discord.Member:
        return discord.utils.get(self.guild(guild).members, name=name)  # type: ignore[return-value]  # the test knows it is there


@asynccontextmanager
async def logged_in(
    sandbox: Sandbox,
    *prepare: Callable[[Bot], Any],
    intents: discord.Intents | None = None,
    sync: bool = True,
) -> AsyncIterator[Bot]:
    bot = Bot(intents or discord.Intents.all())
    for each in prepare:
        each(bot)
    await bot.login(sandbox.token)
    if sync and bot.tree.get_commands():
        await bot.tree.sync()
    running = asyncio.create_task(bot.connect())
    ready = asyncio.create_task(bot.is_ready_once.wait())
    await asyncio.wait({running, ready}, timeout=PATIENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    try:
        if running.done():
            running.result()
        assert ready.done(), f"the bot was not ready within {PATIENCE_SECONDS} s"
        yield bot
    finally:
        ready.cancel()
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def login() -> Callable[..., Any]:
    return logged_in


@pytest.fixture
def until() -> Callable[..., Any]:
    """Waits until something is true, with patience."""

    async def wait(is_true: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def look() -> None:
            if not done.done():
                done.set_result(None) if is_true() else loop.call_soon(look)

        look()
        await asyncio.wait_for(done, PATIENCE_SECONDS)

    return wait


@pytest.fixture
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    """A client without commands."""
    async with logged_in(sandbox) as bot:
        yield bot


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def api(sandbox: Sandbox, http: aiohttp.ClientSession) -> Callable[..., Any]:
    """`await api("GET", "/users/@me")` -> (status, body), as the bot, without any library between."""

    async def call(
        method: str, path: str, body: Any = None, *, bearer: str = sandbox.token, **more: Any
    ) -> Any:
        headers = {"Authorization": f"Bot {bearer}", **more.pop("headers", {})}
        url = sandbox.api_url + path
        async with http.request(method, url, json=body, headers=headers, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    return call


@pytest.fixture
def green(sandbox: Sandbox) -> Guild:
    """The first server."""
    return next(iter(sandbox.world.guilds.values()))


@pytest.fixture
def order(sandbox, http):
    """`await order(route=..., status=...)` -> status and body; `method` for the other verbs."""

    async def call(method="POST", **body):
        async with http.request(method, sandbox.url + "/sandbox/faults", json=body or None) as response:
            return response.status, await response.json()

    return call


@pytest.fixture
def no_failure_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


@pytest.fixture
def ask(sandbox: Sandbox, http: aiohttp.ClientSession) -> Callable[..., Any]:
    """Status and body of a request to the control interface."""

    async def call(method: str, path: str, body: Any = None, **more: Any) -> Any:
        async with http.request(method, f"{sandbox.url}/sandbox{path}", json=body, **more) as response:
            return response.status, await response.json()

    return call
