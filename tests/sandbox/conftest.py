"""A sandbox for each test, a discord.py client on it, and Discord's own description held against every exchange."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.clock import ManualClock
from sandbox.pacing import UNHURRIED
from sandbox.recorder import Exchange
from sandbox.server import Sandbox

BESIDE = Path(__file__).parents[3] / "shared" / "discord" / "openapi.json"
DESCRIPTION = Path(os.environ.get("DISCORD_OPENAPI", BESIDE))

# Where the description is wrong, or a library is laxer than it, and Discord takes it all the same:
# - a field error's code is a text ("BASE_TYPE_REQUIRED"), the description says integer;
# - discord.py writes snowflakes in requests as integers (attachments' ids too), and Discord coerces them;
# - permission bits of an overwrite travel as text (the reference says so too), the description says integer;
# - discord.py bans without a body (seconds in the query), the description requires one;
FIELD_ERROR_CODE = {"type": ["integer", "string"]}


class Description:
    """Discord's OpenAPI file, asked about single exchanges."""

    def __init__(self, spec: dict[str, Any]) -> None:
        spec["components"]["schemas"]["Error"]["properties"]["code"] = FIELD_ERROR_CODE
        self._spec = spec
        resource = Resource.from_contents(spec, default_specification=DRAFT202012)
        self._registry = Registry().with_resource("urn:discord", resource)
        self._paths = sorted(spec["paths"], key=lambda path: path.count("{"))

    def _operation(self, exchange: Exchange) -> tuple[str, dict[str, Any]] | None:
        for path in self._paths:
            pattern = re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(path))
            if re.fullmatch(pattern, exchange.path):
                operation = self._spec["paths"][path].get(exchange.method.lower())
                return (path, operation) if operation else None
        return None

    def violations(self, exchange: Exchange) -> Iterator[str]:
        found = self._operation(exchange)
        if found is None:
            yield f"{exchange.method} {exchange.path} is not in Discord's description"
            return
        path, operation = found
        where = f"{exchange.method} {path} -> {exchange.status}"
        yield from (
            f"{where}: response {problem}" for problem in self._response_problems(exchange, operation)
        )
        if (exchange.status or 500) < 300 and exchange.request is not None:
            yield from (
                f"{where}: request {problem}" for problem in self._request_problems(exchange, operation)
            )

    def _response_problems(self, exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
        responses = operation["responses"]
        status = str(exchange.status)
        answer = responses.get(status) or responses.get(f"{status[0]}XX")
        if answer is None:
            yield f"status {exchange.status} is not described"
            return
        yield from self._problems(answer, exchange.response)

    def _request_problems(self, exchange: Exchange, operation: dict[str, Any]) -> Iterator[str]:
        body = with_text_snowflakes(exchange.request)
        if "/permissions/" in exchange.path:
            body |= {key: int(body[key]) for key in ("allow", "deny")}
        yield from self._problems(operation.get("requestBody") or {}, body)

    def _problems(self, described: dict[str, Any], body: Any) -> Iterator[str]:
        if "$ref" in described:
            described = self._spec["components"]["responses"][described["$ref"].rsplit("/", 1)[-1]]
        schema = described.get("content", {}).get("application/json", {}).get("schema")
        if schema is None:
            if body is not None and "content" in described:
                yield "has a body"
            return
        validator = Draft202012Validator(absolute(schema), registry=self._registry)
        for error in validator.iter_errors(body):
            deepest = deepest_of(error)
            yield f"{'/'.join(map(str, deepest.absolute_path))}: {deepest.message[:300]}"


def deepest_of(error: ValidationError) -> ValidationError:
    """Of an anyOf's branches: the one that got furthest, which is nearly always the one that was meant."""
    while error.context:
        branches: dict[Any, list[ValidationError]] = {}
        for each in error.context:
            branches.setdefault(each.schema_path[0], []).append(each)
        likely = [each for each in branches.values() if not any(is_of_another_type(one) for one in each)]
        error = min(likely or branches.values(), key=len)[0]
    return error


def is_of_another_type(error: ValidationError) -> bool:
    return list(error.path)[-1:] == ["type"] or error.validator == "type"


def absolute(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: "urn:discord" + value if key == "$ref" else absolute(value) for key, value in schema.items()
        }
    return [absolute(each) for each in schema] if isinstance(schema, list) else schema


def with_text_snowflakes(body: Any) -> Any:
    if isinstance(body, dict):
        own = {"id": str(body["id"])} if isinstance(body.get("id"), int) and "filename" in body else {}
        return {key: with_text_snowflakes(value) for key, value in (body | own).items()}
    if isinstance(body, list):
        return [with_text_snowflakes(value) for value in body]
    return str(body) if isinstance(body, int) and not isinstance(body, bool) and body > 1 << 40 else body


@cache
def _description() -> Description | None:
    return Description(json.loads(DESCRIPTION.read_text())) if DESCRIPTION.exists() else None


@pytest.fixture(scope="session")
def description() -> Description:
    missing = (
        f"NOTHING WAS HELD AGAINST DISCORD'S OWN DESCRIPTION: {DESCRIPTION} is missing (DISCORD_OPENAPI)."
    )
    return _description() or pytest.skip(missing)


def refuse_violations(sandbox: Sandbox) -> None:
    """Every exchange of the test was as Discord describes it, and no route was missing (but those asked for)."""
    described = _description()
    found = [each for each in sandbox.recorder.since() if each.kind == "rest"]
    exchanges = [each for each in found if not each.unknown and not each.fault]
    problems = [each for one in exchanges for each in (described.violations(one) if described else ())]
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.fixture
def clock() -> ManualClock:
    """Stands at the real time, so that discord.py's own look at ids and time agrees."""
    return ManualClock(datetime.now(UTC))


@asynccontextmanager
async def open_sandbox(**settings: Any) -> AsyncIterator[Sandbox]:
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE
    sandbox = Sandbox(**{"pacing": UNHURRIED, **settings})
    await sandbox.start()
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sandbox.api_url, yarl.URL(sandbox.gateway_url)
    yield sandbox
    await sandbox.close()
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY, Asset.BASE = before
    refuse_violations(sandbox)


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
    token = next(iter(sandbox.world.applications.values())).token
    await bot.login(token)
    if sync and bot.tree.get_commands():
        await bot.tree.sync()
    running = asyncio.create_task(bot.connect())
    ready = asyncio.create_task(bot.is_ready_once.wait())
    await asyncio.wait({running, ready}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    try:
        if running.done():
            running.result()
        assert ready.done(), "the bot was not ready within 10 s"
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
    """Waits until something is true, at most 5 s."""

    async def wait(is_true: Callable[[], object]) -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def look() -> None:
            if not done.done():
                done.set_result(None) if is_true() else loop.call_soon(look)

        look()
        await asyncio.wait_for(done, 5)

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
    token = next(iter(sandbox.world.applications.values())).token

    async def call(method: str, path: str, body: Any = None, *, bearer: str = token, **more: Any) -> Any:
        headers = {"Authorization": f"Bot {bearer}", **more.pop("headers", {})}
        url = sandbox.api_url + path
        async with http.request(method, url, json=body, headers=headers, **more) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else None

    return call
