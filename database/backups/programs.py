"""PostgreSQL's own programs, out of the wheel, on the server that asyncpg has reached."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from database._embedded_files import PROGRAMS
from database.backups.errors import BackupFailed, ServerTooNew
from database.backups.relay import relay

Connection = Any  # asyncpg has no types

SEES_ALL = "-c reeve.system=on"
TOLD_OF_AN_ERROR = re.compile(r"\b(?:error|fatal|FATAL|ERROR): +(.*)")


@asynccontextmanager
async def environment_for(connection: Connection) -> AsyncIterator[dict[str, str]]:
    """libpq's variables for the server behind `connection`: others see a command line, and nobody else these.

    They are taken from what asyncpg made of the address, so that several hosts, `.pgpass` and a service file work.
    """
    address, known = connection._addr, connection._params
    variables = {
        "PATH": os.defpath,
        "LC_ALL": "C",
        "PGAPPNAME": "reeve backup",
        "PGCONNECT_TIMEOUT": "10",
        "PGGSSENCMODE": "disable",
        "PGSSLMODE": "disable",
        "PGOPTIONS": SEES_ALL,
        "PGUSER": known.user,
        "PGDATABASE": known.database,
        "PGPASSWORD": known.password or "",
    }
    if isinstance(address, str):  # .../.s.PGSQL.5432
        folder, _, port = address.rpartition("/.s.PGSQL.")
        yield {**variables, "PGHOST": folder, "PGPORT": port}
        return
    host, port = address
    if not await connection.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"):
        yield {**variables, "PGHOST": host, "PGPORT": str(port)}
        return
    async with relay(host, port, known.ssl) as sockets:
        yield {**variables, "PGHOST": str(sockets), "PGPORT": str(port)}


async def require_old_enough(connection: Connection) -> None:
    """pg_dump and pg_basebackup know servers up to their own version. Raises ServerTooNew."""
    told = await _output("pg_dump", "--version")
    newest, here = int(re.findall(r"\d+", told)[0]), connection.get_server_version().major
    if here > newest:
        raise ServerTooNew(here, newest)


async def run(
    program: str, *arguments: str | Path, environment: dict[str, str], heard: Callable[[str], None]
) -> None:
    """Wait for its end; `heard` gets each line of its errors and progress. Raises BackupFailed with its reason.

    Cancelled, it ends the program.
    """
    child = await asyncio.create_subprocess_exec(
        PROGRAMS / program,
        *arguments,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    reasons = []
    try:
        assert child.stderr is not None
        async for line in child.stderr:
            text = line.decode(errors="replace").strip()
            heard(text)
            if found := TOLD_OF_AN_ERROR.search(text):
                reasons.append(found[1])
        if await child.wait() != 0:
            raise BackupFailed(program, reasons[0] if reasons else f"exit code {child.returncode}")
    finally:
        await end(child)


async def end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _output(program: str, *arguments: str) -> str:
    child = await asyncio.create_subprocess_exec(
        PROGRAMS / program, *arguments, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
    )
    told, _ = await child.communicate()
    return told.decode()
