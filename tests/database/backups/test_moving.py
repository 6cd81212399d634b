"""To another server: PostgreSQL 18 out of the wheel to 15 of the distribution, over TLS, and back."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import psutil
import pytest

from database import migrations
from database.backups import make_backup
from database.backups.contents import contents_of
from database.backups.errors import DatabaseNotEmpty, SourceChanged, StillInUse
from database.backups.move import move_database
from database.backups.restore import restore_dump
from database.backups.session import whole_view
from database.service import DatabaseService

Blank = Callable[[], Awaitable[str]]


def quietly(_: str) -> None: ...


async def same(one: str, other: str) -> bool:
    async with whole_view(one) as here, whole_view(other) as there:
        return await contents_of(here) == await contents_of(there)


async def test_there_and_back_nothing_changes(dsn: str, elsewhere: str, blank: Blank, tmp_path: Path) -> None:
    moved = await move_database(dsn, elsewhere, tmp_path, quietly, application_name="reeve")
    assert moved.tables["cases"].rows == 10
    assert await same(dsn, elsewhere)
    assert await migrations.check(elsewhere) == []
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # a local disk: nothing else waits meanwhile
    back = await blank()
    await restore_dump(back, await make_backup(elsewhere, tmp_path, quietly), quietly)
    assert await same(dsn, back)
    assert await migrations.check(back) == []


async def test_a_target_that_holds_something_is_left_alone(dsn: str, elsewhere: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(elsewhere)
    await connection.execute("CREATE TABLE mine (id int)")
    await connection.close()
    with pytest.raises(DatabaseNotEmpty):
        await move_database(dsn, elsewhere, tmp_path, quietly, application_name="reeve")


async def test_nothing_is_moved_while_reeve_runs(dsn: str, blank: Blank, tmp_path: Path) -> None:
    target = await blank()
    database = DatabaseService(dsn)
    await database.open()
    with pytest.raises(StillInUse, match="stop it"):
        await move_database(dsn, target, tmp_path, quietly, application_name="reeve")
    await database.close()


async def test_what_is_written_meanwhile_is_not_left_behind(blank: Blank, dsn: str, tmp_path: Path) -> None:
    source, target = await blank(), await blank()
    await restore_dump(source, await make_backup(dsn, tmp_path, quietly), quietly)
    writer = await asyncpg.connect(source)
    await writer.execute("SET reeve.system = 'on'")
    waiting = []

    def write(_: str) -> None:
        if not waiting:
            waiting.append(asyncio.create_task(writer.execute("UPDATE users SET name = 'late'")))

    with pytest.raises(SourceChanged):
        await move_database(source, target, tmp_path, write, application_name="reeve")
    await waiting[0]
    async with whole_view(target) as connection:
        assert await connection.fetchval("SELECT to_regclass('users')") is None
    await writer.close()


async def test_no_password_stands_on_a_command_line(elsewhere: str, dsn: str, tmp_path: Path) -> None:
    """Anybody on the machine reads those."""
    await move_database(dsn, elsewhere, tmp_path, quietly, application_name="reeve")
    blocker = await asyncpg.connect(elsewhere)
    holding = blocker.transaction()
    await holding.start()
    await blocker.execute("ALTER VIEW audit_trail RENAME TO elsewhere")
    making = asyncio.create_task(make_backup(elsewhere, tmp_path, quietly))
    lines: list[list[str]] = []
    async with asyncio.timeout(60):
        while not any(line and line[0].endswith("pg_dump") and "--snapshot" in str(line) for line in lines):
            await asyncio.sleep(0.02)
            lines = [process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"])]
    assert [line for line in lines if "canary" in " ".join(line)] == []
    await holding.rollback()
    assert (await making).tables["cases"].rows == 10
    await blocker.close()
