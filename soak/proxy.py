"""Stands between a client and PostgreSQL, understands when COMMIT is sent, and makes trouble on the wire."""

import asyncio
import random
import struct
import tempfile
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from database.clock import clock

SOCKET = ".s.PGSQL.5432"
COMMIT = b"Q" + struct.pack("!i", 11) + b"COMMIT\0"
"""The simple query that the service ends its transactions with."""
ENCRYPTION_REQUEST = struct.pack("!ii", 8, 80877103)
"""Asked before the first message, and in its form."""
CHUNK = 65_536


class Framing:
    """Cuts what a client says into PostgreSQL's messages: a byte for the kind, 4 for the length, the rest.

    The first message has no kind.
    """

    def __init__(self) -> None:
        self._heard = bytearray()
        self._kind = 0
        """Bytes before the length."""

    def commits(self, chunk: bytes) -> int:
        """How many COMMITs are complete with this chunk."""
        self._heard += chunk
        found = 0
        while len(self._heard) >= self._kind + 4:
            (length,) = struct.unpack_from("!i", self._heard, self._kind)
            message = bytes(self._heard[: self._kind + length])
            if len(message) < self._kind + length:
                break
            del self._heard[: len(message)]
            found += message == COMMIT
            if message != ENCRYPTION_REQUEST:
                self._kind = 1
        return found


class Proxy:
    """`async with Proxy(...)`: connect to `dsn`, and set what is to go wrong. Both sides are Unix sockets.

    `cut_after_commit`: the chance that a connection ends right after COMMIT was passed on, before its answer.
    `cut_before_commit`: the chance that it ends with COMMIT on its way, so that the server never hears it.
    `piece_bytes`: pass on in pieces of at most so many. `delay_seconds`: before whatever was said at once.
    """

    def __init__(self, server: Path, dice: random.Random) -> None:
        self._server, self._dice = server, dice
        self.cut_after_commit = self.cut_before_commit = self.delay_seconds = 0.0
        self.piece_bytes = CHUNK
        self.commits = self.cuts_after = self.cuts_before = 0
        self._passable = asyncio.Event()
        self._passable.set()
        self._links: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Proxy":
        self._folder = tempfile.TemporaryDirectory(prefix="reeve-x-")
        path = Path(self._folder.name) / SOCKET
        self._listening = await asyncio.start_unix_server(self._link, path=path)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        self._passable.set()
        self.reset()
        await asyncio.gather(*self._links, return_exceptions=True)
        self._folder.cleanup()

    @property
    def dsn(self) -> str:
        return f"postgresql://reeve@/reeve?host={quote(self._folder.name)}&port=5432"

    def reset(self) -> None:
        """End all connections, whatever is on its way."""
        for link in self._links:
            link.cancel()

    def refuse(self) -> None:
        """Take no more connections; those that there are stay."""
        self._listening.close()

    def swallow(self) -> None:
        """Become a black hole: connections stay, and nothing passes until `release`."""
        self._passable.clear()

    def release(self) -> None:
        self._passable.set()

    async def _link(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        to_server = None
        try:
            server, to_server = await asyncio.open_unix_connection(self._server / SOCKET)
            await first_to_end(self._to_server(client, to_server), self._pass_on(server, to_client))
        except (OSError, asyncio.CancelledError):
            pass  # refused, reset: the client sees its connection end
        finally:
            self._links.discard(task)
            for side in (to_client, to_server):
                if side is not None:
                    side.close()

    async def _to_server(self, client: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        framing = Framing()
        while chunk := await client.read(CHUNK):
            is_commit = framing.commits(chunk) > 0
            self.commits += is_commit
            if is_commit and self._dice.random() < self.cut_before_commit:
                self.cuts_before += 1
                return
            await self._send(chunk, server)
            if is_commit and self._dice.random() < self.cut_after_commit:
                self.cuts_after += 1
                return

    async def _pass_on(self, server: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        while chunk := await server.read(CHUNK):
            await self._send(chunk, client)

    async def _send(self, chunk: bytes, to: asyncio.StreamWriter) -> None:
        if self.delay_seconds:
            await clock.sleep(self.delay_seconds)
        for start in range(0, len(chunk), self.piece_bytes):
            await self._passable.wait()
            to.write(chunk[start : start + self.piece_bytes])
            await to.drain()
            await asyncio.sleep(0)  # whoever reads may see the piece alone


async def first_to_end(*ways: Coroutine[None, None, None]) -> None:
    """Until one of them has ended; the other one is stopped then."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(OSError, asyncio.CancelledError):
                await task
