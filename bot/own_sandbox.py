"""Without a token Reeve plays on the sandbox: one that already runs here, or a child process of its own."""

import asyncio
import fcntl
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

import psutil
from loguru import logger

from bot.discord_address import NobodyAnswers, World, world_at
from bot.exits import CannotRun, Exit
from bot.settings import Settings
from database.errors import DataDirectoryUnusable

PROJECT = Path(__file__).resolve().parent.parent
START_SECONDS = 20.0
STOP_SECONDS = 3.0
ASK_AGAIN_SECONDS = 0.05
WATCH_SECONDS = 1.0
PEOPLE_NAMED = 30
DEFAULT_URL = "http://127.0.0.1:8765"  # where `python -m sandbox as` looks by itself
SECRETS = ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "DATABASE_URL", "DATABASE_URL_FILE")


@asynccontextmanager
async def running_sandbox(settings: Settings) -> AsyncIterator[tuple[str, World]]:
    """The address and world of a sandbox. One that somebody else started is left running; ours is stopped."""
    url, own = sandbox_url(settings), OwnSandbox(settings)
    try:
        world = await world_at(url)
    except NobodyAnswers:
        world = await own.start()
    else:
        if world is None:
            raise CannotRun(
                Exit.CONFIGURATION,
                f"Port {settings.sandbox_port} is taken by something that is not the sandbox: stop it, or set "
                "REEVE_SANDBOX_PORT to a free port.",
            )
        if not own.adopt():
            yield url, world
            return
    watch = asyncio.create_task(own.keep_running())
    try:
        yield url, world
    finally:
        watch.cancel()
        await own.stop()


def sandbox_url(settings: Settings) -> str:
    return f"http://127.0.0.1:{settings.sandbox_port}"


def welcome(url: str, world: World) -> str:
    """What a person can do now."""
    python = Path(sys.executable)
    command = python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python
    names = [person["name"] for person in world["people"] if not person.get("bot")]
    people = ", ".join(names[:PEOPLE_NAMED]) + (" and more" if len(names) > PEOPLE_NAMED else "")
    act = f"{command} -m sandbox as"
    where = "" if url == DEFAULT_URL else f" --url {url}"
    guilds = [guild["name"] for guild in world["guilds"]]
    servers = " and ".join(guilds[:2]) + (" and more" if len(guilds) > 2 else "")
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


class OwnSandbox:
    """The child process; its pid is kept in a file, so that a start after `kill -9` knows it for its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data_dir / "sandbox"
        self._pid_file = self._folder / "sandbox.pid"
        self._process: psutil.Popen | psutil.Process | None = None
        self._claimed: IO[bytes] | None = None

    async def start(self) -> World:
        """Raises CannotRun, DataDirectoryUnusable."""
        _log_file(self._folder)
        if not self._claim():
            raise CannotRun(
                Exit.CONFIGURATION,
                f"Another Reeve has its sandbox in {self._settings.data_dir}: stop it, or set REEVE_DATA_DIR to "
                "another directory.",
            )
        self._spawn()
        try:
            return await self._first_answer()
        except BaseException:  # a stop while it starts must not leave it behind
            await self.stop()
            raise

    def adopt(self) -> bool:
        """Take over the sandbox that a killed Reeve has left behind; False if the running one is somebody else's."""
        try:
            process = psutil.Process(int(self._pid_file.read_text()))
            is_sandbox = {"sandbox", str(self._settings.sandbox_port)} <= set(process.cmdline())
            is_ours = is_sandbox and self._claim()
        except (OSError, ValueError, psutil.Error):
            return False
        self._process = process if is_ours else None
        return is_ours

    async def keep_running(self) -> None:
        """Start it again when it died: its world is in a file. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self._process is not None and not _lives(self._process):
                logger.warning("The sandbox has died: starting it again.")
                try:
                    self._spawn()
                except (OSError, DataDirectoryUnusable) as error:
                    logger.error("The sandbox could not be started again: {}", error)

    async def stop(self) -> None:
        process = self._process
        if process is None:
            return
        with suppress(psutil.NoSuchProcess):
            process.terminate()
            try:
                await asyncio.to_thread(process.wait, STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
        self._pid_file.unlink(missing_ok=True)
        if self._claimed is not None:
            self._claimed.close()

    def _claim(self) -> bool:
        """Whether no living Reeve has its sandbox here; then this one has. A killed one holds no lock."""
        self._claimed = (self._folder / "own.lock").open("ab")
        try:
            fcntl.flock(self._claimed, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._claimed.close()
            self._claimed = None
        return self._claimed is not None

    def _spawn(self) -> None:
        """A session of its own, so that Ctrl+C reaches Reeve first and the sandbox sees it leave."""
        options = ("--port", str(self._settings.sandbox_port), "--world", str(self._folder / "world.json"))
        environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
        with _log_file(self._folder).open("ab") as log:
            self._process = psutil.Popen(
                [sys.executable, "-m", "sandbox", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=PROJECT,
                env=environment,
                start_new_session=True,
            )
        self._pid_file.write_text(str(self._process.pid))

    async def _first_answer(self) -> World:
        assert self._process is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(START_SECONDS):
                while _lives(self._process):
                    try:
                        if (world := await world_at(sandbox_url(self._settings))) is not None:
                            return world
                    except NobodyAnswers:
                        await asyncio.sleep(ASK_AGAIN_SECONDS)
        raise CannotRun(
            Exit.CONFIGURATION,
            f"The sandbox did not start on port {self._settings.sandbox_port}: "
            f"{self._folder / 'sandbox.log'} says why; REEVE_SANDBOX_PORT chooses another port.",
        )


def _lives(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


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
