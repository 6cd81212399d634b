"""Only this machine, and only pages of this sandbox: Host and Origin are checked (DNS rebinding, foreign pages)."""

from collections.abc import Awaitable, Callable
from typing import NoReturn
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@web.middleware
async def only_loopback(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A bot sends no Origin; a foreign page always does, and could open a WebSocket otherwise."""
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    if _host(host) not in LOOPBACK or (origin is not None and origin.partition("://")[2] != host):
        _refuse()
    return await handler(request)


def _refuse() -> NoReturn:
    text = '{"error": "The sandbox answers to this machine only: use its own address, without a foreign Origin."}'
    raise web.HTTPForbidden(text=text, content_type="application/json")


def _host(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None
