"""No upgrade of a database with rows in it unless the way back exists."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from database.backups import identity, make_backup, newest_backup
from database.backups.contents import quoted, require_readable, tables_of
from database.backups.session import whole_view
from database.clock import clock
from database.errors import BackupTooOld


async def require_backup(dsn: str, folder: Path, within: timedelta) -> None:
    """Raise BackupTooOld unless the folder has a backup of this database that is young enough, or there is no row.

    Raises TableOfAnother where that cannot be seen.
    """
    async with _with_rows(dsn) as connection:
        if connection is not None:
            newest = newest_backup(folder, await identity(connection))
            if newest is None or clock.now() - newest.made_at > within:
                raise BackupTooOld(folder, None if newest is None else newest.made_at)


async def back_up(dsn: str, folder: Path, say: Callable[[str], None]) -> None:
    """Make a backup unless there is no row. Raises what `make_backup` raises."""
    async with _with_rows(dsn) as connection:
        has_rows = connection is not None
    if has_rows:
        say(f"{(await make_backup(dsn, folder, say)).path} is the way back from the upgrade.")


@asynccontextmanager
async def _with_rows(dsn: str) -> AsyncIterator[Any]:
    """A connection to a database in which there are rows, else None."""
    async with whole_view(dsn) as connection:
        await require_readable(connection)
        tables = [name for name in await tables_of(connection) if name != "alembic_version"]
        parts = " OR ".join(f"EXISTS (SELECT FROM public.{quoted(name)})" for name in tables)
        yield connection if tables and await connection.fetchval(f"SELECT {parts}") else None
