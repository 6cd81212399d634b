"""An answer on its way: its head and body in one write, and nothing looked up that is known."""

import time
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import HttpVersion11, web

WITHOUT_BODY = (204, 304)


class Sent(web.StreamResponse):
    """aiohttp's own response builds and copies its headers anew for each answer: that is an eighth of all its time."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        super().__init__(status=status)
        self._told = headers
        self._content = content
        self._stays_open = True

    @property
    def keep_alive(self) -> bool:
        return self._stays_open

    async def go(self, request: web.Request) -> None:
        self._stays_open = request.keep_alive
        transport = request.transport
        if transport is None or transport.is_closing():
            return
        transport.write(self._head(request) + (b"" if request.method == "HEAD" else self._content))
        await request.writer.drain()

    def _head(self, request: web.Request) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {value}" for name, value in self._told.items()]
        if self.status not in WITHOUT_BODY:
            lines.append(f"Content-Length: {len(self._content)}")
        if not self._stays_open:
            lines.append("Connection: close")
        elif request.version < HttpVersion11:
            lines.append("Connection: keep-alive")
        return "\r\n".join((*lines, f"Date: {_date(int(time.time()))}", "", "")).encode()

    async def prepare(self, request: web.BaseRequest) -> None:
        """It is gone already."""

    async def write_eof(self, data: bytes = b"") -> None:
        """It is gone already."""


@lru_cache(1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


@lru_cache
def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
