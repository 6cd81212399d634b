"""End the wait for Discord's global limit, which discord.py forgets to end when who waits for it is cancelled.

After a global 429 discord.py (2.7.1, `HTTPClient.request`) holds back all requests until the one that got it has slept
`retry_after`. If that one is cancelled meanwhile, by a time limit or because a command ended, nobody lets the others
go: the bot would never send anything again.
"""

import asyncio
from types import SimpleNamespace

import aiohttp
from discord.http import HTTPClient

MARGIN_SECONDS = 1.0
"""The header is in whole seconds, the body is not."""
USUAL_SECONDS = 5.0


def end_global_waits(trace: aiohttp.TraceConfig, client: object) -> None:
    """`client` has discord.py's HTTPClient as `http`."""

    async def on_request_end(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        headers = end.response.headers
        if end.response.status == 429 and "X-RateLimit-Global" in headers:
            seconds = float(headers.get("Retry-After", USUAL_SECONDS)) + MARGIN_SECONDS
            http: HTTPClient = client.http  # type: ignore[attr-defined]  # see above
            asyncio.get_running_loop().call_later(seconds, http._global_over.set)

    trace.on_request_end.append(on_request_end)
