"""One WebSocket of a bot: frames, opcodes, heartbeats and close codes (gateway, "Connections")."""

import asyncio
import contextlib
import json
import logging
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from sandbox.closes import Closes
from sandbox.fitting import Unfit
from sandbox.gateway.compression import TRANSPORTS, Press, as_is, each_by_itself
from sandbox.gateway.frames import frame
from sandbox.gateway.gateway_requests import NAMES
from sandbox.gateway.session import Session
from sandbox.intake import parsed
from sandbox.rows import Json

if TYPE_CHECKING:
    from sandbox.gateway.gateway import Gateway

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 41.25
ACKNOWLEDGED_AFTER_SECONDS = 0.02
"""discord.py notes when it sent a heartbeat only after it was sent, in another thread: an acknowledgement within the
same millisecond comes before that note, is measured from the heartbeat before, and logged as "41.3s behind"."""
SENDS_PER_MINUTE = 120  # heartbeats included: they are among the send events
LARGEST_PAYLOAD = 4096  # bytes
LARGEST_FRAME = 4 * 1024 * 1024  # a larger one is not read at all, and closed with the protocol's own 1009
MOST_WAITING = 128 * 1024 * 1024  # characters not taken yet; the members of a guild of 100,000 are 70 million
GOODBYES = (1000, 1001)
HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACKNOWLEDGED = 1, 2, 6, 7, 9, 10, 11
RECEIVED = {IDENTIFY: "IDENTIFY", RESUME: "RESUME", **NAMES}
SENT = {RECONNECT: "RECONNECT", INVALID_SESSION: "INVALID_SESSION"}


class Connection:
    def __init__(self, gateway: "Gateway", request: web.Request) -> None:
        self._gateway = gateway
        self._core = gateway.core
        self._request = request
        self._socket = web.WebSocketResponse(max_msg_size=LARGEST_FRAME, timeout=0.1, compress=False)
        self._press: Press = as_is
        self._outbox: asyncio.Queue[str | Closes] = asyncio.Queue()
        self._waiting = 0
        self._received: deque[datetime] = deque(maxlen=SENDS_PER_MINUTE + 1)
        self._has_beaten = True
        self._is_closing = False
        self._ended = asyncio.Event()
        self.session: Session | None = None

    def send(self, text: str) -> None:
        self._waiting += len(text)
        if self._waiting > MOST_WAITING:
            self.abort()  # no close frame would reach who does not read
        else:
            self._outbox.put_nowait(text)

    def send_op(self, op: int, payload: object) -> None:
        if op in SENT:
            self._core.recorder.gateway("SEND", SENT[op], json.dumps(payload))
        self.send(json.dumps({"t": None, "s": None, "op": op, "d": payload}))

    def close(self, code: int, reason: str | None = None) -> None:
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
        writing = asyncio.create_task(self._write())
        watching = asyncio.create_task(self._watch_heartbeats())
        try:
            if closes := await self._converse():
                self._outbox.put_nowait(closes)
                await asyncio.wait([writing], timeout=0.5)
        finally:
            writing.cancel()
            watching.cancel()
            self._gateway.connections.discard(self)
            self._ended.set()
            if self.session:
                self._gateway.lost(self.session, self, said_goodbye=self._said_goodbye())
        return self._socket

    def _said_goodbye(self) -> bool:
        """A client that is closed answers with a code, too, and that is often 1000: it says nothing."""
        return not self._is_closing and self._socket.close_code in GOODBYES

    async def _converse(self) -> Closes | None:
        """Until the socket is closed, or has to be."""
        try:
            self._agree()
            self.send_op(HELLO, {"heartbeat_interval": int(HEARTBEAT_SECONDS * 1000), "_trace": ["sandbox"]})
            async for frame in self._socket:
                if frame.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._receive(frame.data)
        except Closes as closes:
            return closes
        return None

    def _agree(self) -> None:
        query = self._request.query
        if query.get("v", "10") != "10":
            raise Closes(4012)
        if query.get("encoding", "json") != "json" or query.get("compress") not in TRANSPORTS:
            raise Closes(4002, "This sandbox speaks json with zlib-stream or zstd-stream.")
        self._press = TRANSPORTS[query.get("compress")]()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            closes = None
            while closes is None:
                waiting = [await self._outbox.get()]
                waiting += [self._outbox.get_nowait() for _ in range(self._outbox.qsize())]
                closes = next((each for each in waiting if isinstance(each, Closes)), None)
                texts = [
                    each
                    for each in waiting[: waiting.index(closes) if closes else None]
                    if isinstance(each, str)
                ]
                await self._write_together(texts)
            await self._end(closes)

    async def _write_together(self, texts: list[str]) -> None:
        """A write costs as much as all else about a small event: those that wait go out in one."""
        transport = self._request.transport
        if self._socket.closed or transport is None or transport.is_closing():
            raise ConnectionResetError
        transport.write(b"".join(frame(self._press(each)) for each in texts))
        await self._request.writer.drain()
        self._waiting -= sum(map(len, texts))

    async def _end(self, closes: Closes) -> None:
        self._is_closing = True
        log.info("The gateway closes a bot's socket: %s", closes)
        told = json.dumps({"code": closes.code, "reason": closes.reason})
        self._core.recorder.gateway("SEND", "CLOSE", told)
        await self._socket.close(code=closes.code, message=closes.reason.encode())

    async def _watch_heartbeats(self) -> None:
        while self._has_beaten:
            self._has_beaten, jumps = False, self._core.clock.jumps
            await self._core.clock.sleep(HEARTBEAT_SECONDS * 1.5)
            self._has_beaten |= self._core.clock.jumps != jumps  # nobody owes one for time that was skipped
        self.close(4009)
        await self.ended()
        self.abort()

    def _receive(self, data: str | bytes) -> None:
        self._count()
        if len(data if isinstance(data, bytes) else data.encode()) > LARGEST_PAYLOAD:
            raise Closes(4002)
        try:
            envelope = parsed(data)
            op, asked = envelope["op"], envelope.get("d")
        except (Unfit, AttributeError, KeyError, TypeError) as wrong:
            raise Closes(4002) from wrong
        if not isinstance(op, int) or isinstance(op, bool):
            raise Closes(4002)
        if op in RECEIVED:
            self._core.recorder.gateway("RECEIVE", RECEIVED[op], json.dumps(asked))
        self._handle(op, asked)

    def _count(self) -> None:
        now = self._core.now()
        self._received.append(now)
        full = len(self._received) > SENDS_PER_MINUTE
        if full and (now - self._received[0]).total_seconds() < 60:
            raise Closes(4008)

    def _handle(self, op: int, asked: Any) -> None:
        if op == HEARTBEAT:
            self._has_beaten = True
            loop = asyncio.get_running_loop()
            loop.call_later(ACKNOWLEDGED_AFTER_SECONDS, self.send_op, ACKNOWLEDGED, None)
        elif op not in RECEIVED:
            raise Closes(4001)
        elif op in (IDENTIFY, RESUME):
            self._begin(op, asked)
        elif self.session is None:
            raise Closes(4003)
        else:
            self._gateway.requests.answer(op, self.session, asked)

    def _begin(self, op: int, asked: Json) -> None:
        if self.session is not None:
            raise Closes(4005)
        if not isinstance(asked, dict):
            raise Closes(4002)
        begin = self._gateway.identify if op == IDENTIFY else self._gateway.resume
        self.session = begin(self, asked)
        if self.session is None:
            self.send_op(INVALID_SESSION, False)
        elif self.session.compress and self._press is as_is:
            self._press = each_by_itself
