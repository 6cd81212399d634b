"""PostgreSQL from the wheel, under the data directory, as a child process.

Several Reeve processes may use it (the bot, `python -m bot db current`): whoever needs it first starts it, the last
one to leave stops it. Who is using it is told by shared locks on a file, so a process that was killed counts no more.
A server that outlives a killed bot is found and used again.
"""

import asyncio
import fcntl
import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import IO

import asyncpg
import psutil
from loguru import logger

from database._embedded_files import PROGRAMS, ServerUser, prepare_directory, socket_directory
from database.errors import EmbeddedServerFailed

START_SECONDS = 60
STOP_SECONDS = 30
OWNER = "reeve"


class EmbeddedServer:
    """One cluster in `data_dir/postgres`, reached by a Unix socket only."""

    def __init__(self, data_dir: Path) -> None:
        self._home = data_dir / "postgres"
        self._cluster = self._home / "cluster"
        self._child: subprocess.Popen[bytes] | None = None
        self._in_use: IO[bytes] | None = None
        self._user = ServerUser()

    @property
    def superuser_dsn(self) -> str:
        return f"postgresql://postgres@/postgres?host={self._sockets}"

    async def start(self) -> str:
        """Start the server or find it running; return the address for Reeve's own plain role.

        Raises DataDirectoryUnusable or EmbeddedServerFailed.
        """
        prepare_directory(self._home, self._user)
        self._sockets = socket_directory(self._home, self._user)
        async with _Lock(self._home / "start.lock"):
            self._in_use = (self._home / "users.lock").open("wb")
            fcntl.flock(self._in_use, fcntl.LOCK_SH)
            await self._ensure_running()
            await self._ensure_owner()
        return f"postgresql://{OWNER}@/{OWNER}?host={self._sockets}"

    async def stop(self) -> None:
        """Leave; if no other process uses the server, stop it."""
        if self._in_use is None:
            return
        async with _Lock(self._home / "start.lock"):
            in_use, self._in_use = self._in_use, None
            try:
                fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                in_use.close()
            await self._shut_down()

    async def keep_running(self) -> None:
        """Start the server again whenever it died. Runs until it is cancelled."""
        while True:
            await asyncio.sleep(1)
            if self._running_pid() is None:
                logger.warning("The embedded PostgreSQL has died: starting it again.")
                with suppress(EmbeddedServerFailed):
                    async with _Lock(self._home / "start.lock"):
                        await self._ensure_running()

    async def _ensure_running(self) -> None:
        if not self._cluster.exists():
            await self._initialise()
        if self._running_pid() is None:
            self._clear_stale_pid()
            self._launch()
        await self._wait_until_ready()

    async def _initialise(self) -> None:
        """initdb into a new folder, moved into place when it is whole: a kill in between leaves nothing half made."""
        fresh = self._home / "cluster.new"
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        made = await asyncio.to_thread(self._initdb, fresh)
        if made.returncode != 0:
            reason = made.stderr.strip().splitlines()[-1:] or ["no reason given"]
            raise EmbeddedServerFailed(f"The embedded PostgreSQL could not be set up: {reason[0]}")
        fresh.rename(self._cluster)

    def _initdb(self, cluster: Path) -> subprocess.CompletedProcess[str]:
        options = ["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin"]
        return subprocess.run(
            [PROGRAMS / "initdb", "-D", cluster, *options, "--locale=C.UTF-8"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            **self._user.as_child(),
        )

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
        }
        command: list[str | Path] = [PROGRAMS / "postgres", "-D", self._cluster]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self._home / "postgres.log").open("ab") as log:
            # Its own session: Ctrl-C is for the bot, which then stops the server in good order.
            self._child = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._home,
                **self._user.as_child(),
            )

    async def _wait_until_ready(self) -> None:
        """Until it answers. After a crash the old server's memory may be in use for a moment: then launch again."""
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection = await asyncpg.connect(self.superuser_dsn, timeout=5)
                await connection.close()
                return
            if self._child is not None and self._child.poll() is not None:
                await asyncio.sleep(0.2)
                self._launch()
            await asyncio.sleep(0.02)
        raise EmbeddedServerFailed(
            f"The embedded PostgreSQL did not start within {START_SECONDS} s: read {self._home / 'postgres.log'}."
        )

    async def _ensure_owner(self) -> None:
        """A plain role and its database: a superuser would see through row-level security."""
        connection = await asyncpg.connect(self.superuser_dsn)
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
                await connection.execute(
                    f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS"
                )
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", OWNER):
                await connection.execute(f"CREATE DATABASE {OWNER} OWNER {OWNER}")
        finally:
            await connection.close()

    async def _shut_down(self) -> None:
        pid = self._running_pid()
        if pid is None:
            return
        process = psutil.Process(pid)
        process.send_signal(2)  # SIGINT: PostgreSQL's fast shutdown, which loses nothing
        await asyncio.to_thread(self._child.wait if self._child else process.wait, STOP_SECONDS)

    def _running_pid(self) -> int | None:
        """The postmaster's process id, if it lives. A zombie that nobody reaped (containers) is dead."""
        with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            if self._child is not None and self._child.pid == pid and self._child.poll() is not None:
                return None
            if process.status() != psutil.STATUS_ZOMBIE and "postgres" in process.name():
                return pid
        return None

    def _clear_stale_pid(self) -> None:
        """PostgreSQL takes an unreaped zombie for a living server: remove its lock file, once no backend is left."""
        file = self._cluster / "postmaster.pid"
        if not file.exists():
            return
        with suppress(OSError, ValueError, IndexError):
            pid = int(file.read_text().splitlines()[0])
            if psutil.pid_exists(pid) and not self._has_backends():
                file.unlink()

    def _has_backends(self) -> bool:
        for process in psutil.process_iter(["name", "cwd", "status"]):
            facts = process.info
            if facts["name"] == "postgres" and facts["cwd"] == str(self._cluster):
                return True
        return False


class _Lock:
    """An exclusive lock on a file, waited for without blocking the loop; the system drops it if we die."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aenter__(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                await asyncio.sleep(0.05)
            else:
                return

    async def __aexit__(self, *_: object) -> None:
        os.close(self._file)
