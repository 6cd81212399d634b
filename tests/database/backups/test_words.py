"""`python -m bot db backup|restore|verify|move` as an operator types it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import asyncpg
import pytest

from bot.__main__ import parser
from bot.exits import CannotRun
from bot.settings import Settings
from database.backups.errors import BackupExists, DatabaseNotEmpty
from database.embedded import EmbeddedServer


@pytest.fixture(scope="module")
def home(initialised_dir: Path, copy_cluster: Callable[[Path, Path], None]) -> Iterator[Path]:
    """A data directory whose embedded database is at the newest revision."""
    path = Path(tempfile.mkdtemp(prefix="reeve-b-"))
    path.chmod(0o755)
    copy_cluster(initialised_dir / "postgres", path / "postgres")
    yield path
    shutil.rmtree(path)


async def told(home: Path, *words: str) -> list[str]:
    """What it says, one line a piece."""
    said: list[str] = []
    arguments = parser().parse_args(["db", *words])
    settings = Settings.model_validate({"data_dir": home})
    assert await arguments.execute(arguments, settings, said.append) == 0
    return said


async def test_a_backup_is_made_verified_and_restored_into_a_new_directory(home: Path) -> None:
    said = await told(home, "backup")
    (file,) = (home / "backups").glob("*.dump")
    assert said[-1].startswith(f"{file} (")
    assert said[-1].endswith(" tables).")
    assert (await told(home, "verify", str(file)))[-1].startswith("Verified: ")
    into = home / "new"
    restored = await told(home, "restore", str(file), "--into", str(into))
    assert restored[-2].startswith("Restored and compared: 1 rows in ")
    assert restored[-1] == f"It is in {into}: set REEVE_DATA_DIR to that."
    with pytest.raises(DatabaseNotEmpty):
        await told(home, "restore", str(file))


async def test_a_name_can_be_chosen_and_old_ones_go(home: Path, tmp_path: Path) -> None:
    await told(home, "backup", "--to", str(tmp_path / "mine.dump"))
    with pytest.raises(BackupExists):
        await told(home, "backup", "--to", str(tmp_path / "mine.dump"))
    for _ in range(3):
        said = await told(home, "backup", "--to", str(tmp_path), "--keep", "2")
    assert said[-1].endswith("the 2 newest are kept.")
    assert len(list(tmp_path.glob("reeve-*.dump"))) == 2  # noqa: ASYNC240


async def test_a_base_backup_goes_on_to_what_was_written_later(home: Path) -> None:
    assert (await told(home, "backup", "--base"))[-1].endswith(" files).")
    (base,) = (home / "backups").glob("*.base")
    server = EmbeddedServer(home)
    connection = await asyncpg.connect(await server.start())
    await connection.execute("CREATE TABLE written_later (id int)")
    await connection.close()
    await server.stop()
    into = home / "moment"
    assert (await told(home, "restore", str(base), "--into", str(into)))[0].startswith(
        "Restored: the last change"
    )
    server = EmbeddedServer(into)
    connection = await asyncpg.connect(await server.start())
    assert await connection.fetchval("SELECT to_regclass('written_later')") is not None
    await connection.close()
    await server.stop()


async def test_a_moment_goes_with_a_base_backup_only(home: Path, tmp_path: Path) -> None:
    await told(home, "backup", "--to", str(tmp_path / "one.dump"))
    with pytest.raises(CannotRun, match="--until goes with a base backup"):
        await told(home, "restore", str(tmp_path / "one.dump"), "--until", "2026-11-21 14:00")


def test_a_moment_is_of_this_machine_unless_it_says_otherwise() -> None:
    words = ["db", "restore", "x", "--until"]
    assert parser().parse_args([*words, "2026-11-21 14:00"]).until == datetime(2026, 11, 21, 14).astimezone()
    assert parser().parse_args([*words, "2026-11-21T14:00+00:00"]).until.timestamp() == 1795269600


async def test_where_to_is_asked_for_and_not_shown(
    home: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CannotRun, match="Where to"):
        await told(home, "move")
    monkeypatch.setenv("DATABASE_MOVE_TO", elsewhere)
    said = await told(home, "move")
    assert said[-1].startswith("DATABASE_URL=postgresql://")
    assert "canary" not in " ".join(said)
    with pytest.raises(DatabaseNotEmpty):
        await told(home, "move")
