"""`python -m bot db` as an operator types it: no upgrade without a way back, answers for programs, versions apart."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import pytest
from pydantic import SecretStr

from bot.__main__ import parser
from bot.exits import Exit, ending
from bot.running import prepare_schema
from bot.settings import Settings
from database import migrations
from database.backups import Backup, identity, make_backup
from database.backups.contents import contents_of
from database.backups.manifest import backups_in, write_manifest
from database.backups.restore import restore_dump
from database.backups.session import whole_view
from database.clock import clock
from database.migrations import OURS
from database.migrations.chain import runs_with
from database.service import DatabaseService

PROJECT = Path(__file__).resolve().parents[3]
ONE_ROW = "SET reeve.system = 'on'; INSERT INTO users VALUES (1, 2, 'ann', 'Ann', now(), now())"
OLDER = OURS.history()[1].revision


class Ended(NamedTuple):
    code: int
    said: str


Type = Callable[..., Any]


@pytest.fixture
def typed(scratch: str, tmp_path: Path) -> Type:
    """What a person types after `python -m bot`, carried out as `main` does it, without a process of its own."""

    async def carried_out(*words: str) -> Ended:
        arguments = parser().parse_args(words)
        settings = Settings(database_url=SecretStr(scratch), data_dir=tmp_path)
        said: list[str] = []
        try:
            code = await arguments.execute(arguments, settings, said.append)
        except Exception as error:
            if (known := ending(error)) is None:
                raise
            return Ended(known.code, str(known))
        return Ended(code, "\n".join(said))

    return carried_out


async def ask(dsn: str, sql: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def run(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql)
    await connection.close()


@pytest.fixture
async def older(scratch: str) -> str:
    """At the revision before the newest, with a row."""
    await migrations.upgrade(scratch, OLDER)
    await run(scratch, ONE_ROW)
    return scratch


def of_age(backup: Backup, age: timedelta) -> None:
    write_manifest(backup.model_copy(update={"made_at": clock.now() - age}))


async def test_no_upgrade_without_a_recent_backup_of_this_database(
    older: str, typed: Type, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    refused = await typed("db", "upgrade")
    assert refused.code == Exit.CONFIGURATION
    assert (
        f"no recent backup in {folder} (there is none): run `python -m bot db backup` first" in refused.said
    )
    assert "`--no-backup`" in refused.said
    assert refused.said.count("\n") == 0

    backup = await make_backup(older, folder, print)
    of_age(backup.model_copy(update={"database": "another/5/reeve"}), timedelta())
    assert "(there is none)" in (await typed("db", "upgrade")).said

    of_age(backup, timedelta(hours=25))
    refused = await typed("db", "upgrade")
    assert refused.code == Exit.CONFIGURATION
    assert "the newest is of " in refused.said
    assert await migrations.current(older) == OLDER

    assert (await typed("db", "upgrade", "--backup-within", "26h")).code == Exit.DONE
    assert await migrations.current(older) == OURS.head


async def test_a_backup_of_today_is_enough_and_so_is_the_operators_word(older: str, typed: Type) -> None:
    assert (await typed("db", "upgrade", "--no-backup")).said.endswith(OURS.head)
    refused = await typed("db", "downgrade", "-1", "--yes")
    assert (refused.code, "no recent backup" in refused.said) == (Exit.CONFIGURATION, True)
    assert await migrations.current(older) == OURS.head
    assert (await typed("db", "downgrade", "-1", "--yes", "--no-backup")).said.endswith(OLDER)
    assert (await typed("db", "upgrade")).code == Exit.CONFIGURATION
    assert (await typed("db", "backup")).code == Exit.DONE
    assert (await typed("db", "upgrade")).said.endswith(OURS.head)


async def test_no_downgrade_under_a_running_reeve(scratch: str, typed: Type) -> None:
    await migrations.upgrade(scratch)
    service = DatabaseService(scratch)
    await service.open()
    refused = await typed("db", "downgrade", "-1", "--yes")
    await service.close()
    assert (refused.code, "Reeve is running" in refused.said) == (Exit.CONFIGURATION, True)
    assert await migrations.current(scratch) == OURS.head
    assert (await typed("db", "downgrade", "-1", "--yes")).said.endswith(OLDER)


async def test_a_database_without_a_row_needs_no_backup(scratch: str, typed: Type) -> None:
    for revision in (OLDER, "head"):
        assert (await typed("db", "upgrade", revision)).code == Exit.DONE
    assert await migrations.current(scratch) == OURS.head


@pytest.fixture
async def blank(scratch: str) -> AsyncIterator[str]:
    """Another database on the same server."""
    superuser = await asyncpg.connect(scratch, user="postgres")
    await superuser.execute("CREATE DATABASE blank OWNER reeve")
    yield scratch.replace("@/reeve?", "@/blank?")
    await superuser.execute("DROP DATABASE blank WITH (FORCE)")
    await superuser.close()


async def test_the_embedded_server_keeps_a_way_back_before_it_migrates_itself(
    older: str, blank: str, tmp_path: Path
) -> None:
    async with whole_view(older) as connection:
        before = await contents_of(connection)
    await prepare_schema(Settings(data_dir=tmp_path), older)
    assert await migrations.current(older) == OURS.head
    async with whole_view(older) as connection:
        [backup] = backups_in(tmp_path / "backups", await identity(connection))
    assert backup.revision == OLDER
    await restore_dump(blank, backup, print)
    assert await migrations.current(blank) == OLDER
    async with whole_view(blank) as connection:
        assert await contents_of(connection) == before
    await prepare_schema(Settings(data_dir=tmp_path), older)
    assert len([*(tmp_path / "backups").glob("*.dump")]) == 1, "nothing was pending, and it made another"


async def test_a_new_embedded_database_is_not_backed_up(scratch: str, tmp_path: Path) -> None:
    """Neither before its first table, nor before its first row."""
    await prepare_schema(Settings(data_dir=tmp_path), scratch)
    await migrations.downgrade(scratch, OLDER)
    await prepare_schema(Settings(data_dir=tmp_path), scratch)
    assert await migrations.current(scratch) == OURS.head
    assert not (tmp_path / "backups").exists()


async def test_programs_are_answered_in_json(older: str, typed: Type) -> None:
    answers = {}
    for word in ("plan", "current", "history"):
        code, said = await typed("db", word, "--json")
        answers[word] = json.loads(said)
        assert code == Exit.DONE
    assert answers["current"] == {
        "revision": OLDER,
        "newest": OURS.head,
        "runs_with": runs_with(OURS.scripts, OLDER),
    }
    assert [step["revision"] for step in answers["history"]] == [step.revision for step in OURS.history()]
    assert [step["revision"] for step in answers["history"] if step["current"]] == [OLDER]
    [step] = answers["plan"]
    assert (step["revision"], step["sentence"]) == OURS.history()[0]
    effects = [effect for statement in step["statements"] for effect in statement["effects"]]
    assert {"table", "lock", "rewrites", "scans", "rows"} == effects[0].keys()

    await migrations.upgrade(older)
    assert json.loads((await typed("db", "plan", "--json")).said) == []
    assert await typed("db", "check", "--json") == (Exit.DONE, '{\n  "differences": []\n}')
    await run(older, "CREATE INDEX odd ON users (name)")
    code, said = await typed("db", "check", "--json")
    assert code == Exit.CONFIGURATION
    assert json.loads(said) == {
        "differences": ["in no revision: index odd (CREATE INDEX odd ON users USING btree (name))"]
    }


async def process(dsn: str, data_dir: Path, *words: str) -> Ended:
    """`python -m bot` itself, with a Discord that does not answer: who comes so far was let in."""
    surroundings = {
        "DATABASE_URL": dsn,
        "DISCORD_TOKEN": "a.b.c",
        "REEVE_DATA_DIR": str(data_dir),
        "REEVE_DISCORD_API_URL": "http://127.0.0.1:1",
    }
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=PROJECT,
        env={**os.environ, **surroundings},
        stdout=PIPE,
        stderr=PIPE,
    )
    _, told = await child.communicate()
    return Ended(child.returncode or 0, told.decode())


TRANSACTIONS = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
"""The number that the next transaction gets which writes anything, a temporary table included."""


@pytest.mark.parametrize(
    ("mark", "code", "word"),
    [(OURS.head, Exit.UNREACHABLE, "not reachable at 127.0.0.1"), ("9999", Exit.CONFIGURATION, "newer")],
    ids=["marked as one on which this code works", "not marked so"],
)
async def test_a_newer_schema_is_run_on_or_refused_and_nothing_is_written(
    scratch: str, typed: Type, tmp_path: Path, *, mark: str, code: int, word: str
) -> None:
    await migrations.upgrade(scratch)
    await run(
        scratch,
        "UPDATE alembic_version SET version_num = '9999'; "
        f"COMMENT ON TABLE alembic_version IS 'runs_with={mark}'",
    )
    written = await ask(scratch, TRANSACTIONS)
    ended = await process(scratch, tmp_path, "run")
    assert (ended.code, "Traceback" in ended.said) == (code, False)
    assert word in ended.said
    refused = mark == "9999"
    for words in (["upgrade"], ["plan"], ["check"]):
        ended = await typed("db", *words)
        assert ended.code == (Exit.CONFIGURATION if refused or words == ["check"] else Exit.DONE), words
        assert (f"`python -m bot db downgrade {OURS.head}` with the newer one" in ended.said) == (
            refused or words == ["check"]
        )
    assert await ask(scratch, TRANSACTIONS) == written
    assert not (tmp_path / "backups").exists()
