"""Is a backup what it says? It is restored into a scratch server out of the wheel, and looked at there."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from database import migrations
from database.backups.contents import Contents, contents_of, revision_of
from database.backups.errors import BackupHoldsNothing, ContentsDiffer, SchemaDiffers
from database.backups.manifest import Backup
from database.backups.progress import Say
from database.backups.recovery import restore_base
from database.backups.restore import restore_dump
from database.backups.session import whole_view
from database.embedded import EmbeddedServer


async def verify(backup: Backup, say: Say) -> Contents:
    """Restore it, compare every table with the manifest, and the schema with the models; return what is in it.

    Nothing is asked of the operator's own server. Raises BackupDamaged, BackupRefused, BackupHoldsNothing,
    ContentsDiffer, SchemaDiffers or SchemaMismatch (a backup that a newer Reeve has made).
    """
    async with _scratch_folder() as folder:
        if backup.format == "base":
            await restore_base(backup, folder, say)
        async with _server_in(folder) as dsn:
            if backup.format == "dump":
                await restore_dump(dsn, backup, say)
            async with whole_view(dsn) as connection:
                contents, revision = await contents_of(connection), await revision_of(connection)
            if revision != backup.revision:
                told = f"revision: {revision or 'none'}, not {backup.revision or 'none'}"
                raise ContentsDiffer(backup.path, [told])
            if not contents.tables:
                raise BackupHoldsNothing(backup.path)
            await require_our_schema(dsn, backup)
            return contents


@asynccontextmanager
async def _scratch_folder() -> AsyncIterator[Path]:
    with tempfile.TemporaryDirectory(prefix="reeve-v-") as folder:
        path = Path(folder)
        await asyncio.to_thread(path.chmod, 0o755)  # the server may run as a user of its own
        yield path


@asynccontextmanager
async def _server_in(folder: Path) -> AsyncIterator[str]:
    server = EmbeddedServer(folder, {"fsync": "off"})  # it need not outlive a power cut
    try:
        yield await server.start()
    finally:
        await server.stop()


async def require_our_schema(dsn: str, backup: Backup) -> None:
    """A backup of an older revision is brought to the newest first: that must work, too. Raises SchemaDiffers."""
    await migrations.upgrade(dsn)
    if told := await migrations.check(dsn):
        raise SchemaDiffers(backup.path, told)
