"""The smallest bot that can be: a WebSocket and connections that stay open, written on plain sockets.

It has to cost less than what it measures, so it speaks just the HTTP and WebSocket that these two servers speak.
"""

import asyncio
import base64
import json
import os
import struct
from typing import Any
from urllib.parse import urlsplit

import orjson

ANSWER = b'{"type":4,"data":{"content":"Hello, this is the answer of a bot.","flags":64}}'
CONNECTIONS = 16
AGENT = "DiscordBot (https://discord.invalid, 1)"  # Discord refuses who does not say what it is
TEXT, PING, CLOSE = 1, 9, 8


class Client:
    """Hears events, answers interactions, counts both."""

    def __init__(self, url: str) -> None:
        self._address = (urlsplit(url).hostname, urlsplit(url).port)
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self.heard = 0
        self._awaited = 0
        self._reached = asyncio.Event()
        self.refused = 0
        self.ready = asyncio.Event()

    async def connect(self) -> None:
        for _ in range(CONNECTIONS):
            self._free.put_nowait(await asyncio.open_connection(*self._address))

    async def open(self, identify: dict[str, Any] | None) -> None:
        reader, self._gateway = await asyncio.open_connection(*self._address, limit=2**24)
        key = base64.b64encode(os.urandom(16)).decode()
        self._gateway.write(
            f"GET /gateway?v=10&encoding=json HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        self._start(self._hear(reader))
        if identify:
            self._say({"op": 2, "d": identify})
            await self.ready.wait()

    async def hears(self, number: int) -> None:
        """Returns when so many messages were heard in all."""
        self._awaited = number
        while self.heard < number:
            self._reached.clear()
            await self._reached.wait()

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _say(self, envelope: dict[str, Any]) -> None:
        """A client's frames are masked; with zeros that changes nothing."""
        text = json.dumps(envelope).encode()
        self._gateway.write(struct.pack(">BBH", 0x81, 0x80 | 126, len(text)) + bytes(4) + text)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        while True:
            first, length = await reader.readexactly(2)
            if length == 126:
                (length,) = struct.unpack(">H", await reader.readexactly(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", await reader.readexactly(8))
            body = await reader.readexactly(length)
            if first & 0xF == CLOSE:
                return
            if first & 0xF == TEXT:
                self._handle(body)

    def _handle(self, body: bytes) -> None:
        if b'"MESSAGE_CREATE"' in body[:40]:
            self.heard += 1
            if self.heard >= self._awaited:
                self._reached.set()
        elif b'"INTERACTION_CREATE"' in body[:40]:
            details = orjson.loads(body)["d"]
            self._start(self._answer(details["id"], details["token"]))
        elif b'"READY"' in body[:40]:
            self.ready.set()

    async def _answer(self, interaction_id: str, token: str) -> None:
        status, _ = await self.request(
            "POST", f"/api/v10/interactions/{interaction_id}/{token}/callback", ANSWER
        )
        self.refused += status >= 300

    async def request(
        self, method: str, path: str, body: bytes = b"", *, bearer: str = ""
    ) -> tuple[int, bytes]:
        reader, writer = await self._free.get()
        authorization = f"Authorization: Bot {bearer}\r\n" if bearer else ""
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\n{authorization}"
            f"User-Agent: {AGENT}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
        answer = await reader.readexactly(length)
        self._free.put_nowait((reader, writer))
        return int(head.split(b" ", 2)[1]), answer

    async def close(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        self._gateway.close()
        while not self._free.empty():
            self._free.get_nowait()[1].close()
