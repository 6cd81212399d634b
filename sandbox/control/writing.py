"""How the control interface writes its answers: a large one in parts, with everybody else's turn in between."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from sandbox.outgoing import json_text

A_WRITE = 64 * 1024  # characters


def told(status: int, body: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response(body, status=status, headers=headers, dumps=json_text)


async def written_in_pieces(request: web.Request, pieces: Iterator[str]) -> web.StreamResponse:
    """A world of 100,000 people is 27 MB."""
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    await response.prepare(request)
    waiting, size = [], 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= A_WRITE:
            await response.write("".join(waiting).encode())
            await asyncio.sleep(0)
            waiting, size = [], 0
    await response.write("".join(waiting).encode())
    await response.write_eof()
    return response
