"""Another process of the measurement: started, asked for its address, watched, stopped."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PROJECT = Path(__file__).resolve().parents[1]
MIB = 2**20


class Watched:
    """What a process has used."""

    process: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def rss_mib(self) -> float:
        return float(self.process.memory_info().rss / MIB)


@dataclass(frozen=True)
class Child(Watched):
    url: str
    process: psutil.Process


@asynccontextmanager
async def running(module: str, *words: str, until: str) -> AsyncIterator[Child]:
    """Ready when it has printed a line that holds `until`."""
    port = free_port()
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "--port", str(port), *words),
        cwd=PROJECT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdout
    try:
        while until not in (line := (await started.stdout.readline()).decode()):
            if not line:
                raise RuntimeError(f"{module} ended instead of starting")
        yield Child(f"http://127.0.0.1:{port}", psutil.Process(started.pid))
    finally:
        if started.returncode is None:
            started.terminate()
        await started.communicate()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
