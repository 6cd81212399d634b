"""Months pass in a second, for the people and for Reeve alike."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from e2e_play import Bot, Guild, Play, until

from sandbox.server import Sandbox

QUARTER = timedelta(days=90)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """One of its own: nobody else's time is moved."""
    sandbox = Sandbox(rate_limits=False)
    await sandbox.start()
    yield sandbox
    await sandbox.close()


@pytest.fixture
async def play(sandbox: Sandbox, own_dsn: str, tmp_path: Path) -> AsyncIterator[Play]:
    bot = Bot(sandbox.api_url, own_dsn, tmp_path)
    async with Play(sandbox.url) as play:
        await bot.start()
        yield play
    assert await bot.stop() == 0, bot.log


async def skip(play: Play, period: timedelta) -> None:
    await play.post("/sandbox/clock", {"seconds": period.total_seconds()})


async def test_a_case_of_last_quarter_is_of_last_quarter(play: Play) -> None:
    guild = await play.new_guild("time")
    await guild.slash("max", "warn", member="ann", reason="before")
    await skip(play, QUARTER)
    await guild.slash("max", "warn", member="ann", reason="after")
    recent = await guild.slash("max", "case list", since="2d")
    assert "after" in recent.text
    assert "before" not in recent.text
    assert "before" in (await guild.slash("max", "case list")).text
    posted = (await until(lambda: two_posts(guild)))[-1]
    shown = datetime.fromisoformat(posted["embeds"][0]["timestamp"])
    assert abs(shown - datetime.now(UTC) - QUARTER) < timedelta(minutes=1)


async def two_posts(guild: Guild) -> list[dict]:
    posts = await guild.messages("max", "mod-log")
    return posts if len(posts) == 2 else []


async def test_a_delivery_that_is_to_be_tried_later_is_tried_when_that_time_comes(
    sandbox: Sandbox, play: Play
) -> None:
    """Each failure doubles the wait. After six it is longer than this test is patient, and nothing but time ends it."""
    guild = await play.new_guild("later")
    await play.post(
        "/sandbox/faults", {"route": "POST /channels/*/messages", "status": "reset", "times": 1000}
    )
    await guild.slash("max", "warn", member="ann", reason="unread")
    for number in range(1, 7):
        await until(lambda number=number: tries(sandbox, at_least=2 * number))
        await skip(play, timedelta(hours=1))
    await until(lambda: tries(sandbox, at_least=14))
    await play.delete("/sandbox/faults")
    assert not await guild.direct_messages("ann")
    await skip(play, timedelta(hours=1))
    assert "unread" in str(await until(lambda: guild.direct_messages("ann")))
    [post] = await until(lambda: guild.messages("max", "mod-log"))
    assert "unread" in str(post)


async def tries(sandbox: Sandbox, *, at_least: int) -> bool:
    """Of the post and of the word to ann."""
    return len(sandbox.recorder.rest_calls("POST", "/channels/{channel_id}/messages")) >= at_least


async def test_evidence_is_let_go_when_its_server_keeps_it_no_longer(play: Play) -> None:
    guild = await play.new_guild("let go")
    proof = {"filename": "p.txt", "base64": "cHJvb2Y="}
    await guild.slash("max", "warn", member="ann", reason="spam", proof=proof)
    await guild.slash("olga", "config set evidence-days", value=30)
    await skip(play, QUARTER)

    async def gone() -> bool:
        return "no longer kept" in (await guild.slash("max", "case view", number=1)).text

    assert await until(gone)
    shown = await guild.click("max", await guild.slash("max", "case view", number=1), "Evidence")
    assert "The content was let go" in shown.text
    assert shown.messages[-1]["attachments"] == []
