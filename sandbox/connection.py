"""One WebSocket of a bot: compression, opcodes, heartbeats and close codes (reference, "Gateway")."""

import asyncio
import contextlib
import importlib
import json
import logging
import zlib
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import WSMsgType, web

from sandbox.chunks import member_chunks
from sandbox.fitting import Unfit
from sandbox.intake import parsed
from sandbox.rows import Json
from sandbox.session import Session

if TYPE_CHECKING:
    from sandbox.gateway import Gateway

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 41.25
ACKNOWLEDGED_AFTER_SECONDS = 0.02
"""discord.py notes when it sent a heartbeat only after it was sent, in another thread: an acknowledgement within the
same millisecond comes before that note, is measured from the heartbeat before, and logged as "41.3s behind"."""
SENDS_PER_MINUTE = 120
OPCODES = {
    2: "IDENTIFY",
    3: "PRESENCE_UPDATE",
    4: "VOICE_STATE_UPDATE",
    6: "RESUME",
    8: "REQUEST_GUILD_MEMBERS",
}


class Closes(Exception):
    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code
        self.reason = reason


class Press(Protocol):
    def __call__(self, text: str) -> bytes | str: ...


def as_is(text: str) -> str:
    return text


def zlib_stream() -> Press:
    """One stream for the whole connection, flushed after every message."""
    stream = zlib.compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Press:
    zstandard: Any = importlib.import_module("zstandard")
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


PRESSES = {None: lambda: as_is, "": lambda: as_is, "zlib-stream": zlib_stream, "zstd-stream": zstd_stream}


class Connection:
    def __init__(self, gateway: "Gateway", request: web.Request) -> None:
        self._gateway = gateway
        self._core = gateway.core
        self._request = request
        self._socket = web.WebSocketResponse(max_msg_size=0, timeout=0.1)
        self._press: Press = as_is
        self._outbox: asyncio.Queue[str | Closes] = asyncio.Queue()
        self._received: deque[datetime] = deque(maxlen=SENDS_PER_MINUTE + 1)
        self._has_beaten = True
        self._ended = asyncio.Event()
        self.session: Session | None = None

    def send(self, text: str) -> None:
        self._outbox.put_nowait(text)

    def send_op(self, op: int, payload: object) -> None:
        self.send(json.dumps({"t": None, "s": None, "op": op, "d": payload}))

    def close(self, code: int, reason: str) -> None:
        self._outbox.put_nowait(Closes(code, reason))

    async def ended(self) -> None:
        """Returns when the socket is closed, or half a second later when nobody answers."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), 0.5)

    def abort(self) -> None:
        if self._request.transport:
            self._request.transport.abort()

    async def run(self) -> web.WebSocketResponse:
        await self._socket.prepare(self._request)
        self._gateway.connections.add(self)
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch_heartbeats())]
        try:
            await self._converse()
        finally:
            for task in tasks:
                task.cancel()
            self._gateway.connections.discard(self)
            self._ended.set()
            if self.session:
                self._gateway.lost(self.session, self, self._socket.close_code)
        return self._socket

    async def _converse(self) -> None:
        try:
            self._agree()
            self.send_op(10, {"heartbeat_interval": int(HEARTBEAT_SECONDS * 1000), "_trace": ["sandbox"]})
            async for frame in self._socket:
                if frame.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._receive(frame.data)
        except Closes as closes:
            log.info("The gateway closes a bot's socket: %s", closes)
            await self._socket.close(code=closes.code, message=closes.reason.encode())

    def _agree(self) -> None:
        query = self._request.query
        if query.get("v", "10") != "10":
            raise Closes(4012, "Invalid API version")
        if query.get("encoding", "json") != "json" or query.get("compress") not in PRESSES:
            raise Closes(4002, "This sandbox speaks json with zlib-stream or zstd-stream.")
        self._press = PRESSES[query.get("compress")]()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                item = await self._outbox.get()
                if isinstance(item, Closes):
                    await self._socket.close(code=item.code, message=item.reason.encode())
                    return
                pressed = self._press(item)
                if isinstance(pressed, bytes):
                    await self._socket.send_bytes(pressed)
                else:
                    await self._socket.send_str(pressed)

    async def _watch_heartbeats(self) -> None:
        while self._has_beaten:
            self._has_beaten, jumps = False, self._core.clock.jumps
            await self._core.clock.sleep(HEARTBEAT_SECONDS * 1.5)
            self._has_beaten |= self._core.clock.jumps != jumps  # nobody owes one for time that was skipped
        self.close(4009, "Session timed out.")

    def _receive(self, data: str | bytes) -> None:
        self._count()
        try:
            envelope = parsed(data)
            op, asked = int(envelope["op"]), envelope.get("d")
        except (Unfit, AttributeError, KeyError, TypeError, ValueError) as wrong:
            raise Closes(4002, "Error while decoding payload.") from wrong
        if op in OPCODES:
            self._core.recorder.gateway("RECEIVE", OPCODES[op], json.dumps(asked))
        self._handle(op, asked)

    def _count(self) -> None:
        now = self._core.now()
        self._received.append(now)
        full = len(self._received) > SENDS_PER_MINUTE
        if full and (now - self._received[0]).total_seconds() < 60:
            raise Closes(4008, "Rate limited.")

    def _handle(self, op: int, asked: Any) -> None:
        if op == 1:
            self._has_beaten = True
            asyncio.get_running_loop().call_later(ACKNOWLEDGED_AFTER_SECONDS, self.send_op, 11, None)
        elif op in (2, 6):
            self._begin(op, asked if isinstance(asked, dict) else {})
        elif op not in OPCODES:
            raise Closes(4001, "Unknown opcode")
        elif self.session is None:
            raise Closes(4003, "Not authenticated.")
        elif op == 8:
            for chunk in member_chunks(self._core, self.session, asked):
                self.session.dispatch_payload("GUILD_MEMBERS_CHUNK", chunk)

    def _begin(self, op: int, asked: Json) -> None:
        if self.session is not None:
            raise Closes(4005, "Already authenticated.")
        if op == 2:
            self.session = self._gateway.identify(self, asked)
            self._gateway.welcome(self.session)
        else:
            self.session = self._gateway.resume(self, asked)
        if self.session is None:
            self.send_op(9, False)
