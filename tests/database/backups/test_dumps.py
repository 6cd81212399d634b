"""Dumps: whole for every guild, restored whole or not at all, and any damage is found."""

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database import migrations
from database.backups import Backup, identity, make_backup, newest_backup, programs
from database.backups.contents import Contents, contents_of
from database.backups.errors import (
    BackupDamaged,
    BackupIncomplete,
    ContentsDiffer,
    DatabaseNotEmpty,
    DiskTooFull,
    FolderUnusable,
    SchemaDiffers,
)
from database.backups.folder import begun, forget_old, require_room
from database.backups.manifest import check_files, manifest_of, read_backup, stored, write_manifest
from database.backups.restore import restore_dump
from database.backups.session import whole_view
from database.backups.verify import require_our_schema
from database.errors import DatabaseUnavailable, OperatorMustAct
from database.service import DatabaseService

PROJECT = Path(__file__).resolve().parents[3]
Blank = Callable[[], Awaitable[str]]


PG_DUMP_WAITS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'reeve backup' AND wait_event_type = 'Lock' AND query LIKE '%pg_get_viewdef%'
"""


def quietly(_: str) -> None: ...


async def contents(dsn: str) -> Contents:
    async with whole_view(dsn) as connection:
        return await contents_of(connection)


async def tables(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    count: int = await connection.fetchval(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )
    await connection.close()
    return count


async def test_a_backup_holds_every_row_of_every_guild(dsn: str, backup: Backup) -> None:
    found = await contents(dsn)
    assert backup.tables == found.tables
    assert {name: table.rows for name, table in backup.tables.items()}.items() >= {
        "cases": 10, "case_evidence": 10, "case_revisions": 10, "point_transfers": 10, "guild_config_changes": 2,
        "users": 2, "alembic_version": 1,
    }.items()  # fmt: skip
    assert backup.revision == migrations.history()[0].revision
    assert backup.path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in backup.path.parent.iterdir()) == [
        backup.path.name,
        manifest_of(backup.path).name,
    ]


async def test_what_is_restored_is_the_same_and_as_well_guarded(
    dsn: str, backup: Backup, blank: Blank
) -> None:
    target = await blank()
    await restore_dump(target, backup, quietly)
    assert await contents(target) == await contents(dsn)
    assert await migrations.check(target) == []
    connection = await asyncpg.connect(target)
    assert await connection.fetchval("SELECT count(*) FROM cases") == 0, "nobody said for which guild"
    await connection.execute("SET reeve.system = 'on'")
    for statement in (
        "UPDATE case_revisions SET after = ''",
        "DELETE FROM cases",
        "TRUNCATE point_transfers",
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
            await connection.execute(statement)
    await connection.close()


async def test_the_mark_of_which_code_may_run_on_it_comes_back(
    full_server: Any, dsn: str, backup: Backup, blank: Blank, tmp_path: Path
) -> None:
    """It is a comment. That of the schema is not ours, and its owner may be somebody else."""
    source, target = await blank(), await blank()
    await restore_dump(source, backup, quietly)
    assert await migrations.standing(source) == await migrations.standing(dsn)
    assert (await migrations.standing(dsn)).runs_with is not None
    for address, act in (
        (source, "COMMENT ON SCHEMA public IS E'of\n''theirs''; \\\\'"),
        (target, "ALTER SCHEMA public OWNER TO postgres; GRANT ALL ON SCHEMA public TO reeve"),
    ):
        name = await database_of(address)
        host = await asyncpg.connect(full_server[0].superuser_dsn.replace("@/postgres?", f"@/{name}?"))
        await host.execute(act)
        await host.close()
    await restore_dump(target, await make_backup(source, tmp_path / "new", quietly), quietly)
    assert await migrations.standing(target) == await migrations.standing(dsn)


async def test_numbers_go_on_where_they_were(backup: Backup, blank: Blank) -> None:
    target = await blank()
    await restore_dump(target, backup, quietly)
    database = DatabaseService(target)
    await database.open()
    moved = await database.points.award(
        guild_id=1,
        receiver_id=5001,
        receiver_is_bot=False,
        amount=1,
        reason="r",
        actor_id=1,
        interaction_id=99,
    )
    assert moved.receiver_balance == 2
    await database.close()


async def test_it_is_restored_into_an_empty_database_only(dsn: str, backup: Backup) -> None:
    before = await contents(dsn)
    with pytest.raises(DatabaseNotEmpty):
        await restore_dump(dsn, backup, quietly)
    assert await contents(dsn) == before


async def test_a_dump_in_which_the_policies_hide_rows_is_found_out(
    dsn: str, blank: Blank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault that `reeve.system` guards against: pg_dump itself is content, and the file is nearly empty."""
    monkeypatch.setattr(programs, "SEES_ALL", "")
    backup, target = await make_backup(dsn, tmp_path, quietly), await blank()
    with pytest.raises(ContentsDiffer, match="cases: 0 rows, not 10"):
        await restore_dump(target, backup, quietly)
    assert await tables(target) == 0


async def test_rows_and_numbers_are_of_one_moment_whoever_writes(
    backup: Backup, blank: Blank, tmp_path: Path
) -> None:
    source, target = await blank(), await blank()
    await restore_dump(source, backup, quietly)
    writes = 0

    async def write() -> None:
        nonlocal writes
        connection = await asyncpg.connect(source)
        await connection.execute("SET reeve.system = 'on'")
        while not making.done():
            writes += 1
            await connection.execute("UPDATE users SET name = $1", str(writes))
        await connection.close()

    making = asyncio.create_task(make_backup(source, tmp_path / "new", quietly))
    await write()
    await restore_dump(target, await making, quietly)
    assert writes > 10


async def test_what_a_host_has_installed_beside_stays_there(
    full_server: Any, backup: Backup, blank: Blank, tmp_path: Path
) -> None:
    source, target = await blank(), await blank()
    await restore_dump(source, backup, quietly)
    name = await database_of(source)
    host = await asyncpg.connect(full_server[0].superuser_dsn.replace("@/postgres?", f"@/{name}?"))
    await host.execute(
        'CREATE EXTENSION vector; CREATE SCHEMA "of ""others"; CREATE TABLE "of ""others".x ()'
    )
    await host.close()
    await restore_dump(target, await make_backup(source, tmp_path / "new", quietly), quietly)
    assert await contents(target) == await contents(source)


async def database_of(dsn: str) -> str:
    connection = await asyncpg.connect(dsn)
    name: str = await connection.fetchval("SELECT current_database()")
    await connection.close()
    return name


def test_any_damaged_byte_is_found(backup: Backup) -> None:
    chance = random.Random(17)
    manifest = manifest_of(backup.path)
    for path, times in ((backup.path, 30), (manifest, 30)):
        whole = path.read_bytes()
        for _ in range(times):
            place = chance.randrange(len(whole))
            spoilt = bytearray(whole)
            spoilt[place] ^= chance.randrange(1, 256)
            path.write_bytes(spoilt)
            assert is_damaged(backup.path), f"byte {place}: {whole[place]} became {spoilt[place]}"
        for size in (0, len(whole) - 1):
            path.write_bytes(whole[:size])
            assert is_damaged(backup.path)
        path.write_bytes(whole)
    assert not is_damaged(backup.path)


def is_damaged(path: Path) -> bool:
    try:
        check_files(read_backup(path))
    except BackupDamaged:
        return True
    return False


def test_a_dump_without_its_manifest_is_none(backup: Backup) -> None:
    manifest_of(backup.path).unlink()
    with pytest.raises(BackupIncomplete, match="is no finished backup"):
        read_backup(backup.path)
    assert newest_backup(backup.path.parent, backup.database) is None


async def spoilt(backup: Backup, dsn: str, blank: Blank, statement: str) -> Backup:
    """A dump of another content under the numbers of the first, with all checksums of files in order."""
    target = await blank()
    await restore_dump(target, backup, quietly)
    connection = await asyncpg.connect(target)
    await connection.execute("SET reeve.system = 'on'")
    await connection.execute(statement)
    await connection.close()
    other = await make_backup(target, backup.path.parent, quietly, name="other.dump")
    kept = other.model_copy(update={"tables": backup.tables, "files": {"other.dump": stored(other.path)}})
    write_manifest(kept)
    return kept


async def test_rows_that_are_not_what_was_counted_are_found(backup: Backup, dsn: str, blank: Blank) -> None:
    tampering = """
        UPDATE users SET name = 'ann2' WHERE guild_id = 2;
        DELETE FROM case_counters WHERE guild_id = 2;
        DROP TABLE case_evidence CASCADE;
        CREATE TABLE more (id bigint);
    """
    tampered, target = await spoilt(backup, dsn, blank, tampering), await blank()
    with pytest.raises(ContentsDiffer) as raised:
        await restore_dump(target, tampered, quietly)
    assert raised.value.differences == [
        "case_counters: 1 rows, not 2",
        "case_evidence: missing",
        "more: unknown to the backup",
        "users: 2 rows, but not with the same content",
    ]
    assert await tables(target) == 0


async def test_verifying_finds_a_schema_that_is_not_ours(backup: Backup, dsn: str, blank: Blank) -> None:
    changed = await spoilt(backup, dsn, blank, "ALTER TABLE users NO FORCE ROW LEVEL SECURITY")
    target = await blank()
    await restore_dump(target, changed, quietly)
    with pytest.raises(SchemaDiffers, match="users"):
        await require_our_schema(target, changed)


async def test_a_restore_that_is_killed_leaves_nothing(backup: Backup, blank: Blank) -> None:
    target = await blank()
    script = (
        "import asyncio, sys\nfrom pathlib import Path\n"
        "from database.backups.manifest import read_backup\n"
        "from database.backups.restore import restore_dump\n"
        "async def wait():\n    print('all is in', flush=True)\n    await asyncio.Event().wait()\n"
        "asyncio.run(restore_dump(sys.argv[1], read_backup(Path(sys.argv[2])), len, before_commit=wait))"
    )
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, target, backup.path, cwd=PROJECT, stdout=PIPE
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"all is in\n"
    child.send_signal(signal.SIGKILL)
    await child.wait()
    await restore_dump(target, backup, quietly)


async def test_a_server_that_dies_leaves_no_half_backup(mortal_server: Any, tmp_path: Path) -> None:
    blocker = await asyncpg.connect(mortal_server.dsn)
    await blocker.execute("BEGIN; ALTER VIEW audit_trail RENAME TO elsewhere")
    making = asyncio.create_task(make_backup(mortal_server.dsn, tmp_path, quietly))
    watcher = await asyncpg.connect(mortal_server.dsn)
    while not (making.done() or await watcher.fetchval(PG_DUMP_WAITS)):  # noqa: ASYNC110  # a wait for a lock has no event
        await asyncio.sleep(0.02)
    assert [path.suffix for path in tmp_path.iterdir()] == [".part"]  # noqa: ASYNC240  # a local disk: nothing else waits meanwhile
    mortal_server.kill()
    with pytest.raises((DatabaseUnavailable, OperatorMustAct)):
        await making
    assert os.listdir(tmp_path) == []  # noqa: PTH208  # a local disk: nothing else waits meanwhile
    for connection in (blocker, watcher):
        connection.terminate()


async def test_what_a_killed_process_has_left_goes_with_the_next_backup(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "reeve-1.dump.0a1b2c3d.part").touch()
    (tmp_path / "reeve-2.base.0a1b2c3d.part").mkdir()
    (tmp_path / "reeve-2.base.0a1b2c3d.part" / "file").touch()
    with begun(tmp_path / "reeve-3.dump") as mine, begun(tmp_path / "reeve-4.base", is_folder=True) as too:
        await make_backup(dsn, tmp_path, quietly)
        assert {*tmp_path.glob("*.part")} == {mine, too}  # noqa: ASYNC240  # a local disk: nothing else waits meanwhile


async def test_a_place_that_cannot_be_written_is_named(dsn: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnusable, match=r"file/below cannot be written \(Not a directory\)"):
        await make_backup(dsn, tmp_path / "file" / "below", quietly)
    with pytest.raises(DiskTooFull, match=r"free and up to 1,000\.0 TB are needed"):
        require_room(tmp_path, 10**15)


async def test_the_newest_of_this_database_counts_and_old_ones_go(
    dsn: str, backup: Backup, tmp_path: Path
) -> None:
    folder = backup.path.parent
    later = await make_backup(dsn, folder, quietly)
    last = await make_backup(dsn, folder, quietly)
    assert newest_backup(folder, backup.database) == last
    assert newest_backup(folder, "1/2/other") is None
    os.truncate(last.path, 10)
    assert newest_backup(folder, backup.database) == later
    assert [gone.path for gone in forget_old(folder, backup.database, 2)] == [backup.path]
    assert {path.name for path in folder.glob("*.dump")} == {later.path.name, last.path.name}


async def test_a_database_of_the_same_name_is_another(blank: Blank) -> None:
    said = set()
    for dsn in [await blank(), await blank()]:
        connection = await asyncpg.connect(dsn)
        said |= {await identity(connection), await identity(connection)}
        await connection.close()
    assert len(said) == 2


async def test_the_manifest_is_read_by_people_too(backup: Backup) -> None:
    told = json.loads(manifest_of(backup.path).read_text())
    assert told["format"] == "dump"
    assert datetime.fromisoformat(told["made_at"]) <= datetime.now(UTC)
    assert told["tables"]["cases"]["rows"] == 10
