"""The folder that backups lie in: writable, closed to others, with room; and only as many as are wanted."""

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from database.backups.errors import DiskTooFull, FolderUnusable
from database.backups.manifest import Backup, backups_in, manifest_of, sync_folder
from database.backups.progress import in_words


def prepare_folder(folder: Path) -> None:
    """Make it, for this user alone: a backup holds all that people said. Raises FolderUnusable."""
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise FolderUnusable(folder, error.strerror or type(error).__name__) from error
    _clear_leftovers(folder)


def part_of(target: Path) -> Path:
    """Where a backup is written until it is whole. The process's id says later whether anybody still writes it."""
    return target.with_name(f"{target.name}.{os.getpid()}.part")


def _clear_leftovers(folder: Path) -> None:
    """What a process that was killed has left."""
    for path in folder.glob("reeve-*.part"):
        pid = path.name.split(".")[-2]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def require_room(folder: Path, needed: int) -> None:
    """Raises DiskTooFull."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskTooFull(folder, in_words(free), in_words(needed))


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Two backups of one second get two names."""
    target, number = folder / f"{stem}{suffix}", 2
    while target.exists():
        target, number = folder / f"{stem}-{number}{suffix}", number + 1
    return target


def finish(part: Path, target: Path) -> None:
    """Give what is whole its name, safe from a power cut."""
    if part.is_file():
        with part.open("rb") as file:
            os.fsync(file.fileno())
    part.rename(target)
    sync_folder(target.parent)


def forget_old(folder: Path, database: str, keep: int) -> list[Backup]:
    """Remove all but the `keep` newest of each format of that database; return what is gone.

    The manifest goes first: what is half removed is no backup.
    """
    gone: list[Backup] = []
    kept: dict[str, int] = {}
    for backup in backups_in(folder, database):
        kept[backup.format] = kept.get(backup.format, 0) + 1
        if kept[backup.format] > keep:
            manifest_of(backup.path).unlink()
            sync_folder(folder)
            if backup.format == "base":
                shutil.rmtree(backup.path)
            else:
                with suppress(FileNotFoundError):
                    backup.path.unlink()
            gone.append(backup)
    return gone
