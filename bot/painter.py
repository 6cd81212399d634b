"""Charts become pictures in a process of their own, which ends when nobody needs it."""

import asyncio
import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import discord
from loguru import logger

PROJECT = Path(__file__).resolve().parent.parent
DRAW_SECONDS = 10.0
"""A person waits for the answer; without a picture it still says all in words."""
START_SECONDS = 60.0
"""The first start of all looks through the fonts of the machine."""
IDLE_SECONDS = 60.0
"""Real ones: then the 70 MB are given back."""
MOST_WAITING = 8
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR", "VIRTUAL_ENV")
"""No token and no address of a database is in the environment of whoever draws."""


class NoPicture(Exception):
    """It could not be drawn in time; the text says why, for the log."""


class Drawable(Protocol):
    """A chart, a card: `described` is for who cannot see it, `asked` is what bot/drawing.py gets."""

    @property
    def title(self) -> str: ...
    @property
    def described(self) -> str: ...
    def asked(self) -> dict[str, Any]: ...


class Picture(NamedTuple):
    """The file, or the sentence that stands for it (with a space before it)."""

    file: discord.File | None
    trouble: str = ""


class Painter:
    """One process draws one chart after the other. It is started when the first is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._process: asyncio.subprocess.Process | None = None
        self._starting: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def ready(self) -> None:
        """Until charts can be drawn, for whom nobody waits. A start that fails shows itself when one is drawn."""
        with suppress(OSError, EOFError):  # TimeoutError is one, IncompleteReadError the other
            await self._running()

    async def picture(self, chart: Drawable, name: str) -> Picture:
        """`name`.png with a description for who cannot see it, or a sentence: an answer never waits for a picture."""
        try:
            drawn = await self.draw(chart)
        except NoPicture as error:
            logger.warning("The chart “{}” could not be drawn: {}", chart.title, error)
            return Picture(None, " The chart could not be drawn this time.")
        return Picture(discord.File(io.BytesIO(drawn), f"{name}.png", description=chart.described))

    async def draw(self, chart: Drawable) -> bytes:
        """A PNG. Raises NoPicture after DRAW_SECONDS, and at once if too many wait."""
        if self._waiting >= MOST_WAITING:
            raise NoPicture(f"{self._waiting} others are waiting")
        self._waiting += 1
        try:
            async with asyncio.timeout(DRAW_SECONDS), self._turn:
                return await self._drawn(chart)
        except (OSError, EOFError, ValueError) as error:  # TimeoutError is one, IncompleteReadError the other
            raise NoPicture(repr(error)) from error
        finally:
            self._waiting -= 1

    async def close(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if (process := self._process) is not None:
            self._kill()
            await process.wait()

    async def _drawn(self, chart: Drawable) -> bytes:
        process = await self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        if self._idle is not None:
            self._idle.cancel()
        try:
            process.stdin.write(_line(chart))
            await process.stdin.drain()
            png = await process.stdout.readexactly(int(await process.stdout.readline()))
        except BaseException:  # cancelled, too: the answer that is under way belongs to nobody
            self._kill()
            raise
        self._idle = asyncio.get_running_loop().call_later(IDLE_SECONDS, self._let_go)
        return png

    async def _running(self) -> asyncio.subprocess.Process:
        """The process, started if there is none. Who gives up waiting does not undo the start."""
        if self._starting is None or self._starting.done():
            if self._process is not None and self._process.returncode is None:
                return self._process
            self._starting = asyncio.create_task(self._start(), name="painter")
        return await asyncio.shield(self._starting)

    async def _start(self) -> asyncio.subprocess.Process:
        """It ends with its standard input, so it outlives no kill of ours."""
        with suppress(OSError):  # then the library takes a folder for temporary files
            self._folder.mkdir(parents=True, exist_ok=True)
        environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.drawing",
            cwd=PROJECT,
            env={**environment, "MPLCONFIGDIR": str(self._folder), "OPENBLAS_NUM_THREADS": "1"},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        self._process = process
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                await process.stdout.readuntil(b"ready\n")
        except BaseException:
            self._kill()
            raise
        return process

    def _let_go(self) -> None:
        """It ends by itself when nothing more can come."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None

    def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()


def _line(chart: Drawable) -> bytes:
    return json.dumps(chart.asked()).encode() + b"\n"
