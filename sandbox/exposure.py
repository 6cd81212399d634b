"""Only this machine, and only pages of this sandbox: Host and Origin are checked (DNS rebinding, foreign pages)."""

from urllib.parse import urlsplit

from aiohttp import web

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def require_loopback(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    own = origin is None or urlsplit(origin).netloc == request.headers.get("Host")
    if _host(request.headers.get("Host", "")) not in LOOPBACK or not own:
        text = '{"error": "The sandbox answers to this machine only: use its own address, without a foreign Origin."}'
        raise web.HTTPForbidden(text=text, content_type="application/json")


def _host(netloc: str) -> str | None:
    try:
        return urlsplit(f"//{netloc}").hostname
    except ValueError:
        return None
