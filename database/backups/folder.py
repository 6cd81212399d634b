"""The folder that backups lie in: writable, closed to others, with room; and only as many as are wanted."""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from database.backups.errors import BackupNotWritten, DiskTooFull, FolderUnusable
from database.backups.manifest import Backup, backups_in, manifest_of, sync_folder, write_manifest
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


@contextmanager
def begun(target: Path, *, is_folder: bool = False) -> Iterator[Path]:
    """Where a backup is written until it is whole (`finish`); gone if the block raises.

    It is locked meanwhile, which others who share the folder see, in whatever container they are.
    """
    part = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    with _locked(target.parent):  # nobody may find it before it is locked itself
        if is_folder:
            part.mkdir(mode=0o700)
        else:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        lock = _opened(part)
        with suppress(OSError):  # a file system without locks: then nobody else gets one, either
            fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield part
    except BaseException:
        _remove(part)
        raise
    finally:
        os.close(lock)


def _clear_leftovers(folder: Path) -> None:
    """What a process that was killed has left: nobody holds its lock."""
    with _locked(folder):
        for part in folder.glob("reeve-*[0-9a-f].part"):
            with suppress(OSError):
                lock = _opened(part)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _remove(part)
                finally:
                    os.close(lock)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY if path.is_dir() else os.O_RDWR)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def disk_in_words(folder: Path) -> Iterator[None]:
    """Raises BackupNotWritten for what the disk refuses in the block."""
    try:
        yield
    except OSError as error:
        raise BackupNotWritten(folder, error.strerror or type(error).__name__) from error


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


def finish(part: Path, backup: Backup) -> None:
    """Give what is whole its name and its manifest, safe from a power cut: both, or neither."""
    if part.is_file():
        with part.open("rb") as file:
            os.fsync(file.fileno())
    part.rename(backup.path)
    try:
        sync_folder(backup.path.parent)
        write_manifest(backup)
    except BaseException:
        _remove(backup.path)
        raise


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
