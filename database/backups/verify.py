"""Is a backup what it says? It is restored into a scratch server out of the wheel, and looked at there."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from database import migrations
from database.backups.errors import SchemaDiffers
from database.backups.manifest import Backup
from database.backups.progress import Say
from database.backups.restore import restore_dump
from database.embedded import EmbeddedServer


@asynccontextmanager
async def scratch_server() -> AsyncIterator[str]:
    """The address of an empty database that is gone afterwards; nothing is asked of the operator's own server."""
    with tempfile.TemporaryDirectory(prefix="reeve-v-") as folder:
        path = Path(folder)
        await asyncio.to_thread(path.chmod, 0o755)  # the server may run as a user of its own
        server = EmbeddedServer(path)
        try:
            yield await server.start()
        finally:
            await server.stop()


async def verify_dump(backup: Backup, say: Say) -> None:
    """Counts, checksums and schema of every table.

    Raises BackupDamaged, ContentsDiffer, SchemaDiffers or SchemaMismatch.
    """
    async with scratch_server() as dsn:
        await restore_dump(dsn, backup, say)
        await check_schema(dsn, backup)


async def check_schema(dsn: str, backup: Backup) -> None:
    """A backup of an older revision is brought to the newest first: that must work, too."""
    await migrations.upgrade(dsn)
    if told := await migrations.check(dsn):
        raise SchemaDiffers(backup.path, told)
