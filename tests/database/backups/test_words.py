"""`python -m bot db backup|restore|verify|move` as an operator types it."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.__main__ import parser
from bot.exits import CannotRun
from bot.settings import Settings
from database.backups import Backup
from database.backups.errors import BackupExists, DatabaseNotEmpty, DataDirectoryInUse

Blank = Callable[[], Awaitable[str]]


@pytest.fixture(scope="module")
def home(initialised_dir: Path, copy_cluster: Callable[[Path, Path], None]) -> Iterator[Path]:
    """A data directory whose embedded database is at the newest revision."""
    path = Path(tempfile.mkdtemp(prefix="reeve-b-"))
    path.chmod(0o755)
    copy_cluster(initialised_dir / "postgres", path / "postgres")
    yield path
    shutil.rmtree(path)


async def told(where: Path | str, *words: str) -> list[str]:
    """What it says, one line a piece, with that data directory or that database."""
    said: list[str] = []
    arguments = parser().parse_args(["db", *words])
    place = {"database_url": where} if isinstance(where, str) else {"data_dir": where}
    assert await arguments.execute(arguments, Settings.model_validate(place), said.append) == 0
    return said


async def test_a_backup_is_made_verified_and_restored(dsn: str, blank: Blank, tmp_path: Path) -> None:
    said = await told(dsn, "backup", "--to", str(tmp_path))
    (file,) = tmp_path.glob("*.dump")  # noqa: ASYNC240  # a local disk: nothing else waits meanwhile
    assert said[-1].startswith(f"{file} (")
    rows = said[-1].rpartition(", ")[2].removesuffix(").")
    assert (await told(dsn, "verify", str(file)))[-1].startswith(f"Verified: {rows}, revision ")
    target = await blank()
    assert (await told(target, "restore", str(file)))[-1] == f"Restored and compared: {rows}."
    with pytest.raises(DatabaseNotEmpty):
        await told(target, "restore", str(file))


async def test_a_name_can_be_chosen_and_old_ones_go(dsn: str, tmp_path: Path) -> None:
    await told(dsn, "backup", "--to", str(tmp_path / "mine.dump"))
    with pytest.raises(BackupExists):
        await told(dsn, "backup", "--to", str(tmp_path / "mine.dump"))
    for _ in range(3):
        said = await told(dsn, "backup", "--to", str(tmp_path), "--keep", "2")
    assert said[-1].endswith("the 2 newest are kept.")
    assert len(list(tmp_path.glob("reeve-*.dump"))) == 2  # noqa: ASYNC240  # a local disk: nothing else waits meanwhile


async def test_a_base_backup_of_the_embedded_server_becomes_a_new_directory(home: Path, dsn: str) -> None:
    assert (await told(home, "backup", "--base"))[-1].endswith(" files).")
    (base,) = (home / "backups").glob("*.base")
    into = home / "moment"
    said = await told(home, "restore", str(base), "--into", str(into))
    assert said[-2].startswith("Restored: ")
    assert said[-1] == f"It is in {into}: set REEVE_DATA_DIR to that."
    with pytest.raises(DataDirectoryInUse):
        await told(home, "restore", str(base))
    with pytest.raises(CannotRun, match="--base is for the embedded server"):
        await told(dsn, "backup", "--base")


async def test_a_restore_that_is_stopped_leaves_no_folder(
    dsn: str, home: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Cancelled, as by SIGTERM, while its server writes its log and handles no signals yet.

    Until then it ignores what Reeve ignores: as here, where Reeve is a background command of a shell.
    """
    at_rest = signal.signal(signal.SIGINT, signal.SIG_IGN)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, at_rest))
    await told(dsn, "backup", "--to", str(tmp_path / "it.dump"))
    for backup in (tmp_path / "it.dump", home):
        into = home / "stopped"
        said = await told(home, "backup", "--base", "--to", str(tmp_path / "bases")) if backup == home else []
        path = Path(said[-1].split(" (")[0]) if said else backup
        arguments = parser().parse_args(["db", "restore", str(path), "--into", str(into)])
        work = asyncio.create_task(
            arguments.execute(arguments, Settings.model_validate({"data_dir": home}), lambda _: None)
        )
        async with asyncio.timeout(60):
            while not [*into.glob("postgres/*.log")]:
                assert not work.done()
                await asyncio.sleep(0)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert not into.exists()
    assert (home / "postgres").exists()


async def test_a_moment_goes_with_a_base_backup_only(dsn: str, backup: Backup) -> None:
    with pytest.raises(CannotRun, match="--until goes with a base backup"):
        await told(dsn, "restore", str(backup.path), "--until", "2026-11-21 14:00")


def test_a_moment_is_of_this_machine_unless_it_says_otherwise() -> None:
    words = ["db", "restore", "x", "--until"]
    assert parser().parse_args([*words, "2026-11-21 14:00"]).until == datetime(2026, 11, 21, 14).astimezone()
    assert parser().parse_args([*words, "2026-11-21T14:00+00:00"]).until.timestamp() == 1795269600


async def test_where_to_is_asked_for_and_not_shown(
    dsn: str, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotRun, match="Where to"):
        await told(dsn, "move")
    monkeypatch.setenv("DATABASE_MOVE_TO", elsewhere)
    said = await told(dsn, "move")
    assert said[-1].startswith("DATABASE_URL=postgresql://")
    assert "canary" not in " ".join(said)
    with pytest.raises(DatabaseNotEmpty, match="The database in DATABASE_MOVE_TO already holds tables"):
        await told(dsn, "move")
    file = tmp_path / "address"
    file.write_text(elsewhere + "\n")
    with pytest.raises(DatabaseNotEmpty, match=f"The database in {file} already holds tables"):
        await told(dsn, "move", "--to-file", str(file))
