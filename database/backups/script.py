"""pg_restore's script of a dump, in the three parts that it knows, on a connection of ours.

psql could run it, but not count within the same transaction, and the one of the wheel speaks no TLS.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

from database._embedded_files import PROGRAMS
from database.backups.errors import BackupDamaged
from database.backups.manifest import Backup
from database.backups.programs import end

Connection = Any  # asyncpg has no types

OPTIONS = ("--no-owner", "--no-privileges", "--enable-row-security", "--file=-")
COPY = re.compile(r'COPY public\.("(?:[^"]|"")+"|\w+) \((.*)\) FROM stdin;')
COMMENT_OF_SCHEMA = re.compile(r"^COMMENT ON SCHEMA public IS E?'(?:[^']|'')*';$", re.MULTILINE)
"""The schema may be somebody else's there. The other comments come with what is ours: one is the mark of `skew`."""
NAME = re.compile(r'"(?:[^"]|"")+"|\w+')
END_OF_ROWS = b"\n\\.\n"
CHUNK = 1 << 18


class Script:
    """One section of a dump, as text, while pg_restore writes it."""

    def __init__(self, backup: Backup, section: str) -> None:
        self._backup, self._section = backup, section
        self._rest, self.size = b"", 0

    async def __aenter__(self) -> "Script":
        self._child = await asyncio.create_subprocess_exec(
            PROGRAMS / "pg_restore",
            *OPTIONS,
            f"--section={self._section}",
            self._backup.path,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await end(self._child)

    async def whole(self) -> str:
        while await self._more():
            pass
        return self._rest.decode()

    async def line(self) -> str | None:
        """The next line outside of the rows; None at the end."""
        while b"\n" not in self._rest:
            if not await self._more():
                return None
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    async def rows(self) -> AsyncIterator[bytes]:
        """What COPY reads, up to the line that ends it."""
        held, read = b"\n" + self._rest, 1  # the rows begin at the start of a line
        self._rest = b""
        while (end_at := held.find(END_OF_ROWS)) < 0:
            safe = len(held) - len(END_OF_ROWS) + 1
            if safe > read:
                yield held[read:safe]
                held, read = held[safe:], 0
            if not await self._more():
                raise BackupDamaged(self._backup.path)
            held, self._rest = held + self._rest, b""
        if end_at + 1 > read:
            yield held[read : end_at + 1]
        self._rest = held[end_at + len(END_OF_ROWS) :]

    async def _more(self) -> bool:
        assert self._child.stdout is not None
        chunk = await self._child.stdout.read(CHUNK)
        self._rest += chunk
        self.size += len(chunk)
        if not chunk and await self._child.wait() != 0:
            raise BackupDamaged(self._backup.path)
        return bool(chunk)


async def run_definitions(connection: Connection, script: Script) -> None:
    """What stands before or after the data: tables, or indexes, keys, triggers, row-level security and its policies."""
    lines = COMMENT_OF_SCHEMA.sub("", await script.whole()).splitlines(keepends=True)
    await connection.execute("".join(line for line in lines if _is_sql(connection, line)))


async def load_rows(connection: Connection, script: Script, begun: Callable[[], None]) -> None:
    """The rows of each table, and how far its sequences were; `begun` is called at each table."""
    while (line := await script.line()) is not None:
        if found := COPY.fullmatch(line):
            begun()
            columns = [_plain(name) for name in NAME.findall(found[2])]
            await connection.copy_to_table(
                _plain(found[1]), schema_name="public", columns=columns, source=script.rows()
            )
        elif line and not line.startswith("--") and _is_sql(connection, line):
            await connection.execute(line)


def _is_sql(connection: Connection, line: str) -> bool:
    """psql's own words, and a setting that servers before 17 do not know, stand on lines of their own."""
    if line.startswith(("\\restrict ", "\\unrestrict ")):
        return False
    return connection.get_server_version().major >= 17 or not line.startswith("SET transaction_timeout =")


def _plain(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
