"""The scripts of docker/, run against real programs: a new server, its standby, and the pooler in front."""

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from database._embedded_files import PROGRAMS, ServerUser, prepare_directory
from soak.servers import scratch_folder

DOCKER = Path(__file__).resolve().parents[1] / "docker"
SCRIPTS = sorted(DOCKER.rglob("*.sh"))
PGBOUNCER = Path(os.environ.get("PGBOUNCER", "/usr/sbin/pgbouncer"))
HAS_PGBOUNCER = PGBOUNCER.exists()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.name))
def test_a_script_is_plain_shell(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Machine:
    """What the containers have: a folder, programs, secrets as files, and a user that is not root."""

    def __init__(self, folder: Path, user: ServerUser) -> None:
        self.folder, self.user = folder, user
        self.secrets = folder / "secrets"
        self.port = free_port()

    def run(self, *words: str | Path, **environment: object) -> None:
        subprocess.run(words, check=True, capture_output=True, **self._as(environment))

    @asynccontextmanager
    async def running(self, *words: str | Path, **environment: object) -> AsyncIterator[None]:
        child = subprocess.Popen(  # noqa: ASYNC220  # begins at once
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as(environment)
        )
        try:
            yield
        finally:
            child.send_signal(2)
            await asyncio.to_thread(child.wait, 30)

    def _as(self, environment: dict[str, object]) -> dict[str, Any]:
        path = f"{PROGRAMS}:{os.environ['PATH']}"
        named = {name: str(value) for name, value in environment.items()}
        return {"cwd": self.folder, "env": {"PATH": path, "LC_ALL": "C", **named}, **self.user.as_child()}

    def address(self, secret: str, port: int) -> str:
        """As the secret has it, but on this machine."""
        return re.sub(r"@\w+:\d+/", f"@127.0.0.1:{port}/", (self.secrets / secret).read_text().strip())


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    with scratch_folder() as folder:
        user = ServerUser()
        prepare_directory(folder / "home", user)
        made = Machine(folder / "home", user)
        made.run("sh", DOCKER / "make-secrets.sh", made.folder)
        yield made


@asynccontextmanager
async def primary(machine: Machine) -> AsyncIterator[Path]:
    """As the image makes it: a superuser of its own, then create-role.sh, then open for connections."""
    home = machine.folder / "primary"
    machine.run(
        "initdb",
        "--no-sync",
        "--username",
        "postgres",
        "--auth-local",
        "trust",
        "--auth-host",
        "scram-sha-256",
        home,
    )
    start = ("postgres", "-D", home, "-p", str(machine.port), "-k", machine.folder, "-c", "fsync=off",
             "-c", "listen_addresses=127.0.0.1")  # fmt: skip
    at_the_socket = {"PGHOST": machine.folder, "PGPORT": machine.port}
    async with machine.running(*start):
        superuser = await answering(
            f"postgresql://postgres@/postgres?host={machine.folder}&port={machine.port}"
        )
        await superuser.close()
        machine.run(
            "sh", DOCKER / "create-role.sh", **at_the_socket, POSTGRES_USER="postgres", PGDATA=home,
            REEVE_DATABASE_PASSWORD_FILE=machine.secrets / "reeve_password",
            REPLICATION_PASSWORD_FILE=machine.secrets / "replication_password",
        )  # fmt: skip
        machine.run("pg_ctl", "reload", "-D", home)
        yield home


async def answering(dsn: str) -> Any:
    """A connection, as soon as there can be one: servers have no event for it."""
    async with asyncio.timeout(30):
        while subprocess.run([PROGRAMS / "pg_isready", "--quiet", "--dbname", dsn], check=False).returncode:  # noqa: ASYNC110, ASYNC221  # a server's word
            await asyncio.sleep(0.05)
    return await asyncpg.connect(dsn, statement_cache_size=0)


def test_secrets_are_made_once_and_shown_to_nobody_else(machine: Machine) -> None:
    before = {path.name: path.read_bytes() for path in machine.secrets.iterdir()}
    assert (
        len({before[name] for name in ("postgres_password", "reeve_password", "replication_password")}) == 3
    )
    assert all(len(before[name]) == 48 for name in ("postgres_password", "reeve_password"))
    assert machine.secrets.stat().st_mode & 0o777 == 0o700
    (machine.secrets / "replica_database_url").unlink()
    machine.run("sh", DOCKER / "make-secrets.sh", machine.folder)
    assert {path.name: path.read_bytes() for path in machine.secrets.iterdir()} == before


async def test_a_new_server_its_standby_and_its_pooler(machine: Machine) -> None:
    async with primary(machine):
        reeve = await answering(machine.address("database_url", machine.port))
        role = await reeve.fetchrow(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication FROM pg_roles "
            "WHERE rolname = current_user"
        )
        assert tuple(role) == (False,) * 5
        await reeve.execute("CREATE TABLE proof AS SELECT 7 AS number")
        await the_standby_follows(machine, reeve)
        if HAS_PGBOUNCER:
            await the_pooler_lends(machine)
        await reeve.close()


async def the_standby_follows(machine: Machine, reeve: Any) -> None:
    """From its first start, from its second, and made anew although its slot is there."""
    home, port = machine.folder / "replica", free_port()
    start = ("sh", DOCKER / "start-replica.sh", "-p", str(port), "-k", machine.folder)
    environment = {
        "PGDATA": home, "PGPORT": machine.port, "PRIMARY_HOST": "127.0.0.1", "TMPDIR": machine.folder,
        "REPLICATION_PASSWORD_FILE": machine.secrets / "replication_password",
    }  # fmt: skip
    for number, is_lost in enumerate([False, False, True], start=1):
        if is_lost:
            shutil.rmtree(home)
        (machine.folder / "primary.pgpass").unlink(
            missing_ok=True
        )  # it is in memory, and gone with the container
        await reeve.execute("UPDATE proof SET number = $1", number)
        async with machine.running(*start, **environment):
            standby = await answering(machine.address("replica_database_url", port))
            async with asyncio.timeout(30):
                while await standby.fetchval("SELECT number FROM proof") != number:  # noqa: ASYNC110  # a server's word
                    await asyncio.sleep(0.02)
            assert await standby.fetchval("SELECT pg_is_in_recovery()")
            await standby.close()
    slots = await reeve.fetch("SELECT slot_name FROM pg_replication_slots")
    assert [row[0] for row in slots] == ["reeve_replica"]


async def the_pooler_lends(machine: Machine) -> None:
    port, ours = free_port(), machine.folder / "pgbouncer.ini"
    text = (DOCKER / "pgbouncer" / "pgbouncer.ini").read_text()
    text = text.replace("host=postgres port=5432", f"host=127.0.0.1 port={machine.port}")
    text = text.replace("listen_port = 6432", f"listen_port = {port}")
    text = text.replace("listen_addr = *", "listen_addr = 127.0.0.1")
    ours.write_text(text.replace("/run/secrets", str(machine.secrets)))
    ours.chmod(0o644)
    async with machine.running(PGBOUNCER, ours):
        pooled = await answering(machine.address("pooled_database_url", port))
        assert await pooled.fetchval("SELECT number FROM proof") == 3
        await pooled.close()
        wrong = re.sub(r":\w+@", ":wrong@", machine.address("pooled_database_url", port))
        with pytest.raises(subprocess.CalledProcessError) as refused:
            machine.run("psql", "--command", "SELECT 1", wrong)
        assert b"authentication failed" in refused.value.stderr
