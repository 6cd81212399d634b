"""The weekly digest comes once, on Monday at nine, whatever happens to Reeve meanwhile."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import asyncpg
import pytest
from e2e_play import Bot, Guild, Play, readable, until

from cogs.moderation._digest import newest_due
from sandbox.server import Sandbox
from soak.scenario import Ground
from soak.servers import NEVER_CRASHES

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def dsn(initialised_dir: Path) -> AsyncIterator[str]:
    """A database that no other bot delivers from."""
    async with Ground(initialised_dir, "") as ground:
        yield (await ground.server(**NEVER_CRASHES)).dsn


class Stage:
    """A server with a digest, and one whose time is moved by nobody else."""

    def __init__(self, sandbox: Sandbox, play: Play, guild: Guild) -> None:
        self.sandbox, self.play, self.guild = sandbox, play, guild

    async def move_to_monday(self, *, hour: int) -> None:
        """The next time that it is that hour of a Monday in Berlin; more than 24 are hours of the days after it."""
        now = self.sandbox.clock.now().astimezone(BERLIN)
        monday = now.date() + timedelta(days=-now.weekday() % 7)
        moment = datetime.combine(monday, datetime.min.time(), BERLIN) + timedelta(hours=hour, seconds=5)
        moment += timedelta(days=7) if moment <= now else timedelta(0)
        await self.skip(moment - now)

    async def skip(self, period: timedelta) -> None:
        await self.play.post("/sandbox/clock", {"seconds": period.total_seconds()})

    async def posts(self) -> list[dict[str, Any]]:
        return await self.guild.messages("max", "staff")

    async def newest_of(self, number: int) -> dict[str, Any]:
        async def there() -> list[dict[str, Any]]:
            posts = await self.posts()
            return posts if len(posts) >= number else []

        posts = sorted(await until(there), key=lambda post: int(post["id"]))
        assert len(posts) == number
        return posts[-1]

    async def looked(self, bot: Bot) -> None:
        """Until a look at what is due has come to its end: another, a minute after it, has begun."""
        before = await looks_of(bot)
        for number in (1, 2):
            await self.skip(timedelta(minutes=2))
            await until(lambda number=number: has_looked(bot, before + number))


async def has_looked(bot: Bot, times: int) -> bool:
    return await looks_of(bot) >= times


async def looks_of(bot: Bot) -> int:
    """As the bot's own metrics count them."""
    url = bot.log.rpartition("Health and metrics: ")[2].split()[0].replace("/readyz", "/metrics")
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        counted = re.search(
            r'^reeve_action_seconds_count\{action="digests.servers"\} (\d+)',
            await response.text(),
            re.MULTILINE,
        )
    return int(counted[1]) if counted else 0


async def weeks(dsn: str) -> dict[int, str]:
    """What became of each, looked at by hand, outside of all our code. A week that waits in the outbox is not over."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    rows = await connection.fetch("SELECT week, state FROM digests")
    waiting = await connection.fetch("SELECT subject_id FROM outbox WHERE kind = 'digest'")
    await connection.close()
    return {row["week"]: row["state"] for row in rows} | {row["subject_id"]: "waiting" for row in waiting}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    async with Play(sandbox.url) as play:
        yield Stage(sandbox, play, await play.new_guild("weeks"))
    await sandbox.close()


async def test_a_digest_comes_on_monday_late_after_an_outage_and_not_after_a_long_one(
    stage: Stage, dsn: str, tmp_path: Path
) -> None:
    bot = Bot(stage.sandbox.api_url, dsn, tmp_path, REEVE_HTTP_PORT="0")
    await bot.start()
    guild = stage.guild
    await stage.move_to_monday(hour=12)
    await guild.slash("olga", "config set time-zone", value="Europe/Berlin")
    await guild.slash("olga", "config set language", value="de")
    for member in ("ann", "ann", "ben"):
        await guild.slash("max", "warn", member=member, reason="spam")
    await guild.slash("mia", "warn", member="cem", reason="spam")
    await stage.skip(timedelta(days=3))
    await guild.slash("olga", "config set digest-channel", value="#staff")
    await stage.move_to_monday(hour=8)
    await stage.looked(bot)
    assert await weeks(dsn) == {}, "it is not nine yet"

    await stage.move_to_monday(hour=9)
    post = await stage.newest_of(1)

    text = readable(post)
    assert "Die Woche auf weeks" in text
    assert "Maßnahmen: **4** (+4 gegenüber der Vorwoche)" in text
    assert "Verwarnung 4" in text
    assert "1 von 3 Personen (33 %) mehr als einmal" in text
    assert [each["filename"] for each in post["attachments"]] == ["acts.png", "moderators.png"]

    await bot.kill()
    await stage.skip(timedelta(days=6))
    await stage.move_to_monday(hour=20)
    await bot.start()
    late = await stage.newest_of(2)
    assert "Eine ruhige Woche" in readable(late)

    await bot.kill()
    await stage.skip(timedelta(days=6))
    await stage.move_to_monday(hour=24 * 3)
    await bot.start()
    await stage.looked(bot)
    await until(lambda: is_settled(dsn))  # a kill came between a post and the word that it is there
    assert len(await weeks(dsn)) == 2
    await stage.newest_of(2)
    assert await bot.stop() == 0
    assert "incident" not in bot.log


async def test_a_digest_comes_once_from_two_processes_whose_answers_are_lost(
    stage: Stage, dsn: str, tmp_path: Path
) -> None:
    bots = [Bot(stage.sandbox.api_url, dsn, tmp_path / str(number)) for number in range(2)]
    for bot in bots:
        await bot.start()
    await stage.guild.slash("olga", "config set digest-channel", value="#staff")
    await stage.play.post(
        "/sandbox/faults",
        {"route": "POST /channels/*/messages", "status": "reset", "applied": True, "times": 40},
    )

    await stage.move_to_monday(hour=12)
    await stage.newest_of(1)
    for bot in bots:
        await bot.kill()
    await stage.play.delete("/sandbox/faults")
    await stage.skip(timedelta(hours=2))
    await bots[0].start()

    await until(lambda: is_settled(dsn))
    await stage.newest_of(1)
    assert await bots[0].stop() == 0
    assert "incident" not in bots[0].log


async def is_settled(dsn: str) -> bool:
    """Whoever came back has found the post, and nothing more is to be done."""
    return set((await weeks(dsn)).values()) == {"posted"}


@pytest.mark.parametrize(
    ("now", "zone", "week", "due"),
    [
        (datetime(2026, 11, 23, 8, 59, tzinfo=UTC), "UTC", 202646, datetime(2026, 11, 16, 9, tzinfo=UTC)),
        (datetime(2026, 11, 23, 9, tzinfo=UTC), "UTC", 202647, datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (datetime(2026, 11, 29, 23, tzinfo=UTC), "UTC", 202647, datetime(2026, 11, 23, 9, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "Europe/Berlin", 202647, datetime(2026, 11, 23, 8, tzinfo=UTC)),
        (datetime(2026, 3, 30, 7, tzinfo=UTC), "Europe/Berlin", 202613, datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (datetime(2027, 1, 4, 10, tzinfo=UTC), "UTC", 202653, datetime(2027, 1, 4, 9, tzinfo=UTC)),
        (datetime(2026, 11, 22, 21, tzinfo=UTC), "Pacific/Auckland", 202647, datetime(2026, 11, 22, 20, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_it_is_due_on_monday_at_nine_of_the_servers_own_time(
    now: datetime, zone: str, week: int, due: datetime
) -> None:
    assert newest_due(now, ZoneInfo(zone)) == (week, due)
