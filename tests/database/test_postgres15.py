"""The oldest PostgreSQL that Reeve promises to work on, reached as an operator's own server: TCP and a password."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import SecretStr

from database import migrations
from database.errors import OperatorMustAct
from database.ledger_refusals import NotEnoughPoints
from database.models import ALL_TIME, CaseFilter, CaseKind, Progress, Proof
from database.models.earning import Earner, Earning
from database.server import running_database
from database.service import DatabaseService
from database.settings import DatabaseSettings

PROGRAMS = Path(os.environ.get("PG15_BIN", "/usr/lib/postgresql/15/bin"))
PASSWORD = "p%40 s/:?#ß"
QUOTED = "p%2540%20s%2F%3A%3F%23%C3%9F"
NOW = datetime.now(UTC) + timedelta(
    days=1
)  # after everything that these tests ask for, however late they run

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "initdb").exists(),
    reason=f"NOT TESTED ON POSTGRESQL 15: there is no {PROGRAMS}; install it or set PG15_BIN",
)


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    """A fresh cluster on a port of the loopback, with a plain role that owns its database."""
    home = Path(tempfile.mkdtemp(prefix="reeve-15-"))
    plain: dict[str, Any] = {}
    if os.geteuid() == 0:
        plain = {"user": 65_534, "group": 65_534, "extra_groups": []}
        os.chown(home, 65_534, 65_534)
    (home / "password").write_text(PASSWORD)
    options = [
        "-U",
        "admin",
        "-A",
        "scram-sha-256",
        f"--pwfile={home / 'password'}",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    initdb = [PROGRAMS / "initdb", "-D", home / "cluster", *options, "--locale=C.UTF-8"]
    await asyncio.to_thread(subprocess.run, initdb, check=True, capture_output=True, cwd=home, **plain)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [PROGRAMS / "postgres", "-D", home / "cluster", "-k", home, "-h", "127.0.0.1", "-p", str(port)]
    server = launched(command, home, plain)
    await make_role(f"postgresql://admin:{QUOTED}@127.0.0.1:{port}/postgres")
    yield f"postgresql://reeve:{QUOTED}@127.0.0.1:{port}/reeve"
    server.send_signal(
        signal.SIGINT
    )  # fast: a test that failed may have left connections, which a smart end awaits
    await asyncio.to_thread(server.wait)
    shutil.rmtree(home)


def launched(command: list[Any], home: Path, plain: dict[str, Any]) -> "subprocess.Popen[bytes]":
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **plain)


async def make_role(admin: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                connection = await asyncpg.connect(admin)
                break
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
    await connection.execute(f"CREATE ROLE reeve LOGIN PASSWORD '{PASSWORD}'")
    await connection.execute("CREATE DATABASE reeve OWNER reeve")
    await connection.close()


def settings(address: str) -> DatabaseSettings:
    return DatabaseSettings(database_url=SecretStr(address))


async def test_the_schema_goes_up_and_down_and_does_not_drift(address: str) -> None:
    async with running_database(settings(address)) as dsn:
        await migrations.upgrade(dsn)
        assert await migrations.check(dsn) == []
        await migrations.downgrade(dsn, "base")
        await migrations.upgrade(dsn)
        await migrations.require_schema(dsn)


async def test_every_topic_works(address: str) -> None:
    await migrations.upgrade(address)
    database = DatabaseService(address)
    await database.open()
    await people_and_settings(database)
    await cases_and_outbox(database)
    await points(database)
    await database.close()


async def people_and_settings(database: DatabaseService) -> None:
    await database.users.seen(guild_id=1, user_id=5000, name="ann", display_name="Ann", seen_at=NOW)
    assert await database.users.left(guild_id=1, user_id=5000, name="ann", display_name="Ann", left_at=NOW)
    assert await database.users.get(guild_id=2, user_id=5000) is None
    changed = await database.guild_configs.change(
        guild_id=1, setting="moderator_role_ids", value=[7], changed_by_id=1, interaction_id=1
    )
    assert await database.guild_configs.read(guild_id=1) == changed


async def cases_and_outbox(database: DatabaseService) -> None:
    opened = await asyncio.gather(
        *(
            database.cases.open(
                guild_id=1, kind=CaseKind.WARN, target_id=5, target_name="a", moderator_id=6, moderator_name="b",
                reason=f"50% Ünfug {n}", interaction_id=n, proof=[Proof("a.png", b"x")], tell_target=True,
            )
            for n in range(10)
        )
    )  # fmt: skip
    assert sorted(case.number for case in opened) == list(range(1, 11))
    await database.cases.edit_reason(guild_id=1, number=1, reason="other", editor_id=6, interaction_id=99)
    found = await database.cases.page(guild_id=1, matching=CaseFilter(text="50% ünf"), limit=99)
    assert len(found) == 9
    assert await database.cases.suggest(guild_id=1, typed="10")
    assert await database.cases.reasons(guild_id=1, typed="OTHER", longest=100) == ["other"]
    assert [line.cases for line in await database.cases.record(guild_id=1, target_id=5)] == [10]
    assert len((await database.cases.whole(guild_id=1, number=1)).revisions) == 1
    assert len(await database.case_evidence.contents(guild_id=1, number=2, positions=[1])) == 1
    rows = await database.outbox.claim(now=NOW, limit=99)
    assert len(rows) == 20
    await database.outbox.delivered(rows[0])
    await database.outbox.try_later(rows[1], next_at=NOW, error="502")
    await database.outbox.hurry(guild_id=1, now=NOW)
    assert len(await database.outbox.pending(guild_id=1)) == 19


async def points(database: DatabaseService) -> None:
    for interaction_id in (1, 1, 2):
        await database.points.award(
            guild_id=1, receiver_id=5000, receiver_is_bot=False, amount=5, reason="r", actor_id=1,
            interaction_id=interaction_id,
        )  # fmt: skip
    gift = {"guild_id": 1, "giver_id": 5000, "receiver_id": 5001, "receiver_is_bot": False, "note": None}
    await database.points.transfer(**gift, amount=10, interaction_id=3)
    with pytest.raises(NotEnoughPoints):
        await database.points.transfer(**gift, amount=1, interaction_id=4)
    earning = Earning(1, 5000, NOW)
    [decided] = await database.earnings.earn(guild_id=1, earner=Earner.MESSAGE, earnings=[earning])
    assert decided.points == 1
    assert len(await database.points.history(guild_id=1, user_id=5000)) == 4
    while await database.boards.refresh(guild_id=1, now=NOW) is Progress.MORE:
        pass
    boards = database.boards
    page = await boards.page(guild_id=1, board=ALL_TIME)
    assert page.standings[0].points >= 10
    assert await boards.page(guild_id=1, board=ALL_TIME, number=2) == ([], 0, True, False, False)
    assert (await boards.place(guild_id=1, user_id=page.standings[0].user_id)) == (1, page.people)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        (QUOTED, "wrong", "refused the user or password in DATABASE_URL: correct them"),
        ("reeve:", "nobody:", "refused the user or password"),
        ("/reeve", "/nothing", "does not exist: create it, or correct the name"),
        ("127.0.0.1:", "127.0.0.1:1", "No PostgreSQL answers|not a PostgreSQL address"),
    ],
)
async def test_what_is_wrong_with_the_address_is_said(
    address: str, right: str, wrong: str, sentence: str
) -> None:
    with pytest.raises(OperatorMustAct, match=sentence):
        async with running_database(settings(wrong.join(address.rsplit(right, 1)))):
            pass
