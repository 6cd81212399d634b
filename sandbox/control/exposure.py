"""Only this machine, and only pages of this sandbox: Host and Origin are checked (DNS rebinding, foreign pages)."""

from typing import NoReturn
from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def require_loopback(request: web.Request) -> None:
    if _host(request.headers.get("Host", "")) not in LOOPBACK:
        _refuse()
    require_own_origin(request)


def require_own_origin(request: web.Request) -> None:
    """A bot sends no Origin; a foreign page always does, and could open a WebSocket otherwise."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        _refuse()


def _refuse() -> NoReturn:
    text = '{"error": "The sandbox answers to this machine only: use its own address, without a foreign Origin."}'
    raise web.HTTPForbidden(text=text, content_type="application/json")


def _host(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None
