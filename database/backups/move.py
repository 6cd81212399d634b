"""From one server to another: a dump, restored there, found equal to what is here."""

import tempfile
from pathlib import Path
from typing import Any

from database.backups.contents import contents_of, differences
from database.backups.dump import make_backup
from database.backups.errors import SourceChanged, StillInUse
from database.backups.folder import prepare_folder
from database.backups.manifest import Backup
from database.backups.progress import Say
from database.backups.restore import require_empty, restore_dump
from database.backups.session import whole_view

Connection = Any  # asyncpg has no types

OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()
"""


async def move_database(source: str, target: str, folder: Path, say: Say, *, application_name: str) -> Backup:
    """Copy all of `source` into the empty database `target`; the source is only read.

    `application_name`: how Reeve's connections call themselves; while there is one, nothing is moved, since what it
    writes now would stay behind. `folder` has room for a dump, which is gone afterwards. Raises StillInUse,
    SourceChanged, and what `make_backup` and `restore_dump` raise; the target is as empty then as before.
    """
    async with whole_view(target) as connection:
        await require_empty(connection)
    await require_unused(source, application_name)
    prepare_folder(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix="move-") as scratch:
        backup = await make_backup(source, Path(scratch), say)
        say(f"{backup.rows:,} rows of {len(backup.tables)} tables are read; now they are written.")

        async def require_unchanged() -> None:
            async with whole_view(source) as connection:
                if differences(await contents_of(connection), backup):
                    raise SourceChanged

        await restore_dump(target, backup, say, before_commit=require_unchanged)
    return backup


async def require_unused(source: str, application_name: str) -> None:
    """Raise StillInUse while a connection that calls itself so is there."""
    async with whole_view(source) as connection:
        if await connection.fetchval(OTHERS, application_name):
            raise StillInUse
