"""What goes wrong with the disk is told as that, in one sentence, and leaves nothing behind."""

import asyncio
import errno
import os
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database.backups import make_backup, manifest
from database.backups.base import make_base_backup
from database.backups.errors import BackupNotWritten
from database.backups.folder import prepare_folder


def quietly(_: str) -> None: ...


def refusing(_: object) -> bytes:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_name_that_the_disk_does_not_take_is_no_outage(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(BackupNotWritten, match=r"\(File name too long\)"):
        await make_backup(dsn, tmp_path, quietly, name="x" * 300 + ".dump")
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # a local disk: nothing else waits meanwhile


async def test_a_disk_that_is_full_at_the_manifest_keeps_no_half_backup(
    full_server: Any, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_rendered", refusing)
    with pytest.raises(BackupNotWritten, match=r"\(No space left on device\)"):
        await make_backup(dsn, tmp_path, quietly)
    with pytest.raises(BackupNotWritten, match=r"\(No space left on device\)"):
        await make_base_backup(dsn, full_server[0].superuser_dsn, tmp_path, quietly)
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # a local disk: nothing else waits meanwhile


async def test_who_shares_the_folder_leaves_alone_what_is_being_written(
    mortal_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two containers on one volume: neither sees the other's processes."""
    monkeypatch.setattr("psutil.pid_exists", lambda _: False)
    blocker = await asyncpg.connect(mortal_server.dsn)
    await blocker.execute("BEGIN; ALTER VIEW audit_trail RENAME TO elsewhere")
    making = asyncio.create_task(make_backup(mortal_server.dsn, tmp_path, quietly))
    while not (making.done() or list(tmp_path.glob("reeve-*.part"))):  # noqa: ASYNC110, ASYNC240  # pg_dump has no event of ours
        await asyncio.sleep(0.02)
    prepare_folder(tmp_path)
    await blocker.close()
    backup = await making
    assert backup.path.stat().st_size == backup.size
