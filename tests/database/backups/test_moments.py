"""Back to a moment: all that was acknowledged up to then, and nothing that was asked for later (promise 17)."""

import asyncio
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest

from database.backups import Backup
from database.backups.base import first_segment, make_base_backup
from database.backups.errors import (
    BackupDamaged,
    DataDirectoryInUse,
    MomentNotReached,
    MomentTooEarly,
    WalHasHole,
)
from database.backups.manifest import check_files, read_backup
from database.backups.recovery import LAST_WORDS, TOO_SHORT, restore_base
from database.backups.verify import verify
from database.embedded import EmbeddedServer
from database.wal_archive import archive_options, forget_before, prepare_archive

WRITERS = 4
EACH = 50
AT = 100
"""How many are acknowledged when the moment comes."""


def quietly(_: str) -> None: ...


class Day(NamedTuple):
    """What happened on one server until a table was dropped: when each row was asked for and acknowledged."""

    server: EmbeddedServer
    dsn: str
    data_dir: Path
    archive: Path
    backup: Backup
    asked: dict[int, datetime]
    acknowledged: dict[int, datetime]
    moment: datetime


@pytest.fixture(scope="module")
async def day(initialised_dir: Path, copy_cluster: Callable[[Path, Path], None]) -> AsyncIterator[Day]:
    data_dir = Path(tempfile.mkdtemp(prefix="reeve-p-"))
    await asyncio.to_thread(data_dir.chmod, 0o755)
    archive = data_dir / "it's the %f archive"
    copy_cluster(initialised_dir / "postgres", data_dir / "postgres")
    prepare_archive(archive)
    server = EmbeddedServer(data_dir, {**archive_options(archive), "fsync": "off"})
    dsn = await server.start()
    backup = await make_base_backup(dsn, server.superuser_dsn, data_dir / "backups", quietly)
    yield await written(Day(server, dsn, data_dir, archive, backup, {}, {}, backup.made_at))
    await server.stop()
    shutil.rmtree(data_dir)


async def written(day: Day) -> Day:
    """Four write at once; half way the moment is noted; the table is dropped, and its WAL is archived."""
    await on(day.dsn, "CREATE TABLE trace (number int PRIMARY KEY)")
    await on(day.server.superuser_dsn, "SELECT pg_switch_wal()")
    moments: list[datetime] = []

    async def write(first: int) -> None:
        connection = await asyncpg.connect(day.dsn)
        for number in range(first, first + EACH):
            day.asked[number] = datetime.now(UTC)
            await connection.execute("INSERT INTO trace VALUES ($1)", number)
            day.acknowledged[number] = datetime.now(UTC)
            if len(day.acknowledged) == AT:
                moments.append(datetime.now(UTC))
        await connection.close()

    await asyncio.gather(*(write(writer * EACH) for writer in range(WRITERS)))
    await on(day.dsn, "DROP TABLE trace")
    await on(day.server.superuser_dsn, "SELECT pg_switch_wal()")
    connection = await asyncpg.connect(day.server.superuser_dsn)
    last = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal() - 1)")
    await connection.close()
    async with asyncio.timeout(60):
        while not (day.archive / f"{last}.gz").exists():  # noqa: ASYNC110  # PostgreSQL's archiver tells nobody
            await asyncio.sleep(0.05)
    return day._replace(moment=moments[0])


async def on(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(statement)
    await connection.close()


async def found_in(data_dir: Path) -> set[int]:
    server = EmbeddedServer(data_dir, {"fsync": "off"})
    connection = await asyncpg.connect(await server.start())
    numbers = {row[0] for row in await connection.fetch("SELECT number FROM trace")}
    await connection.close()
    await server.stop()
    return numbers


async def test_all_that_was_acknowledged_by_then_is_there_and_nothing_later(day: Day, data_dir: Path) -> None:
    reached = await restore_base(day.backup, data_dir, quietly, until=day.moment, archive=day.archive)
    found = await found_in(data_dir)
    by_then = {number for number, at in day.acknowledged.items() if at <= day.moment}
    later = {number for number, at in day.asked.items() if at > day.moment}
    assert len(by_then) >= AT - 1
    assert by_then - found == set()
    assert found & later == set()
    assert later
    assert reached is not None
    assert reached <= day.moment


async def test_what_is_not_archived_yet_is_taken_from_the_living_cluster(day: Day, data_dir: Path) -> None:
    living = day.data_dir / "postgres" / "cluster"
    await restore_base(day.backup, data_dir, quietly, until=day.moment, living=living)
    assert len(await found_in(data_dir)) >= AT - 1


async def test_without_the_wal_there_is_no_way_and_nothing_is_left(day: Day, data_dir: Path) -> None:
    with pytest.raises(MomentNotReached):
        await restore_base(day.backup, data_dir, quietly, until=day.moment)
    left = {path.name for path in (data_dir / "postgres").iterdir()}
    assert not {name for name in left if name.startswith("cluster")}


async def test_damaged_wal_is_not_passed_over(day: Day, data_dir: Path, tmp_path: Path) -> None:
    chance = random.Random(4)
    shutil.copytree(day.archive, tmp_path / "wal")
    needed = sorted(path for path in (tmp_path / "wal").glob("*.gz") if len(path.stem) == 24)
    file = next(path for path in needed if path.stem >= first_segment(day.backup))
    whole = bytearray(file.read_bytes())
    whole[chance.randrange(20, len(whole) // 2)] ^= 255
    file.write_bytes(whole)
    with pytest.raises(MomentNotReached):
        await restore_base(day.backup, data_dir, quietly, until=day.moment, archive=tmp_path / "wal")
    with pytest.raises(WalHasHole, match="is missing or damaged"):
        await restore_base(day.backup, data_dir, quietly, archive=tmp_path / "wal")
    assert not (data_dir / "postgres" / "cluster").exists()


async def test_a_moment_before_the_backup_and_a_directory_in_use_are_refused(day: Day) -> None:
    with pytest.raises(MomentTooEarly, match="use one that was made before"):
        await restore_base(day.backup, day.data_dir / "new", quietly, until=day.backup.made_at - timedelta(1))
    with pytest.raises(DataDirectoryInUse, match="--into"):
        await restore_base(day.backup, day.data_dir, quietly)


async def test_a_base_backup_is_verified_by_starting_it(day: Day) -> None:
    contents = await verify(day.backup, quietly)
    assert contents.tables["alembic_version"].rows == 1


def test_any_damaged_byte_of_a_base_backup_is_found(day: Day, tmp_path: Path) -> None:
    chance = random.Random(5)
    folder = day.backup.path.parent
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    backup = read_backup(tmp_path / day.backup.path.name)
    files = [path for path in backup.path.rglob("*") if path.is_file() and path.stat().st_size]
    for path in chance.sample(files, 8):
        whole = path.read_bytes()
        spoilt = bytearray(whole)
        spoilt[chance.randrange(len(whole))] ^= chance.randrange(1, 256)
        path.write_bytes(spoilt)
        with pytest.raises(BackupDamaged, match=path.name):
            check_files(backup.model_copy(update={"files": only(backup, path)}))
        path.write_bytes(whole)
    (backup.path / "base" / "more").touch()
    with pytest.raises(BackupDamaged, match="more"):
        check_files(backup)


def only(backup: Backup, path: Path) -> dict[str, Any]:
    name = str(path.relative_to(backup.path.parent))
    return {name: backup.files[name]}


def test_the_archive_forgets_what_no_backup_needs(day: Day, tmp_path: Path) -> None:
    needed, older = first_segment(day.backup), f"{int(first_segment(day.backup), 16) - 1:024X}"
    for segment in (needed, older):
        (tmp_path / f"{segment}.gz").touch()
    forget_before(tmp_path, needed)
    assert [path.name for path in tmp_path.iterdir()] == [f"{needed}.gz"]


def test_what_the_server_says_to_who_connects_too_early_is_not_why_it_ended() -> None:
    log = f"12:00 FATAL:  {TOO_SHORT}\n12:01 FATAL:  the database system is in recovery mode\n"
    assert LAST_WORDS.findall(log) == [TOO_SHORT]
