"""A backup that holds nothing is never called good: not where names lead to another schema than `public`, nor later."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from database import migrations
from database.backups import Backup, identity, make_backup
from database.backups.errors import BackupHoldsNothing, ContentsDiffer
from database.backups.manifest import stored, write_manifest
from database.backups.move import move_database
from database.backups.verify import verify
from database.errors import BackupTooOld, SearchPathElsewhere
from database.server import running_database
from database.settings import DatabaseSettings

Blank = Callable[[], Awaitable[str]]

ROLE_IN_DATABASE = "ALTER ROLE reeve IN DATABASE {} SET search_path = app"
OF_DATABASE = "ALTER DATABASE {} SET search_path = app"


def quietly(_: str) -> None: ...


async def run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql)
    await connection.close()


async def name_of(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    name: str = await connection.fetchval("SELECT current_database()")
    await connection.close()
    return name


@pytest.fixture(params=[ROLE_IN_DATABASE, OF_DATABASE], ids=["of the role", "of the database"])
async def elsewhere_led(request: pytest.FixtureRequest, blank: Blank) -> str:
    dsn = await blank()
    await run(dsn, f"CREATE SCHEMA app; {request.param.format(await name_of(dsn))}")
    return dsn


async def test_who_is_led_to_another_schema_neither_starts_nor_backs_up(
    elsewhere_led: str, blank: Blank, tmp_path: Path
) -> None:
    name = await name_of(elsewhere_led)
    fix = rf"leads to app,.*`ALTER ROLE reeve IN DATABASE {name} SET search_path = public`"
    with pytest.raises(SearchPathElsewhere, match=fix):
        async with running_database(DatabaseSettings(database_url=SecretStr(elsewhere_led))):
            pass
    with pytest.raises(SearchPathElsewhere, match=fix):
        await make_backup(elsewhere_led, tmp_path, quietly)
    with pytest.raises(SearchPathElsewhere, match=fix):
        await move_database(elsewhere_led, await blank(), tmp_path, quietly, application_name="reeve")
    await run(elsewhere_led, f"ALTER ROLE reeve IN DATABASE {name} SET search_path = public")
    async with running_database(DatabaseSettings(database_url=SecretStr(elsewhere_led))) as dsn:
        await migrations.upgrade(dsn)
        assert (await make_backup(dsn, tmp_path, quietly)).revision == await migrations.current(dsn)


async def test_tables_that_are_elsewhere_already_are_not_left_out(blank: Blank, tmp_path: Path) -> None:
    """Names lead to `public` first, and on to where an earlier Reeve made its tables."""
    dsn = await blank()
    name = await name_of(dsn)
    await run(dsn, f"CREATE SCHEMA app; {ROLE_IN_DATABASE.format(name)}")
    await migrations.upgrade(dsn)
    await run(dsn, f"ALTER ROLE reeve IN DATABASE {name} SET search_path = public, app")
    with pytest.raises(SearchPathElsewhere, match="leads to app"):
        await make_backup(dsn, tmp_path, quietly)


async def a_backup_of_nothing(blank: Blank, dsn: str, folder: Path) -> Backup:
    """As made of a database that looked empty, and called by the name of the full one."""
    empty = await make_backup(await blank(), folder, quietly)
    connection = await asyncpg.connect(dsn)
    backup = empty.model_copy(update={"database": await identity(connection), "made_at": datetime.now(UTC)})
    await connection.close()
    write_manifest(backup)
    return backup


async def test_a_backup_of_nothing_opens_no_gate_and_verifies_nothing(
    blank: Blank, dsn: str, tmp_path: Path
) -> None:
    backup = await a_backup_of_nothing(blank, dsn, tmp_path)
    with pytest.raises(BackupTooOld, match="there is none"):
        await migrations.require_backup(dsn, tmp_path, timedelta(hours=1))
    with pytest.raises(BackupHoldsNothing, match="holds no table"):
        await verify(backup, quietly)


async def test_verifying_compares_the_revision_before_it_upgrades(
    backup: Backup, blank: Blank, tmp_path: Path, dsn: str
) -> None:
    """The dump of a database that was empty, with a manifest of the newest revision and no tables."""
    empty = await make_backup(await blank(), tmp_path / "else", quietly)
    said: dict[str, Any] = {"revision": backup.revision, "files": {empty.path.name: stored(empty.path)}}
    with pytest.raises(ContentsDiffer, match=f"revision: none, not {backup.revision}"):
        await verify(empty.model_copy(update=said), quietly)
