"""One bot as two processes: each server has one of them, and together they keep Discord's limits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from e2e_play import Bot, Guild, Play, until

from database.embedded import EmbeddedServer
from sandbox.gateway.pacing import Pacing
from sandbox.server import Sandbox
from soak.servers import copied, scratch_folder


class Cluster:
    """A sandbox that keeps Discord's pace, a database, and one server on each of two shards."""

    def __init__(self, sandbox: Sandbox, play: Play, database: tuple[str, Any], folder: Path) -> None:
        """`database`: its address, and a connection that sees what the system sees."""
        self.sandbox, self.play, self.guilds = sandbox, play, list[Guild]()
        self._dsn, self.rows = database
        self._folder = folder

    def bot(self, name: str, shards: str) -> Bot:
        return Bot(self.sandbox.api_url, self._dsn, self._folder / name, REEVE_SHARDS=shards)

    async def start(self, bot: Bot) -> None:
        """Pass over the time for which it waits for its turn."""
        turns = await self.turns_taken()
        starting = asyncio.create_task(bot.start())
        await until(lambda: self._comes_after(turns))
        await self.play.post("/sandbox/clock", {"seconds": 6})
        await starting

    async def _comes_after(self, turns: int) -> bool:
        return await self.turns_taken() > turns

    async def turns_taken(self) -> int:
        return int(await self.rows.fetchval("SELECT coalesce(sum(starts), 0) FROM identify_slots"))

    def identifies(self) -> list[Any]:
        return [each for each in self.sandbox.recorder.since() if each.route == "IDENTIFY"]

    def sent_away(self) -> int:
        """How often somebody identified too early."""
        return sum(each.route == "INVALID_SESSION" for each in self.sandbox.recorder.since())


async def one_guild_on_each(play: Play) -> list[Guild]:
    found: dict[int, Guild] = {}
    while len(found) < 2:
        guild = await play.new_guild(f"number {len(found)}")
        found[(int(guild.guild_id) >> 22) % 2] = guild
    return [found[0], found[1]]


@pytest.fixture
async def cluster(initialised_dir: Path) -> AsyncIterator[Cluster]:
    with scratch_folder() as folder:
        copied(initialised_dir / "postgres", folder / "postgres")
        server = EmbeddedServer(folder)
        dsn = await server.start()
        sandbox = Sandbox(rate_limits=False, pacing=Pacing())
        await sandbox.start(port=0)
        rows = await asyncpg.connect(dsn)
        await rows.execute("SET reeve.system = 'on'")
        async with Play(sandbox.url) as play:
            cluster = Cluster(sandbox, play, (dsn, rows), folder)
            cluster.guilds = await one_guild_on_each(play)
            yield cluster
        await rows.close()
        await sandbox.close()
        await server.stop()


async def posts(guild: Guild) -> list[str]:
    found: list[str] = await until(guild.log_posts)
    return found


async def test_two_processes_are_one_bot(cluster: Cluster) -> None:
    first, second = cluster.bot("first", "0/2"), cluster.bot("second", "1/2")
    await cluster.start(first)
    await cluster.start(second)

    one, other = cluster.identifies()
    assert sorted([one.request["shard"], other.request["shard"]]) == [[0, 2], [1, 2]]
    assert (other.moment - one.moment).total_seconds() >= 5
    assert cluster.sent_away() == 0

    for guild in cluster.guilds:
        assert "Case 1" in (await guild.slash("max", "warn", member="ann", reason="spam")).text
        assert len(await posts(guild)) == 1
    assert "shards 0/2" in first.log
    assert "shards 1/2" in second.log
    assert "told Discord our" not in second.log, "one process tells the commands"

    await first.kill()
    warned = await cluster.guilds[1].slash("max", "warn", member="ann", reason="again")
    assert "Case 2" in warned.text
    assert (await cluster.guilds[0].slash("max", "warn", member="ann", reason="lost")).failed

    twin = cluster.bot("twin", "1/2")
    await cluster.start(twin)
    name = f"/{second.pid}-"
    [said] = [line for line in twin.log.splitlines() if "is served by" in line]
    assert "shard 1 of 2 is served by" in said
    assert name in said
    await cluster.play.post("/sandbox/clock", {"seconds": 20})  # its lease is renewed
    await until(lambda: named(second, f"/{twin.pid}-"))
    assert "Case 3" in (await cluster.guilds[1].slash("max", "warn", member="ann", reason="both answer")).text
    assert len(await until(lambda: at_least(cluster.guilds[1], 3))) == 3, (
        "two sessions make one case and one post"
    )

    assert await second.stop() == 0
    assert await twin.stop() == 0
    left = await cluster.rows.fetch("SELECT holder FROM shard_leases WHERE shard_id = 1")
    assert left == [], "who stops in order leaves no lease"
    for bot in (first, second, twin):
        assert "incident" not in bot.log, bot.log
        assert "Traceback" not in bot.log, bot.log


async def named(bot: Bot, words: str) -> bool:
    return words in bot.log


async def at_least(guild: Guild, count: int) -> list[str]:
    found = await guild.log_posts()
    return found if len(found) >= count else []
