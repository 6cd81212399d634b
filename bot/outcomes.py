"""What became of one call to Discord: done, refused, not sent, or not known.

discord.py tries a request that got 500, 502, 504 or 524 up to five times, whatever it does, and aiohttp sends PUT and
DELETE once more when the connection breaks. So an answer may be to a repetition: a kick whose first answer was lost is
told that nobody is there. Only a refusal of the first request that left is a refusal; they are counted where aiohttp
writes them, its own repetitions included.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType, SimpleNamespace
from typing import TypeAlias, TypeVar

import aiohttp
import discord

from bot.errors import Unanswered, explain

T = TypeVar("T")

ACT_SECONDS = 10.0
"""For one effect: discord.py's tries leave after 0, 1, 4 and 9 s, so a short outage passes unseen, and with one reading
after it a person has an answer within 15 s, while they still look at the command."""
READ_SECONDS = 5.0
AGAIN_SECONDS = 5.0
"""When to try again if Discord did not say."""
LONGEST_ERROR = 300
NOT_DONE = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
"""TimeoutError is an OSError."""
SESSION_CLOSED = "Session is closed"
"""aiohttp's words, in a bare RuntimeError, for a request after the client was closed."""
PASSING = (401, 429)
"""Not done, and not for good: the token was changed under us, or it was too much at once."""
FROM_ON_THE_WAY = (408, 499)
"""A proxy gave up waiting; Discord may not have."""


@dataclass(frozen=True, slots=True)
class Applied:
    """`note`: a sentence about what was left out, ready to be shown. `renew_at`: Discord holds it only for a while."""

    note: str | None = None
    renew_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Nobody to do it to: they are not in the server. It is due again when they come back."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Discord said no before anything was done. `reason`: one sentence for who can act on it.

    `said`: Discord's own words, where we have none for it.
    """

    reason: str
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Discord may have done it. It is read before anything is sent again."""

    error: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not done, and worth trying again. `retry_after`: seconds."""

    error: str
    retry_after: float


Outcome: TypeAlias = Applied | Absent | Refused | Unknown | Later


class DiscordAway(Unanswered):
    """Discord did not let itself be read: not in time, not now. Nothing is known that was not known before."""


class _Writes:
    """Requests, other than readings, that one attempt has put on the wire."""

    def __init__(self) -> None:
        self.count = 0


_writes: ContextVar[_Writes | None] = ContextVar("writes", default=None)


def count_writes(trace: aiohttp.TraceConfig) -> None:
    """Let `attempt` see what this trace's session sends. Without it every failure would look unsent."""
    trace.on_request_headers_sent.append(_on_headers_sent)


async def _on_headers_sent(
    _session: aiohttp.ClientSession, _context: SimpleNamespace, sent: aiohttp.TraceRequestHeadersSentParams
) -> None:
    """Just before the first byte leaves, at each repetition too: who was not here has sent nothing."""
    writes = _writes.get()
    if writes is not None and sent.method != "GET":
        writes.count += 1


async def attempt(
    call: Callable[[], Awaitable[object]],
    *,
    seconds: float | None = None,
    means: Mapping[int, Outcome] = MappingProxyType({}),
) -> Outcome:
    """Make the call and say what became of it. Only CancelledError from outside, and bugs, come out as errors.

    `seconds`: ACT_SECONDS if left out. `means`: codes of Discord that say what is true, however often the request was
    sent: "unknown ban" to an unban.
    """
    writes = _Writes()
    before = _writes.set(writes)
    try:
        async with asyncio.timeout(ACT_SECONDS if seconds is None else seconds):
            await call()
    except NOT_DONE as error:
        if isinstance(error, discord.HTTPException) and error.code in means:
            return means[error.code]
        return _classified(error, writes.count)
    except RuntimeError as error:
        if writes.count or str(error) != SESSION_CLOSED:
            raise
        return Later("Reeve is stopping", AGAIN_SECONDS)
    finally:
        _writes.reset(before)
    return Applied()


async def read(call: Callable[[], Awaitable[T]], *, seconds: float | None = None) -> T:
    """What Discord answers within `seconds`, READ_SECONDS if left out.

    Raises Forbidden, NotFound (Discord's own), DiscordAway.
    """
    try:
        async with asyncio.timeout(READ_SECONDS if seconds is None else seconds):
            return await call()
    except discord.Forbidden:
        raise
    except discord.NotFound as error:
        if error.code:
            raise
        raise DiscordAway(text_of(error)) from error
    except NOT_DONE as error:
        raise DiscordAway(text_of(error)) from error
    except RuntimeError as error:
        if str(error) != SESSION_CLOSED:
            raise
        raise DiscordAway("Reeve is stopping") from error


def text_of(error: BaseException) -> str:
    """For the log and the list of jobs."""
    if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
        return "no answer in time"
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_ERROR]


def _classified(error: Exception, sent: int) -> Outcome:
    text = text_of(error)
    if sent > 1:
        return Unknown(text)
    if isinstance(error, discord.RateLimited):
        return Later(text, error.retry_after)
    if sent == 0 or (isinstance(error, discord.HTTPException) and error.status in PASSING):
        return Later(text, AGAIN_SECONDS)
    if isinstance(error, discord.HTTPException) and _is_final(error):
        said = " ".join(error.text.split())[:200]
        known = explain(error)
        return Refused(known) if known else Refused(f"Discord refused that: {said}", said)
    return Unknown(text)


def _is_final(error: discord.HTTPException) -> bool:
    """Discord's own 404 has a code: another one comes from a proxy, which may have asked Discord before."""
    if error.status in FROM_ON_THE_WAY or (error.status == 404 and not error.code):
        return False
    return 400 <= error.status < 500
