"""PostgreSQL servers that may be killed: copies of one prepared cluster, because initdb takes longer."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import psutil

from database import migrations
from database.embedded import EmbeddedServer

NEVER_CRASHES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings of a server that nobody kills: its files need not outlive it."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Its name is short, for a Unix socket's path, and another user's server may pass through it."""
    with tempfile.TemporaryDirectory(prefix="reeve-s-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


async def prepare(folder: Path) -> None:
    """Leave the data directory of a stopped server at the newest revision in `folder`, to be copied."""
    server = EmbeddedServer(folder, NEVER_CRASHES)  # only copies of it are used
    await migrations.upgrade(await server.start())
    await server.stop()


def copied(source: Path, target: Path) -> None:
    """The files of a stopped server, owned as they were."""
    shutil.copytree(source, target, symlinks=True, ignore=shutil.ignore_patterns("socket"))
    for path in (target, *target.rglob("*")):
        original = source / path.relative_to(target)
        shutil.chown(path, original.stat().st_uid, original.stat().st_gid)


class MortalServer:
    """A PostgreSQL of one's own, which may be killed and started again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.server = EmbeddedServer(data_dir)
        self.dsn = ""

    async def start(self) -> None:
        self.dsn = await self.server.start()

    async def stop(self) -> None:
        await self.server.stop()

    async def set(self, **settings: str) -> None:
        """Settings of the whole server, valid after each later start, too."""
        connection = await asyncpg.connect(self.server.superuser_dsn)
        for name, value in settings.items():
            await connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()

    @property
    def socket_folder(self) -> Path:
        return Path(parse_qs(urlsplit(self.dsn).query)["host"][0])

    @property
    def postmaster(self) -> psutil.Process:
        file = self.data_dir / "postgres" / "cluster" / "postmaster.pid"
        return psutil.Process(int(file.read_text().splitlines()[0]))

    def kill(self) -> None:
        """As when the machine runs out of memory: no process of it has time for a word."""
        postmaster = self.postmaster
        for process in [postmaster, *postmaster.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
