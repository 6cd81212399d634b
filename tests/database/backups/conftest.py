"""A server full of everything, blank databases beside it, and a server of an operator's own."""

import asyncio
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from database.backups import Backup, make_backup
from database.embedded import EmbeddedServer
from database.models import CaseKind, Proof
from database.service import DatabaseService

OLD_PROGRAMS = Path(os.environ.get("PG15_BIN", "/usr/lib/postgresql/15/bin"))
PASSWORD = "p%40 s/:?#ß-canary"
QUOTED = "p%2540%20s%2F%3A%3F%23%C3%9F-canary"
NUMBERS = itertools.count(1)

CopyCluster = Callable[[Path, Path], None]
Blank = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
async def full_server(initialised_dir: Path, copy_cluster: CopyCluster) -> AsyncIterator[Any]:
    """Rows of two guilds in most tables, as Reeve's own actions write them; tests only read it."""
    folder = Path(tempfile.mkdtemp(prefix="reeve-f-"))
    copy_cluster(initialised_dir / "postgres", folder / "postgres")
    server = EmbeddedServer(folder, {"fsync": "off"})
    dsn = await server.start()
    await fill(dsn)
    yield server, dsn
    await server.stop()
    shutil.rmtree(folder)


async def fill(dsn: str) -> None:
    database = DatabaseService(dsn)
    await database.open()
    odd = 'tab\t back\\slash \\. \\N quote\' "double" é 🦊\nCOPY public.x FROM stdin;\n\\.\n'
    for guild_id in (1, 2):
        await database.users.seen(
            guild_id=guild_id, user_id=5000, name="ann", display_name="Ann", seen_at=datetime.now(UTC)
        )
        await database.guild_configs.change(
            guild_id=guild_id,
            setting="moderator_role_ids",
            value=[7, 8],
            changed_by_id=1,
            interaction_id=guild_id,
        )
        for number in range(1, 6):
            case = await database.cases.open(
                guild_id=guild_id,
                kind=CaseKind.WARN,
                target_id=5,
                target_name="a",
                moderator_id=6,
                moderator_name="b",
                reason=f"{odd}{number}",
                interaction_id=guild_id * 1000 + number,
                proof=[Proof(filename="\\x.png", content=bytes(range(256)) * 50)],
            )
            await database.cases.edit_reason(
                guild_id=guild_id,
                number=case.number,
                reason=f"else {number}",
                editor_id=7,
                interaction_id=guild_id * 1000 + 500 + number,
            )
            await database.points.award(
                guild_id=guild_id,
                receiver_id=5000 + number,
                receiver_is_bot=False,
                amount=number,
                reason=odd,
                actor_id=1,
                interaction_id=guild_id * 1000 + number,
            )
    await database.close()


@pytest.fixture
def dsn(full_server: Any) -> str:
    """Of the full server: no test in this folder touches the one that others share."""
    address: str = full_server[1]
    return address


@pytest.fixture
async def blank(full_server: Any) -> AsyncIterator[Blank]:
    """Makes empty databases of Reeve's plain role."""
    server, dsn = full_server
    made = []

    async def another() -> str:
        name = f"blank_{next(NUMBERS)}"
        connection = await asyncpg.connect(server.superuser_dsn)
        await connection.execute(f"CREATE DATABASE {name} OWNER reeve")
        await connection.close()
        made.append(name)
        return in_database(dsn, name)

    yield another
    connection = await asyncpg.connect(server.superuser_dsn)
    for name in made:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


def in_database(dsn: str, name: str) -> str:
    return dsn.replace("@/reeve?", f"@/{name}?")


@pytest.fixture(scope="session")
async def kept_backup(full_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Backup:
    """One dump for who only reads it."""
    return await make_backup(full_server[1], tmp_path_factory.mktemp("kept"), print)


@pytest.fixture
def backup(kept_backup: Backup, tmp_path: Path) -> Backup:
    """A copy of it that a test may spoil."""
    for file in kept_backup.path.parent.iterdir():
        shutil.copy2(file, tmp_path)
    return kept_backup.model_copy(update={"path": tmp_path / kept_backup.path.name})


@pytest.fixture(scope="session")
async def old_server() -> AsyncIterator[str]:
    """PostgreSQL 15 on a port of the loopback, with TLS alone and a password: the address of its superuser."""
    if not (OLD_PROGRAMS / "initdb").exists() or shutil.which("openssl") is None:
        pytest.skip(
            f"NOT TESTED ON POSTGRESQL 15: {OLD_PROGRAMS} or openssl is missing; install them or set PG15_BIN"
        )
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
    initdb = [OLD_PROGRAMS / "initdb", "-D", home / "cluster", *options, "--locale=C.UTF-8"]
    certificate = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ]
    certificate += ["-subj", "/CN=localhost", "-keyout", "key", "-out", "certificate"]
    for command in (initdb, certificate):
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, cwd=home, **plain)
    (home / "cluster" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {
        "ssl": "on",
        "ssl_cert_file": home / "certificate",
        "ssl_key_file": home / "key",
        "fsync": "off",
    }
    command = [
        OLD_PROGRAMS / "postgres",
        "-D",
        home / "cluster",
        "-k",
        home,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    server = launched(command, home, plain)
    address = f"postgresql://admin:{QUOTED}@127.0.0.1:{port}/postgres?sslmode=require"
    await answering(address)
    yield address
    server.terminate()
    await asyncio.to_thread(server.wait)
    shutil.rmtree(home)


def launched(command: list[Any], home: Path, plain: dict[str, Any]) -> "subprocess.Popen[bytes]":
    with (home / "log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=home, **plain)


async def answering(address: str) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                connection = await asyncpg.connect(address)
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return


@pytest.fixture
async def elsewhere(old_server: str) -> AsyncIterator[str]:
    """An empty database on it, of a plain role that is not called as the embedded server's."""
    name = f"moved_{next(NUMBERS)}"
    connection = await asyncpg.connect(old_server)
    await connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'")
    await connection.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield make_url(old_server).set(username=name, database=name).render_as_string(hide_password=False)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.execute(f"DROP ROLE {name}")
    await connection.close()
