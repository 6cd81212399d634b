"""Which shards this process serves: REEVE_SHARDS, and how each of them is connected."""

import math
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from database.models import Shards

if TYPE_CHECKING:
    from bot.client import Reeve

WRITTEN = re.compile(r"(?P<ids>\d+(-\d+)?(,\d+(-\d+)?)*)/(?P<count>\d+)", re.ASCII)
MOST_SHARDS = 100_000
"""Far more than any bot has: a typing error must not become a million sessions."""

OLDEST_HEARTBEAT_SECONDS = 90.0  # Discord asks for one about every 41 s: two were missed


def read_shards(text: str) -> Shards:
    """`0-3/16`, `2/16` or `0,5,7/16`. Raises ValueError with a sentence's second half."""
    found = WRITTEN.fullmatch(re.sub(r"\s*([-,/])\s*", r"\1", text.strip()))
    if found is None or len(text) > 1000:
        raise ValueError("must look like 0-3/16 (shards 0 to 3 of 16), 2/16 or 0,5,7/16")
    count = int(found["count"])
    if not 1 <= count <= MOST_SHARDS:
        raise ValueError(f"must have from 1 to {MOST_SHARDS:,} shards after the /")
    ids: set[int] = set()
    for part in found["ids"].split(","):
        first, _, last = part.partition("-")
        low, high = int(first), int(last or first)
        if low > high:
            raise ValueError(f"has the range {part}, which runs backwards: write {high}-{low}")
        if high >= count:
            raise ValueError(f"has the shard {high}, but {count} shards are numbered 0 to {count - 1}")
        ids.update(range(low, high + 1))
    return Shards(tuple(sorted(ids)), count)


class Connection(NamedTuple):
    """One shard's own. `trouble` is None when all is well."""

    shard_id: int
    trouble: str | None
    latency_seconds: float | None = None
    heartbeat_age_seconds: float | None = None
    """Since Discord acknowledged a heartbeat."""


def connections(bot: "Reeve") -> list[Connection]:
    """Of each shard that this process should serve."""
    return [_connection(bot, shard_id) for shard_id in bot.own_shards.ids]


def _connection(bot: "Reeve", shard_id: int) -> Connection:
    shard = bot.shards.get(shard_id)
    if shard is None:
        return Connection(shard_id, "has not been connected yet")
    if shard.is_closed():
        return Connection(shard_id, "lost its connection, which is being made again")
    # discord.py keeps both to itself, hence getattr.
    beats = getattr(shard._parent.ws, "_keep_alive", None)
    acknowledged: float | None = getattr(beats, "_last_ack", None)
    age = None if acknowledged is None else time.perf_counter() - acknowledged
    latency = shard.latency if math.isfinite(shard.latency) else None
    late = age is None or age > OLDEST_HEARTBEAT_SECONDS
    trouble = "has had no acknowledged heartbeat lately" if late else None
    return Connection(shard_id, trouble, latency, age)
