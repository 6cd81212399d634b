"""From a base backup to a running server's files, at the moment that is wished for."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import asyncpg

from database._embedded_files import PROGRAMS, ServerUser, prepare_directory, socket_directory
from database.backups.errors import (
    BackupRefused,
    DataDirectoryInUse,
    MomentNotReached,
    MomentTooEarly,
    WalHasHole,
)
from database.backups.manifest import Backup, check_files, sync_folder
from database.backups.progress import Progress, Say
from database.clock import clock
from database.embedded import DIED, ask_to_end, superuser_address
from database.wal_archive import SEGMENT_SIZE, newest_segment, restore_command, segment_number

STATE = """
    SELECT pg_is_in_recovery() AS is_on_the_way, pg_last_xact_replay_timestamp() AS reached,
        (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint AS place
"""
LAST_WORDS = re.compile(r"FATAL: +(?! |the database system is)(.*)")
"""Not what it told us, who asked too early."""
TOO_SHORT = "recovery ended before configured recovery target was reached"


async def restore_base(
    backup: Backup,
    data_dir: Path,
    say: Say,
    *,
    until: datetime | None = None,
    archive: Path | None = None,
    living: Path | None = None,
) -> datetime | None:
    """Make the cluster of `data_dir`, which must have none; return the time of the last change in it.

    With `until`, all that was committed up to then and nothing later; without, all that there is. `archive` is where
    the WAL is kept, `living` a cluster that may have some which is not there yet. Killed at any moment, it leaves no
    cluster. Raises BackupDamaged, DataDirectoryInUse, MomentTooEarly, MomentNotReached, WalHasHole or BackupRefused.
    """
    home = (data_dir / "postgres").resolve()
    cluster, fresh, user = home / "cluster", home / "cluster.new", ServerUser()
    if cluster.exists():
        raise DataDirectoryInUse(data_dir)
    if until is not None and until < backup.made_at:
        raise MomentTooEarly(until, backup.made_at)
    await asyncio.to_thread(check_files, backup)
    prepare_directory(home, user)
    await asyncio.to_thread(_copy, backup.path, fresh, user)
    options = {"restore_command": restore_command(archive, living), "recovery_target_action": "promote"}
    if until is not None:
        options["recovery_target_time"] = until.astimezone(UTC).isoformat()
    recovering = _Recovery(home, fresh, user, options)
    try:
        reached, place = await recovering.run(say)
        if until is None and archive is not None:
            _require_no_hole(archive, place, reached)
    except BaseException as error:
        await asyncio.to_thread(shutil.rmtree, fresh, ignore_errors=True)
        if not isinstance(error, _GaveUp):
            raise
        if TOO_SHORT in str(error) and until is not None:
            raise MomentNotReached(until) from error
        raise BackupRefused(str(error)) from error
    fresh.rename(cluster)
    sync_folder(home)
    return reached


def _require_no_hole(archive: Path, place: int, reached: datetime | None) -> None:
    """To PostgreSQL, WAL that is missing or damaged is the end of it: what stands after that must not be forgotten."""
    last = newest_segment(archive)
    if last is not None and segment_number(last) > place // SEGMENT_SIZE:
        raise WalHasHole(archive, reached, last)


def _copy(source: Path, fresh: Path, user: ServerUser) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(source, fresh)
    (fresh / "recovery.signal").touch()
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if user.is_root:
            os.chown(path, user.user_id, user.group_id)


class _GaveUp(Exception):
    """The server ended; the text is its last word."""


class _Reached(NamedTuple):
    """The time of the last change, and how many bytes of WAL lead to it."""

    at: datetime | None
    place: int


class _Recovery:
    """A server that replays WAL, takes part in nothing else, and is stopped when it is there."""

    def __init__(self, home: Path, cluster: Path, user: ServerUser, options: dict[str, str]) -> None:
        self._cluster, self._user, self._log = cluster, user, home / "recovery.log"
        self._home, self._sockets = home, socket_directory(home, user)
        self._options = {
            **options,
            "hot_standby": "on",
            "recovery_init_sync_method": "syncfs",  # one wait for the disk, not one for each of a thousand files
            "archive_mode": "off",
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0700",
            "max_connections": "60",  # no fewer than where the backup was made
        }

    async def run(self, say: Say) -> _Reached:
        """Raises _GaveUp."""
        child = self._launched()
        try:
            return await self._wait(child, Progress(say))
        finally:
            await ask_to_end(lambda: child.pid if child.poll() is None else None, signal.SIGINT)

    def _launched(self) -> "subprocess.Popen[bytes]":
        command: list[str | Path] = [PROGRAMS / "postgres", "-D", self._cluster]
        for name, value in self._options.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open("wb") as log:
            return subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self._home,
                **self._user.as_child(),
            )

    async def _wait(self, child: "subprocess.Popen[bytes]", progress: Progress) -> _Reached:
        while child.poll() is None:
            with suppress(*DIED):
                connection = await asyncpg.connect(superuser_address(self._sockets), timeout=5)
                try:
                    state = await connection.fetchrow(STATE)
                finally:
                    await connection.close()
                reached: datetime | None = state["reached"]
                if not state["is_on_the_way"]:
                    return _Reached(reached, state["place"])
                progress.tick(lambda at=reached: f"Replayed up to {at or 'the base backup'}.")  # type: ignore[misc]  # mypy cannot infer a lambda with a default
            await clock.sleep(0.05)
        words = LAST_WORDS.findall(self._log.read_text(encoding="utf-8", errors="replace"))
        raise _GaveUp(words[-1] if words else f"see {self._log}")
