"""Bot processes that may be killed, one after another and quickly."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PATIENCE_SECONDS = 120
LOOK_SECONDS = 0.01


class MortalBot:
    def __init__(self, pid: int, log: Path) -> None:
        self._pid, self._log = pid, log
        self._end = os.pidfd_open(pid)
        self._over = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._end, self._ended)

    def _ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._end)
        os.close(self._end)
        self._over.set()

    @property
    def is_alive(self) -> bool:
        return not self._over.is_set()

    @property
    def log(self) -> str:
        return text_of(self._log)

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while "ready as" not in self.log:
                if not self.is_alive:
                    raise RuntimeError(f"The bot ended before it was ready:\n{self.log}")
                await asyncio.sleep(LOOK_SECONDS)

    async def dead(self) -> None:
        await self._over.wait()

    async def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        await self.dead()

    async def steps(self) -> int:
        """Of its event loop, since the moment from which they are counted."""
        os.kill(self._pid, signal.SIGUSR2)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (told := text_of(Path(f"{self._log}.steps"))):  # noqa: ASYNC110  # the file has no event of ours
                await asyncio.sleep(LOOK_SECONDS)
        return int(told)


def text_of(file: Path) -> str:
    return file.read_text(errors="replace") if file.exists() else ""


class BotForge:
    """`settings`: of the environment of every bot."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path, settings: dict[str, str]) -> None:
        self._process, self._folder, self._settings = process, folder, settings
        self._made: list[MortalBot] = []

    async def start(self, *, step: int | None = None, moment: str = "asked", **settings: str) -> MortalBot:
        """Until it is ready. It dies before this step after this moment (`soak.bot_forge`)."""
        number = len(self._made)
        log = self._folder / f"{number}.log"
        known = {**self._settings, "REEVE_DATA_DIR": str(self._folder / f"data-{number}"), **settings}
        order = {"log": str(log), "settings": known, "step": step, "moment": moment}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        bot = MortalBot(int(await self._process.stdout.readline()), log)
        self._made.append(bot)
        await bot.ready()
        return bot

    async def close(self) -> None:
        for bot in self._made:
            if bot.is_alive:
                await bot.kill()

    @property
    def troubles(self) -> list[str]:
        """What no bot may have said in its log."""
        return [
            f"{line.strip()[:300]}"
            for bot in self._made
            for line in bot.log.splitlines()
            if "Traceback" in line or "incident" in line
        ]


@asynccontextmanager
async def bot_forge(folder: Path, **settings: str) -> AsyncIterator[BotForge]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "soak.bot_forge",
        cwd=PROJECT, env={**os.environ, "REEVE_ENV_FILE": ""},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    if not await process.stdout.readline():
        raise RuntimeError("The forge of bots did not start: its error is above.")
    forge = BotForge(process, folder, settings)
    try:
        yield forge
    finally:
        await forge.close()
        process.kill()
        await process.wait()
