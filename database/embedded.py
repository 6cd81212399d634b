"""PostgreSQL from the wheel, under the data directory, as a child process.

Several Reeve processes may use it (the bot, `python -m bot db current`): whoever needs it first starts it, the last
one to leave stops it. Who is using it is told by shared locks on a file, so a process that was killed counts no more.
A server that outlives a killed bot is found and used again.
"""

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import IO
from urllib.parse import quote

import asyncpg
import psutil
from loguru import logger

from database._embedded_files import PROGRAMS, ServerUser, prepare_directory, socket_directory
from database.errors import EmbeddedServerFailed

# Also what asyncpg says where a server was killed between two messages of it.
DIED = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
START_SECONDS = 60
STOP_SECONDS = 30
OWNER = "reeve"
PORT = "5432"
"""Part of the socket's name. Said aloud, because PGPORT in the environment would change it."""


class EmbeddedServer:
    """One cluster in `data_dir/postgres`, reached by a Unix socket only. `options`: more settings of PostgreSQL."""

    def __init__(self, data_dir: Path, options: Mapping[str, str] = MappingProxyType({})) -> None:
        self._options = options
        self._home = (data_dir / "postgres").resolve()  # as the system names it in a process's folder
        self._cluster = self._home / "cluster"
        self._log = self._home / "postgres.log"
        self._child: subprocess.Popen[bytes] | None = None
        self._in_use: IO[bytes] | None = None
        self._user = ServerUser()

    @property
    def superuser_dsn(self) -> str:
        return superuser_address(self._sockets)

    async def start(self) -> str:
        """Start the server or find it running; return the address for Reeve's own plain role.

        Raises DataDirectoryUnusable or EmbeddedServerFailed.
        """
        prepare_directory(self._home, self._user)
        self._sockets = socket_directory(self._home, self._user)
        async with _Lock(self._home / "start.lock"):
            if self._in_use is None:
                self._in_use = (self._home / "users.lock").open("wb")
                fcntl.flock(self._in_use, fcntl.LOCK_SH)
            await self._ensure_running()
            try:
                await self._ensure_owner()
            except DIED as error:
                raise EmbeddedServerFailed(
                    f"The embedded PostgreSQL died while it started: start Reeve again; {self._log} says why."
                ) from error
        return _address(OWNER, self._sockets)

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
                try:
                    async with _Lock(self._home / "start.lock"):
                        await self._ensure_running()
                except (EmbeddedServerFailed, OSError) as error:
                    logger.error("The embedded PostgreSQL did not start again: {}", error)

    async def _ensure_running(self) -> None:
        if not self._cluster.exists():
            await self._initialise()
        if self._running_pid() is None:
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
        if self._options.get("fsync") == "off":
            options.append("--no-sync")
        return subprocess.run(
            [PROGRAMS / "initdb", "-D", cluster, *options, "--locale=C.UTF-8"],
            capture_output=True,
            text=True,
            check=False,
            cwd=self._home,
            **self._user.as_child(),
        )

    def _launch(self) -> None:
        self._clear_stale_pids()
        options = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",
            **self._options,
        }
        command: list[str | Path] = [PROGRAMS / "postgres", "-D", self._cluster]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("ab") as log:
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
            with suppress(*DIED):
                connection = await asyncpg.connect(self.superuser_dsn, timeout=5)
                await connection.close()
                return
            if self._living_pid() is None:
                await asyncio.sleep(0.2)
                self._launch()
            await asyncio.sleep(0.02)
        raise EmbeddedServerFailed(
            f"The embedded PostgreSQL did not start within {START_SECONDS} s: read {self._log}."
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
        """PostgreSQL's fast shutdown. If that takes too long, its immediate one: the next start recovers."""
        for request in (signal.SIGINT, signal.SIGQUIT):
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await ask_to_end(self._living_pid, request)
                return

    def _living_pid(self) -> int | None:
        """Also of a child that has not written its number yet."""
        if self._child is not None and self._child.poll() is None:
            return self._child.pid
        return self._running_pid()

    def _running_pid(self) -> int | None:
        """The postmaster's process id, if it lives. A zombie that nobody reaped (containers) is dead."""
        with suppress(OSError, ValueError, IndexError, psutil.Error):
            pid = int((self._cluster / "postmaster.pid").read_text().splitlines()[0])
            if self._child is not None and self._child.pid == pid:
                return pid if self._child.poll() is None else None
            process = psutil.Process(pid)
            # The folder tells it from another cluster's server that got the same number after a restart.
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(self._cluster):
                return pid
        return None

    def _clear_stale_pids(self) -> None:
        """PostgreSQL takes an unreaped zombie for a living server: remove its lock files, once no backend is left."""
        for file in (self._cluster / "postmaster.pid", self._sockets / f".s.PGSQL.{PORT}.lock"):
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


def superuser_address(sockets: Path) -> str:
    return _address("postgres", sockets)


def _address(role: str, sockets: Path) -> str:
    return f"postgresql://{role}@/{role}?host={quote(str(sockets))}&port={PORT}"


class _Lock:
    """An exclusive lock on a file, waited for without blocking the loop; the system drops it if we die."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def __aenter__(self) -> None:
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            await _until(self._is_taken)
        except BaseException:
            os.close(self._file)
            raise

    def _is_taken(self) -> bool:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    async def __aexit__(self, *_: object) -> None:
        os.close(self._file)


async def ask_to_end(living_pid: Callable[[], int | None], request: signal.Signals) -> None:
    """Until there is none any more.

    Asked again and again: who was just started ignores what its parent ignored, until it handles signals itself; and
    a shell has its background commands ignore SIGINT and SIGQUIT.
    """
    while (pid := living_pid()) is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, request)
        await asyncio.sleep(0.02)


async def _until(condition: Callable[[], bool]) -> None:
    """Ask again and again: no event of this process tells what another one does."""
    while not condition():  # noqa: ASYNC110  # there is no event
        await asyncio.sleep(0.02)
