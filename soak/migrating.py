"""Processes that migrate. They are forked from one that has imported everything, so a start costs next to nothing."""

import asyncio
import itertools
import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, event

from database import migrations
from database.migrations import OURS, Chain

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [__name__, "database.models", "database.server"]
)  # the last two for `alembic/env.py`


class Moment(NamedTuple):
    """So many seconds after the statement of this number was begun."""

    statement: int
    seconds: float


class Ended(NamedTuple):
    """What a process said, how long each of its statements took, and what went wrong. Of a killed one: nothing."""

    said: list[str]
    seconds: list[float]
    error: str | None


KILLED = Ended([], [], "it was killed")


async def migrated(
    dsn: str, revision: str = "head", *, chain: Chain = OURS, killed_at: Moment | None = None
) -> Ended:
    """Upgrade in a process of its own, which `kill -9` ends at that moment."""
    hears, tells = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=_migrate, args=(dsn, revision, chain.folder, killed_at, tells))
    await asyncio.to_thread(process.start)
    tells.close()
    has_said, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(hears.fileno(), has_said.set)  # its last word, or that it is dead
    try:
        await has_said.wait()
        ended: Ended = hears.recv()
    except EOFError:
        return KILLED
    else:
        return ended
    finally:
        loop.remove_reader(hears.fileno())
        hears.close()
        await asyncio.to_thread(process.join)


def _migrate(dsn: str, revision: str, folder: Path, killed_at: Moment | None, tells: Connection) -> None:
    said: list[str] = []
    begun: list[float] = []
    numbers = itertools.count()

    def begins(*_: Any) -> None:
        begun.append(time.perf_counter())
        if killed_at is not None and next(numbers) == killed_at.statement:
            threading.Timer(killed_at.seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()

    event.listen(Engine, "before_cursor_execute", begins)
    error = None
    try:
        asyncio.run(migrations.upgrade(dsn, revision, chain=Chain(folder), report=said.append))
    except Exception as failure:  # whatever it was, the scenario tells it
        error = f"{type(failure).__name__}: {failure}"
    ends = [*begun[1:], time.perf_counter()]
    tells.send(Ended(said, [end - start for start, end in zip(begun, ends, strict=True)], error))
