"""A backup of one database: pg_dump's custom format, and the numbers of the same snapshot beside it."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from database.backups.contents import (
    Contents,
    contents_of,
    identity,
    quoted,
    require_readable,
    revision_of,
    tables_of,
)
from database.backups.errors import BackupExists
from database.backups.folder import begun, disk_in_words, finish, free_name, prepare_folder, require_room
from database.backups.manifest import Backup, name_for, stored
from database.backups.programs import environment_for, require_old_enough, run
from database.backups.progress import Progress, Say, in_words
from database.backups.session import whole_view
from database.clock import clock

Connection = Any  # asyncpg has no types

SIZE = """
    SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
STRANGERS = """
    SELECT nspname FROM pg_namespace WHERE nspname NOT IN ('public', 'information_schema') AND nspname !~ '^pg_'
"""
OPTIONS = (
    "--format=custom",
    "--compress=6",
    "--enable-row-security",
    "--exclude-extension=*",  # what a host has installed there need not exist where this is restored
    "--lock-wait-timeout=60s",
    "--no-password",
    "--verbose",
)
"""pg_dump wants to see through row-level security, or fails. Told to obey it, it dumps what the policies show, and
to the system's own session they show every row; the numbers of the manifest are counted by another connection."""


async def make_backup(dsn: str, folder: Path, say: Say, *, name: str | None = None) -> Backup:
    """Dump the database at `dsn` into `folder`, under a name of time and revision unless one is given.

    The file and its manifest appear when they are whole and on the disk. Raises DatabaseUnavailable, ServerTooNew,
    SearchPathElsewhere, TableOfAnother, FolderUnusable, DiskTooFull, BackupExists, BackupFailed or BackupNotWritten,
    and leaves nothing then.
    """
    with disk_in_words(folder), ExitStack() as written:
        part, backup = await _made(dsn, folder, say, name, written)
        finish(part, backup)
    return backup


async def _made(
    dsn: str, folder: Path, say: Say, name: str | None, written: ExitStack
) -> tuple[Path, Backup]:
    """What has no name yet, for as long as `written` is not left."""
    async with whole_view(dsn) as connection:
        await require_old_enough(connection)
        await require_readable(connection)
        prepare_folder(folder)
        require_room(folder, await connection.fetchval(SIZE))
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            made_at = clock.now()
            revision = await revision_of(connection)
            target = folder / name if name else free_name(folder, name_for(made_at, revision), ".dump")
            if target.exists():
                raise BackupExists(target)
            part = written.enter_context(begun(target))
            contents = await _dump(connection, part, say)
        whole = await asyncio.to_thread(stored, part)
        return part, Backup(
            path=target,
            format="dump",
            made_at=made_at,
            revision=revision,
            database=await identity(connection),
            server_version=str(await connection.fetchval("SHOW server_version")),
            files={target.name: whole},
            **contents._asdict(),
        )


async def _dump(connection: Connection, part: Path, say: Say) -> Contents:
    """Write the file, and count meanwhile what is in its snapshot."""
    tables, begun, progress = await tables_of(connection), 0, Progress(say)

    def heard(line: str) -> None:
        nonlocal begun
        begun += "dumping contents of table" in line

    async def tell() -> None:
        while True:
            progress.tick(lambda: f"{begun} of {len(tables)} tables, {in_words(_size(part))}")
            await clock.sleep(0.5)

    snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
    strangers = [f"--exclude-schema={quoted(row[0])}" for row in await connection.fetch(STRANGERS)]
    async with environment_for(connection) as environment:
        telling = asyncio.create_task(tell())
        dumping = asyncio.create_task(
            run(
                "pg_dump",
                *OPTIONS,
                f"--file={part}",
                f"--snapshot={snapshot}",
                *strangers,
                environment=environment,
                heard=heard,
            )
        )
        try:
            contents = await contents_of(connection)
            await dumping
        finally:
            telling.cancel()
            dumping.cancel()
            await asyncio.gather(telling, dumping, return_exceptions=True)
    return contents


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
