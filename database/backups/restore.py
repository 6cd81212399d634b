"""A dump into an empty database: all of it, found equal to its manifest, or nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from database.backups.contents import contents_of, differences, quoted, tables_of
from database.backups.errors import BackupRefused, ContentsDiffer, DatabaseNotEmpty
from database.backups.manifest import Backup, check_files
from database.backups.progress import Progress, Say, in_words
from database.backups.script import Script, load_rows, run_definitions
from database.backups.session import whole_view

Connection = Any  # asyncpg has no types


async def restore_dump(
    dsn: str, backup: Backup, say: Say, *, before_commit: Callable[[], Awaitable[None]] | None = None
) -> None:
    """In one transaction, which ends with counting: killed at any moment, it leaves the database empty.

    Row-level security and the triggers come after the rows, as pg_dump orders them. Raises BackupDamaged before
    anything is asked of the server, DatabaseNotEmpty, BackupRefused, ContentsDiffer or DatabaseUnavailable.
    """
    await asyncio.to_thread(check_files, backup)
    try:
        async with whole_view(dsn) as connection:
            await require_empty(connection)
            async with connection.transaction():
                await _load(connection, backup, say)
                if told := differences(await contents_of(connection), backup):
                    raise ContentsDiffer(backup.path, told)
                if before_commit is not None:
                    await before_commit()
    except asyncpg.DuplicateTableError as error:  # somebody else restores, too
        raise DatabaseNotEmpty from error
    except asyncpg.PostgresError as error:
        raise BackupRefused(str(error)) from error


async def require_empty(connection: Connection) -> None:
    """Raises DatabaseNotEmpty."""
    if await tables_of(connection):
        raise DatabaseNotEmpty


async def _load(connection: Connection, backup: Backup, say: Say) -> None:
    begun, progress = 0, Progress(say)

    async with Script(backup, "pre-data") as script:
        await run_definitions(connection, script)
    async with Script(backup, "data") as script:

        def tell() -> str:
            return f"{begun} of {len(backup.tables)} tables, {in_words(script.size)}"

        def begin() -> None:
            nonlocal begun
            begun += 1
            progress.tick(tell)

        await load_rows(connection, script, begin)
    say("The rows are in; now indexes, keys and row-level security.")
    async with Script(backup, "post-data") as script:
        await run_definitions(connection, script)
    # pg_dump's own lines name a role, which may be called otherwise here, and rights that an older server knows not.
    for table, rights in backup.withheld.items():
        await connection.execute(f"REVOKE {', '.join(rights)} ON public.{quoted(table)} FROM CURRENT_USER")
    for table, rights in backup.granted.items():
        await connection.execute(f"GRANT {', '.join(rights)} ON public.{quoted(table)} TO CURRENT_USER")
