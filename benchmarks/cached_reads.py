"""A server's settings from memory, as every command and message reads them, beside a plain dict."""

import time
from typing import Any

from benchmarks.results import PAIRS, Run, compare
from database.models.guild_config import GuildSettings
from database.service import DatabaseService

GUILDS = 1000
TARGET_MICROSECONDS = 2.0


async def results(*, reads: int = 20_000, pairs: int = PAIRS, **_: Any) -> list[dict[str, Any]]:
    database = DatabaseService("postgresql://nowhere")  # never opened: what is remembered needs no connection
    cache, plain = database.config_cache, {}
    with cache.looking(*range(GUILDS)) as look:
        for guild_id in range(GUILDS):
            plain[guild_id] = GuildSettings(guild_id)
            cache.put(plain[guild_id], look)

    async def ours() -> Run:
        get, begin = database.guild_configs.get, time.perf_counter()
        for number in range(reads):
            await get(guild_id=number % GUILDS)
        return _each(reads, time.perf_counter() - begin)

    async def reference() -> Run:
        begin = time.perf_counter()
        for number in range(reads):
            plain.get(number % GUILDS)
        return _each(reads, time.perf_counter() - begin)

    found = await compare(
        "database: configuration read, cached",
        ours=ours,
        reference=reference,
        called="a plain dict",
        concurrency=1,
        pairs=pairs,
    )
    each = 1_000_000 / found["ours_per_s"]
    return [{**found, "microseconds_each": round(each, 3), "target_microseconds": TARGET_MICROSECONDS}]


def _each(reads: int, seconds: float) -> Run:
    each_ms = seconds / reads * 1000
    return Run(reads / seconds, each_ms, each_ms)
