"""The embedded PostgreSQL's folders: any name, nobody else's, and a sentence where they cannot be used."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database.embedded import EmbeddedServer
from database.errors import DataDirectoryUnusable, EmbeddedServerFailed


async def answers(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    await connection.close()
    return True


@pytest.mark.parametrize("name", ["my düta & more? 100% #1+2=3", "a,b\"c'd", "x" * 120])
async def test_the_data_directory_may_have_any_name(
    data_dir: Path, initialised_dir: Path, copy_cluster: Any, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6000")
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    copy_cluster(initialised_dir / "postgres", data_dir / name / "postgres")
    server = EmbeddedServer(data_dir / name)
    dsn = await server.start()
    monkeypatch.delenv("PGPORT")
    assert await answers(dsn)
    await server.stop()


async def test_a_link_in_the_temporary_directory_is_not_followed(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who knows the name of the short socket folder must not make root give away another one."""
    monkeypatch.setattr(tempfile, "tempdir", str(data_dir))
    long = data_dir / ("x" * 120)
    target = data_dir / "etc"
    target.mkdir()
    server = EmbeddedServer(long)
    await asyncio.gather(server.start(), return_exceptions=False)
    await server.stop()
    [sockets] = await asyncio.to_thread(lambda: list(data_dir.glob("reeve-*")))
    shutil.rmtree(sockets)
    sockets.symlink_to(target)
    with pytest.raises(EmbeddedServerFailed, match="somebody else"):
        await EmbeddedServer(long).start()
    assert target.stat().st_uid == os.geteuid()


async def test_a_server_that_cannot_be_set_up_says_why(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedServer(data_dir)
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nowhere")
    monkeypatch.setattr("database.embedded.PROGRAMS", data_dir)
    (data_dir / "initdb").write_text("#!/bin/sh\necho 'no space left on device' >&2; exit 1\n")
    (data_dir / "initdb").chmod(0o755)
    with pytest.raises(EmbeddedServerFailed, match="no space left on device"):
        await server.start()
    await server.stop()


async def test_a_folder_that_is_a_file_is_said_to_be_unusable(data_dir: Path) -> None:
    (data_dir / "file").write_text("")
    with pytest.raises(DataDirectoryUnusable, match="REEVE_DATA_DIR"):
        await EmbeddedServer(data_dir / "file").start()
