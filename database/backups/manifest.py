"""What is known of a backup: a small JSON file beside it, written last. Without one there is no backup."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from database.backups.errors import BackupDamaged, BackupIncomplete

SUFFIX = ".json"
CHUNK = 1 << 20


class TableContent(BaseModel):
    """`checksum`: the sum of a 64-bit hash of each row's text, so the order of the rows does not matter."""

    model_config = ConfigDict(frozen=True)

    rows: int
    checksum: str


class StoredFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    size: int
    sha256: str


class Backup(BaseModel):
    """A backup that was finished. `path` is a file of pg_dump's custom format, or the folder of a base backup.

    `files` are named relative to the folder that `path` is in. A base backup has no `tables`: its content is all of
    `files`, and they are checked when it is verified.
    """

    model_config = ConfigDict(frozen=True)

    path: Path = Field(exclude=True)
    format: Literal["dump", "base"]
    made_at: datetime
    revision: str | None
    database: str
    server_version: str
    files: dict[str, StoredFile]
    tables: dict[str, TableContent] = {}
    sequences: dict[str, int] = {}
    withheld: dict[str, list[str]] = {}
    granted: dict[str, list[str]] = {}

    @property
    def size(self) -> int:
        """In bytes."""
        return sum(file.size for file in self.files.values())

    @property
    def holds_nothing(self) -> bool:
        """Not one table of Reeve's: no way back. Without a revision, no migration had run."""
        return self.revision is None or (self.format == "dump" and not self.tables)

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())


def manifest_of(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def write_manifest(backup: Backup) -> None:
    content = backup.model_dump(mode="json")
    whole = {**content, "sha256": _digest(content)}
    target = manifest_of(backup.path)
    fresh = target.with_name(target.name + ".part")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_rendered(whole))
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def read_backup(path: Path) -> Backup:
    """The backup at `path`, by its manifest alone: `check_files` reads the rest.

    Raises BackupIncomplete without a manifest, BackupDamaged where the manifest is not what was written.
    """
    manifest = manifest_of(path)
    try:
        written = manifest.read_bytes()
        whole = orjson.loads(written)
        is_as_written = written == _rendered(whole)
        recorded = whole.pop("sha256")
        backup = Backup(path=path, **whole)
    except FileNotFoundError as error:
        raise BackupIncomplete(path, manifest) from error
    except (OSError, ValueError, AttributeError, KeyError, TypeError, ValidationError) as error:
        raise BackupDamaged(manifest) from error
    if not is_as_written or recorded != _digest(whole):
        raise BackupDamaged(manifest)
    return backup


def check_files(backup: Backup) -> None:
    """Read every byte; raise BackupDamaged for the first file that is not what was written."""
    for name, file in backup.files.items():
        path = backup.path.parent / name
        if not path.is_file() or stored(path) != file:
            raise BackupDamaged(path)
    if backup.format == "base":
        for path in sorted(backup.path.rglob("*")):
            if path.is_file() and str(path.relative_to(backup.path.parent)) not in backup.files:
                raise BackupDamaged(path)


def stored(path: Path) -> StoredFile:
    """The size and SHA-256 of what is on the disk."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return StoredFile(size=size, sha256=digest.hexdigest())


def backups_in(folder: Path, database: str) -> Iterator[Backup]:
    """The finished backups of that database, the newest first; a damaged manifest is passed over."""
    found = []
    for manifest in folder.glob(f"reeve-*{SUFFIX}"):
        try:
            backup = read_backup(manifest.with_suffix(""))
        except (BackupDamaged, BackupIncomplete):
            continue
        if backup.database == database and backup.path.exists():
            found.append(backup)
    yield from sorted(found, key=lambda backup: backup.made_at, reverse=True)


def newest_backup(folder: Path, database: str) -> Backup | None:
    """The newest whole backup of that `database` (what `identity` says) that holds something, or None.

    The files are not read.
    """
    for backup in backups_in(folder, database):
        if backup.holds_nothing:
            continue
        sizes = {name: file.size for name, file in backup.files.items()}
        if all(_size(backup.path.parent / name) == size for name, size in sizes.items()):
            return backup
    return None


def name_for(made_at: datetime, revision: str | None) -> str:
    return f"reeve-{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{revision or 'empty'}"


def sync_folder(folder: Path) -> None:
    """A rename is only safe from a power cut once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _rendered(whole: object) -> bytes:
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def _digest(content: object) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
