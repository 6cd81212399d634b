"""Without a token Reeve plays on the sandbox: one that already runs here, or a child process of its own."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.discord_address import NobodyAnswers, World, world_at
from bot.exits import CannotRun, Exit
from bot.settings import Settings
from database.errors import DataDirectoryUnusable

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0
STOP_SECONDS = 3.0
ASK_AGAIN_SECONDS = 0.05
DEFAULT_URL = "http://127.0.0.1:8765"  # where `python -m sandbox as` looks by itself
SECRETS = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DATABASE_URL", "DATABASE_URL_FILE")


@asynccontextmanager
async def running_sandbox(settings: Settings) -> AsyncIterator[tuple[str, World]]:
    """The address and world of a sandbox; one that was running before is left running after."""
    url = sandbox_url(settings)
    try:
        world = await world_at(url)
    except NobodyAnswers:
        async with _child(settings) as child:
            yield url, await _first_answer(child, url, settings)
        return
    if world is None:
        raise CannotRun(
            Exit.CONFIGURATION,
            f"Port {settings.sandbox_port} is taken by something that is not the sandbox: stop it, or set "
            "REEVE_SANDBOX_PORT to a free port.",
        )
    yield url, world


def sandbox_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.sandbox_port}"


def welcome(url: str, world: World) -> str:
    """What a person can do now."""
    python = Path(sys.executable)
    command = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    people = ", ".join(person["name"] for person in world["people"] if not person.get("bot"))
    act = f"{command} -m sandbox as"
    where = "" if url == DEFAULT_URL else f" --url {url}"
    servers = " and ".join(guild["name"] for guild in world["guilds"])
    return "\n".join(
        [
            "",
            f"  Reeve is on the sandbox, a Discord on this machine: open {url}/",
            f"  Servers: {servers}. People you can be: {people}.",
            "  Or type:",
            f'    {act} max slash "warn" member=ann reason="spam"{where}',
            f"    {act} max see mod-log{where}",
            f'    {act} ann slash "points balance"{where}',
            "  Stop with Ctrl+C.",
            "",
        ]
    )


@asynccontextmanager
async def _child(settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    """A session of its own, so that Ctrl+C reaches Reeve first and the sandbox sees it leave."""
    folder = settings.data_dir / "sandbox"
    options = ("--port", str(settings.sandbox_port), "--world", str(folder / "world.json"))
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    with _log_file(folder).open("ab") as log:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", *options),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
        )
    try:
        yield child
    finally:
        await _stop(child)


def _log_file(folder: Path) -> Path:
    log = folder / "sandbox.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as error:
        raise DataDirectoryUnusable(
            f"{folder} cannot be written ({error.strerror}): set REEVE_DATA_DIR to a directory that can."
        ) from error
    return log


async def _first_answer(child: asyncio.subprocess.Process, url: str, settings: Settings) -> World:
    log = settings.data_dir / "sandbox" / "sandbox.log"
    try:
        async with asyncio.timeout(START_SECONDS):
            while child.returncode is None:
                try:
                    if (world := await world_at(url)) is not None:
                        return world
                except NobodyAnswers:
                    await asyncio.sleep(ASK_AGAIN_SECONDS)
    except TimeoutError:
        pass
    raise CannotRun(
        Exit.CONFIGURATION,
        f"The sandbox did not start on port {settings.sandbox_port}: {log} says why; "
        "REEVE_SANDBOX_PORT chooses another port.",
    )


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
    try:
        await asyncio.wait_for(child.wait(), STOP_SECONDS)
    except TimeoutError:
        child.kill()
        await child.wait()
