"""Migrations: up, down and up again with rows in the tables; drift is found; many may start at once."""

import asyncio
import os
import sys
import traceback
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import asyncpg
import pytest

from database import migrations
from database.errors import DatabaseUnavailable, MigrationRefused, SchemaMismatch
from database.models import metadata
from database.service import DatabaseService

PROJECT = Path(__file__).resolve().parents[2]
HEAD = migrations.history()[0].revision


async def in_public(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    await connection.close()
    return {row[0] for row in rows}


async def fill(dsn: str) -> None:
    database = DatabaseService(dsn)
    await database.open()
    await database.points.award(
        guild_id=1,
        receiver_id=5000,
        receiver_is_bot=False,
        amount=1,
        reason="r",
        actor_id=1,
        interaction_id=1,
    )
    await database.guild_configs.change(
        guild_id=1, setting="points_per_message", value=5, changed_by_id=1, interaction_id=1
    )
    await database.close()


async def test_up_down_and_up_again_with_rows_in_the_tables(scratch: str) -> None:
    assert await migrations.current(scratch) is None
    await migrations.upgrade(scratch)
    everything = await in_public(scratch)
    assert set(metadata.tables) < everything
    await fill(scratch)
    await migrations.upgrade(scratch)
    await migrations.downgrade(scratch, "base")
    assert await in_public(scratch) == {"alembic_version", "alembic_version_pkc"}
    await migrations.upgrade(scratch)
    assert (await migrations.current(scratch), await in_public(scratch)) == (HEAD, everything)
    await fill(scratch)


async def test_there_is_one_newest_revision_and_each_has_a_sentence() -> None:
    steps = migrations.history()
    assert [step.revision for step in steps] == sorted((step.revision for step in steps), reverse=True)
    assert all(step.sentence.endswith(".") for step in steps)


async def test_an_older_schema_names_the_command(scratch: str) -> None:
    with pytest.raises(SchemaMismatch, match=r"older.*the very start.*`python -m bot db upgrade`"):
        await migrations.require_schema(scratch)
    await migrations.upgrade(scratch)
    await migrations.require_schema(scratch)
    await migrations.downgrade(scratch, "-1")
    with pytest.raises(SchemaMismatch, match="older"):
        await migrations.require_schema(scratch)


async def test_a_newer_schema_names_the_way_out(scratch: str) -> None:
    await migrations.upgrade(scratch)
    connection = await asyncpg.connect(scratch)
    await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    await connection.execute("COMMENT ON TABLE alembic_version IS 'runs_with=9999'")
    await connection.close()
    with pytest.raises(SchemaMismatch, match=rf"newer.*9999 is not known here.*downgrade {HEAD}"):
        await migrations.require_schema(scratch)
    with pytest.raises(SchemaMismatch, match="9999"):
        await migrations.upgrade(scratch)


async def test_a_revision_that_does_not_exist_is_said_so(scratch: str) -> None:
    for act in (migrations.upgrade, migrations.downgrade):
        with pytest.raises(SchemaMismatch, match="history` lists the revisions"):
            await act(scratch, "nope")


COMMANDS = """
import os, sys
from alembic.config import main
import database.migrations
for words in sys.argv[2:]:
    print("$", words, flush=True)
    if os.fork() == 0:
        sys.exit(main(["-c", sys.argv[1], *words.split()]))
    _, status = os.wait()
    if status != 0:
        sys.exit(1)
"""


async def alembic(*commands: str, **environment: str) -> tuple[int, list[str]]:
    """What `alembic` says to each, from another folder, as a person types them; each a fork, which starts sooner."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COMMANDS, str(PROJECT / "alembic.ini"), *commands),
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        stdout=PIPE,
        stderr=STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode().split("$ ")[1:]


async def test_the_shell_does_the_same_and_its_lines_are_plain(scratch: str) -> None:
    """On the embedded server `tests/check_migrations.sh` does it."""
    commands = ("upgrade head", "check", "current", "history", "downgrade base")
    status, said = await alembic(*commands, DATABASE_URL=scratch)
    assert (status, len(said)) == (0, len(commands)), said
    upgraded, checked, current, history, _ = said
    for line in upgraded.splitlines()[1:]:
        assert "fsync off" in line or line.startswith("upgrade "), line
    assert "No new upgrade operations" in checked
    assert f"{HEAD} (head)" in current
    assert migrations.history()[-1].sentence in history
    assert await migrations.current(scratch) is None


async def test_the_shell_says_one_sentence_and_no_secret() -> None:
    status, [said] = await alembic("current", DATABASE_URL="postgresql://u:hunter2@127.0.0.1:1/x")
    assert status != 0
    assert "FAILED: No PostgreSQL answers at DATABASE_URL: start the server" in said
    assert "hunter2" not in said
    assert "Traceback" not in said


async def test_no_secret_is_in_an_error() -> None:
    for address in ("postgresql://u:hunter2@127.0.0.1:1/x", "postgresql://u:hunter2@db:port/x", "hunter2"):
        with pytest.raises(Exception, match=r".") as failed:  # whatever it is, it must not tell
            await migrations.current(address)
        assert "hunter2" not in "".join(traceback.format_exception(failed.value)).replace(address, "")


async def test_an_address_with_words_that_only_postgresql_knows_works(scratch: str) -> None:
    await migrations.upgrade(f"{scratch}&sslmode=prefer&application_name=mine")
    assert await migrations.current(scratch) == HEAD


async def test_a_role_that_may_not_create_tables_is_told_what_to_ask_for(scratch: str) -> None:
    connection = await asyncpg.connect(scratch)
    await connection.execute("REVOKE CREATE ON SCHEMA public FROM reeve")
    await connection.close()

    with pytest.raises(MigrationRefused, match=r"permission denied.*make the role in DATABASE_URL the owner"):
        await migrations.upgrade(scratch)


async def test_a_database_that_holds_such_a_table_already_is_not_touched(scratch: str) -> None:
    connection = await asyncpg.connect(scratch)
    await connection.execute("CREATE TABLE cases (theirs int)")
    await connection.close()

    with pytest.raises(MigrationRefused, match=r"already exists.*a database .* that is Reeve's alone"):
        await migrations.upgrade(scratch)

    assert await in_public(scratch) <= {"cases", "alembic_version", "alembic_version_pkc"}


async def test_a_server_that_died_since_it_was_asked_first_is_an_outage() -> None:
    with pytest.raises(DatabaseUnavailable):
        await migrations.current("postgresql://reeve@127.0.0.1:1/reeve")
