"""Debian's PgBouncer as a child process, in front of a PostgreSQL that a test has."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg

from database._embedded_files import ServerUser
from database.outages import AWAY

PROGRAM = Path(os.environ.get("PGBOUNCER", "/usr/sbin/pgbouncer"))
PORT = 6432
CONFIGURATION = """
[databases]
* = host={upstream} port=5432
[pgbouncer]
pool_mode = transaction
default_pool_size = {servers}
max_client_conn = 500
listen_addr =
listen_port = {port}
unix_socket_dir = {home}
server_login_retry = 0.1
auth_type = trust
auth_file = {home}/users
logfile = {home}/log
ignore_startup_parameters = {ignored}
"""


class PgBouncer:
    """Lends each of its few `servers` to one transaction at a time, so clients that run side by side share them."""

    def __init__(self, upstream: str, *, servers: int, ignored: str = "") -> None:
        """`upstream`: the address of an embedded PostgreSQL. `ignored`: ignore_startup_parameters."""
        self._home = Path(tempfile.mkdtemp(prefix="reeve-b-"))
        self._user = ServerUser()
        sockets = parse_qs(urlsplit(upstream).query)["host"][0]
        (self._home / "users").write_text('"reeve" ""\n')
        (self._home / "ini").write_text(
            CONFIGURATION.format(
                upstream=sockets, servers=servers, home=self._home, port=PORT, ignored=ignored
            )
        )
        self.dsn = f"postgresql://reeve@/reeve?host={quote(str(self._home))}&port={PORT}"

    async def __aenter__(self) -> "PgBouncer":
        self._user.ensure()
        if self._user.is_root:
            for path in (self._home, *self._home.iterdir()):
                shutil.chown(path, self._user.user_id, self._user.group_id)
        self._child = subprocess.Popen(  # noqa: ASYNC220  # begins at once
            [PROGRAM, "--quiet", self._home / "ini"],
            stdin=subprocess.DEVNULL,
            cwd=self._home,
            **self._user.as_child(),
        )
        while True:
            try:
                connection = await self.stranger()
            except AWAY:
                if self._child.poll() is not None:
                    raise
            else:
                await connection.close()
                return self

    async def stranger(self) -> Any:
        """Another client of the same pooler, who says nothing of itself."""
        return await asyncpg.connect(self.dsn, statement_cache_size=0)

    async def __aexit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()
        shutil.rmtree(self._home)
