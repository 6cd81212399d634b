"""A table of somebody else in our schema: named, in one sentence, by all who would have to read it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.backups import make_backup
from database.errors import TableOfAnother

Blank = Callable[[], Awaitable[str]]


def quietly(_: str) -> None: ...


async def test_a_table_that_may_not_be_read_is_named_with_the_way_out(
    full_server: Any, blank: Blank, tmp_path: Path
) -> None:
    source = await blank()
    await migrations.upgrade(source)
    connection = await asyncpg.connect(source)
    name = await connection.fetchval("SELECT current_database()")
    await connection.close()
    host = await asyncpg.connect(full_server[0].superuser_dsn.replace("@/postgres?", f"@/{name}?"))
    await host.execute('CREATE TABLE public."Odd ""one" (a int)')
    for act in (
        make_backup(source, tmp_path, quietly),
        migrations.require_backup(source, tmp_path, timedelta(hours=1)),
        migrations.back_up(source, tmp_path, quietly),
    ):
        with pytest.raises(TableOfAnother, match=r'public\."Odd ""one" belongs to postgres, .*SET SCHEMA'):
            await act
    await host.execute('CREATE SCHEMA others; ALTER TABLE "Odd ""one" SET SCHEMA others')
    assert '"Odd' not in str((await make_backup(source, tmp_path, quietly)).tables)
    await host.close()


async def test_rows_of_an_extension_need_no_way_back(full_server: Any, blank: Blank, tmp_path: Path) -> None:
    source = await blank()
    await migrations.upgrade(source)
    connection = await asyncpg.connect(source)
    name = await connection.fetchval("SELECT current_database()")
    await connection.close()
    host = await asyncpg.connect(full_server[0].superuser_dsn.replace("@/postgres?", f"@/{name}?"))
    await host.execute(
        "CREATE EXTENSION vector SCHEMA public; CREATE TABLE public.theirs AS SELECT 1 AS a;"
        "ALTER EXTENSION vector ADD TABLE public.theirs"
    )
    await host.close()
    await migrations.require_backup(source, tmp_path, timedelta(hours=1))
