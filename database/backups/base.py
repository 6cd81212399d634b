"""A base backup: the embedded server's files, from which archived WAL leads on to any later moment."""

import asyncio
import hashlib
import re
from pathlib import Path

import orjson

from database import wal_archive
from database.backups.contents import identity, revision_of
from database.backups.errors import BackupFailed
from database.backups.folder import begun, disk_in_words, finish, free_name, prepare_folder, require_room
from database.backups.manifest import Backup, StoredFile, backups_in, name_for, stored
from database.backups.programs import environment_for, run
from database.backups.progress import Progress, Say
from database.backups.session import whole_view
from database.clock import clock

OPTIONS = (
    "--format=plain",
    "--wal-method=stream",
    "--checkpoint=fast",
    "--manifest-checksums=SHA256",
    "--label=reeve",
    "--sync-method=syncfs",  # one wait for the disk, not one for each of a thousand files
    "--no-password",
    "--progress",
)
SIZE = "SELECT sum(pg_database_size(oid))::bigint FROM pg_database"
WAL_ROOM = 64 << 20
LISTED = "backup_manifest"


async def make_base_backup(dsn: str, superuser_dsn: str, folder: Path, say: Say) -> Backup:
    """All of the cluster, while it is in use. `superuser_dsn`: a role that may replicate.

    The backup's moment is its end: no way leads back to a moment before. Raises as `make_backup` does.
    """
    async with whole_view(dsn) as connection:
        revision, database = await revision_of(connection), await identity(connection)
        version = str(await connection.fetchval("SHOW server_version"))
    prepare_folder(folder)
    begins_as = folder / f"{name_for(clock.now(), revision)}.base"
    with disk_in_words(folder), begun(begins_as, is_folder=True) as part:
        await _copy(superuser_dsn, part, say)
        made_at = clock.now()
        target = free_name(folder, name_for(made_at, revision), ".base")
        files = await asyncio.to_thread(_checked, part)
        backup = Backup(
            path=target,
            format="base",
            made_at=made_at,
            revision=revision,
            database=database,
            server_version=version,
            files={f"{target.name}/{name}": file for name, file in files.items()},
        )
        finish(part, backup)
    return backup


async def _copy(superuser_dsn: str, part: Path, say: Say) -> None:
    progress = Progress(say)
    async with whole_view(superuser_dsn) as connection:
        require_room(part.parent, await connection.fetchval(SIZE) + WAL_ROOM)
        async with environment_for(connection) as environment:
            await run(
                "pg_basebackup",
                *OPTIONS,
                f"--pgdata={part}",
                environment=environment,
                heard=lambda line: progress.tick(lambda: line),
            )


def _checked(folder: Path) -> dict[str, StoredFile]:
    """Every file with its checksum, compared with what the server had in mind (its WAL it does not list)."""
    files = {str(path.relative_to(folder)): stored(path) for path in folder.rglob("*") if path.is_file()}
    told = (folder / LISTED).read_bytes()
    manifest = orjson.loads(told)
    head = told[: told.rindex(b'"Manifest-Checksum"')]
    if hashlib.sha256(head).hexdigest() != manifest["Manifest-Checksum"]:
        raise BackupFailed("pg_basebackup", "its list of files is damaged")
    for entry in manifest["Files"]:
        name = entry.get("Path") or bytes.fromhex(entry["Encoded-Path"]).decode(errors="surrogateescape")
        if files.get(name) != StoredFile(size=entry["Size"], sha256=entry["Checksum"]):
            raise BackupFailed("pg_basebackup", f"{name} was written wrongly")
    return files


def forget_needless_wal(archive: Path, folder: Path, database: str) -> None:
    """Remove the WAL from before the oldest base backup that is kept."""
    bases = [backup for backup in backups_in(folder, database) if backup.format == "base"]
    if bases:
        wal_archive.forget_before(archive, first_segment(bases[-1]))


def first_segment(backup: Backup) -> str:
    """The WAL file that a recovery begins with."""
    label = (backup.path / "backup_label").read_text(encoding="utf-8")
    found = re.search(r"\(file ([0-9A-F]{24})\)", label)
    assert found is not None, "pg_basebackup writes the segment into backup_label"
    return found[1]
