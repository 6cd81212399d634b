"""A ledger as a file: one JSON object a line. What is in which line is said here; bot/verify_ledger.py reads it.

A header; the accounts by id; each operation by its number with its transfers after it; a footer with how many lines
there were and the SHA-256 over all of them. Keys and numbers are written in one way only, so that a file is either
byte for byte what was exported, or is seen not to be.
"""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

import orjson

FORMAT = 1


def line_of(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def header(guild_id: int, at: datetime) -> dict[str, Any]:
    return {"reeve_ledger": FORMAT, "guild": guild_id, "exported_at": at}


class Seal:
    """Counts and hashes what goes before it."""

    def __init__(self) -> None:
        self._hash = sha256()
        self.counts = {"accounts": 0, "operations": 0, "transfers": 0}

    def add(self, line: bytes, kind: str | None = None) -> None:
        self._hash.update(line)
        if kind is not None:
            self.counts[kind] += 1

    def footer(self) -> dict[str, Any]:
        return {"end": True, **self.counts, "sha256": self._hash.hexdigest()}


class Exported(NamedTuple):
    """A line, and which count it goes into."""

    kind: str
    content: dict[str, Any]


async def lines_of(
    guild_id: int, rows: AsyncIterator[Exported], seal: Seal, at: datetime
) -> AsyncIterator[bytes]:
    """The file, line by line; `seal` has the counts at the end."""
    first = line_of(header(guild_id, at))
    seal.add(first)
    yield first
    async with aclosing(rows) as stream:  # type: ignore[type-var]  # an action's iterator is a generator
        async for row in stream:
            line = line_of(row.content)
            seal.add(line, row.kind)
            yield line
    yield line_of(seal.footer())
