"""The embedded PostgreSQL: starts anywhere, is shared, outlives its bot, comes back when it was killed."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from database.embedded import EmbeddedServer, _Lock, _until
from soak.servers import scratch_folder

PROJECT = Path(__file__).resolve().parents[2]
NOBODY = 65_534
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")

USING_IT = """
import asyncio, sys
from pathlib import Path
import asyncpg
from database.embedded import EmbeddedServer
from database.errors import OperatorMustAct

async def use(data_dir):
    server = EmbeddedServer(data_dir)
    dsn = await server.start()
    connection = await asyncpg.connect(dsn)
    print("who", await connection.fetchval("SELECT current_user"), flush=True)
    await connection.close()
    await asyncio.to_thread(sys.stdin.readline)
    await server.stop()

try:
    asyncio.run(use(Path(sys.argv[1])))
except OperatorMustAct as error:
    print(type(error).__name__, error, flush=True)
"""


@pytest.fixture(scope="module")
def filled_dir(initialised_dir: Path, copy_cluster: Any) -> Iterator[Path]:
    with scratch_folder() as folder:
        copy_cluster(initialised_dir / "postgres", folder / "postgres")
        yield folder


@pytest.fixture
async def prepared_dir(filled_dir: Path) -> AsyncIterator[Path]:
    """With a cluster in it already, which no server uses before or after."""
    yield filled_dir
    server = EmbeddedServer(filled_dir)
    if postmaster(filled_dir) is not None:
        await server.start()
    await server.stop()


def postmaster(data_dir: Path) -> psutil.Process | None:
    """The living server of a folder."""
    try:
        file = data_dir / "postgres" / "cluster" / "postmaster.pid"
        process = psutil.Process(int(file.read_text().splitlines()[0]))
    except (OSError, psutil.NoSuchProcess):
        return None
    return None if process.status() == psutil.STATUS_ZOMBIE else process


def other_process(data_dir: Path, python: str = sys.executable, **options: Any) -> "subprocess.Popen[str]":
    """Another Reeve, which uses the server until a line is written to it."""
    return subprocess.Popen(
        [python, "-c", USING_IT, data_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
        **options,
    )


@pytest.fixture(scope="module")
def nobody() -> dict[str, Any]:
    """Arguments that make a child a plain user without a home, with a Python that this user may run."""
    if not AS_ROOT:
        pytest.skip("only root can become somebody else")
    paths = os.pathsep.join(dict.fromkeys(path for path in sys.path if path.endswith("site-packages")))
    home = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C"}
    environment = {**home, "PYTHONPATH": paths, "REEVE_ENV_FILE": ""}
    plain: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": [], "env": environment}
    for python in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            trial = subprocess.run([python, "-c", "import asyncpg, psutil"], check=False, **plain)
        except OSError:
            continue
        if trial.returncode == 0:
            return {"python": python, **plain}
    pytest.skip("NOT TESTED: no Python here can be run by a plain user with the packages of this one")


def forget(server: EmbeddedServer) -> None:
    """Python warns when a child outlives what started it: here it shall."""
    if server._child is not None:
        server._child.returncode = 0


async def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return (await asyncio.to_thread(process.stdout.readline)).strip()


async def leave(process: "subprocess.Popen[str]") -> None:
    await asyncio.to_thread(process.communicate, "\n")


async def answers(dsn: str) -> bool:
    connection = await asyncpg.connect(dsn)
    await connection.close()
    return True


async def test_a_fresh_start_gives_a_plain_role_its_database(data_dir: Path) -> None:
    server = EmbeddedServer(data_dir)
    connection = await asyncpg.connect(await server.start())
    role = await connection.fetchrow(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    )
    assert tuple(role) == (False,) * 4
    assert await connection.fetchval("SHOW listen_addresses") == ""
    assert [await connection.fetchval(f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == [
        "on",
        "on",
    ]
    await connection.close()
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700
    await server.stop()
    await server.stop()
    assert postmaster(data_dir) is None


async def test_the_last_one_out_stops_the_server(prepared_dir: Path) -> None:
    first = EmbeddedServer(prepared_dir)
    dsn = await first.start()
    second = other_process(prepared_dir)
    assert await said(second) == "who reeve"
    started = postmaster(prepared_dir)
    await first.stop()
    forget(first)
    assert await answers(dsn)
    assert postmaster(prepared_dir) == started
    await leave(second)
    assert postmaster(prepared_dir) is None


async def test_many_who_start_at_once_share_one_server(prepared_dir: Path) -> None:
    processes = [other_process(prepared_dir) for _ in range(4)]
    assert [await said(process) for process in processes] == ["who reeve"] * 4
    assert postmaster(prepared_dir) is not None
    for process in processes:
        await leave(process)
    assert postmaster(prepared_dir) is None


async def test_a_server_that_outlived_its_bot_is_used_again_and_stopped_in_the_end(
    prepared_dir: Path,
) -> None:
    bot = other_process(prepared_dir)
    await said(bot)
    bot.kill()
    await asyncio.to_thread(bot.communicate)
    survivor = postmaster(prepared_dir)
    assert survivor is not None
    server = EmbeddedServer(prepared_dir)
    assert await answers(await server.start())
    assert postmaster(prepared_dir) == survivor
    await server.stop()
    assert postmaster(prepared_dir) is None


async def test_a_killed_server_comes_back_by_itself(prepared_dir: Path) -> None:
    server = EmbeddedServer(prepared_dir)
    dsn = await server.start()
    watch = asyncio.create_task(server.keep_running())
    dead = postmaster(prepared_dir)
    assert dead is not None
    dead.kill()
    async with asyncio.timeout(30):
        await _until(lambda: postmaster(prepared_dir) not in {None, dead})
    async with _Lock(prepared_dir / "postgres" / "start.lock"):  # held until it answers
        assert await answers(dsn)
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    await server.stop()


async def test_a_server_that_is_killed_whenever_it_starts_comes_back_in_the_end(prepared_dir: Path) -> None:
    server = EmbeddedServer(prepared_dir)
    dsn = await server.start()
    watch = asyncio.create_task(server.keep_running())
    killed: list[psutil.Process | None] = [None]
    for _ in range(4):
        async with asyncio.timeout(30):
            await _until(lambda: postmaster(prepared_dir) not in killed)
        living = postmaster(prepared_dir)
        assert living is not None
        living.kill()
        killed.append(living)
    async with asyncio.timeout(30):
        await _until(lambda: postmaster(prepared_dir) not in killed)
    async with _Lock(prepared_dir / "postgres" / "start.lock"):  # held until it answers
        assert await answers(dsn)
    assert not watch.done()
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    await server.stop()


async def test_a_survivor_that_was_killed_leaves_a_zombie_that_stops_nobody(prepared_dir: Path) -> None:
    """In a container nobody reaps it, and PostgreSQL takes its number for a living server's."""
    forgotten = EmbeddedServer(prepared_dir)
    await forgotten.start()
    dead = postmaster(prepared_dir)
    assert dead is not None
    for process in [*dead.children(recursive=True), dead]:
        with suppress(psutil.NoSuchProcess):  # a helper of the server may have just ended
            process.kill()
    successor = EmbeddedServer(prepared_dir)
    assert await answers(await successor.start())
    assert dead.status() == psutil.STATUS_ZOMBIE
    await forgotten.stop()
    forget(forgotten)
    await successor.stop()
    assert postmaster(prepared_dir) is None


async def test_a_number_that_now_belongs_to_another_server_is_not_taken_for_ours(
    prepared_dir: Path, dsn: str
) -> None:
    """After a restart of the container, another cluster's postgres may have the old number."""
    connection = await asyncpg.connect(dsn)
    stranger = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
    parent = stranger.parent()
    await connection.close()
    assert parent is not None
    file = prepared_dir / "postgres" / "cluster" / "postmaster.pid"
    file.write_text(f"{parent.pid}\n")
    server = EmbeddedServer(prepared_dir)
    assert await answers(await server.start())
    await server.stop()
    assert parent.is_running()


async def test_a_kill_during_the_first_set_up_leaves_nothing_broken(data_dir: Path) -> None:
    child = other_process(data_dir, start_new_session=True)
    fresh = data_dir / "postgres" / "cluster.new"
    async with asyncio.timeout(30):
        await _until((fresh / "global").exists)
    os.killpg(child.pid, signal.SIGKILL)  # initdb and the short-lived programs that it starts, at one stroke
    await asyncio.to_thread(child.communicate)
    assert not (data_dir / "postgres" / "cluster").exists()
    server = EmbeddedServer(data_dir)
    assert await answers(await server.start())
    await server.stop()
    assert not fresh.exists()


async def test_a_plain_user_can_run_it_with_an_odd_path_and_no_home(data_dir: Path, nobody: Any) -> None:
    mine = data_dir / "mein Ördner"
    mine.mkdir()
    os.chown(mine, NOBODY, NOBODY)
    child = other_process(mine, **nobody)
    assert await said(child) == "who reeve"
    assert (mine / "postgres" / "cluster").stat().st_uid == NOBODY
    await leave(child)
    assert postmaster(mine) is None


async def test_a_folder_that_a_plain_user_may_not_write_is_said_to_be_unusable(
    data_dir: Path, nobody: Any
) -> None:
    child = other_process(data_dir, **nobody)
    assert (await said(child)).startswith(f"DataDirectoryUnusable Reeve cannot write to {data_dir}: give")
    await leave(child)


@needs_root
async def test_root_runs_it_as_somebody_else(prepared_dir: Path) -> None:
    server = EmbeddedServer(prepared_dir)
    await server.start()
    running = postmaster(prepared_dir)
    assert running is not None
    assert running.uids().effective != 0
    await server.stop()


async def test_ctrl_c_is_for_the_bot_and_not_for_the_server(prepared_dir: Path) -> None:
    bot = other_process(prepared_dir, start_new_session=True)
    await said(bot)
    running = postmaster(prepared_dir)
    assert running is not None
    os.killpg(bot.pid, signal.SIGKILL)
    await asyncio.to_thread(bot.communicate)
    assert running.is_running()
