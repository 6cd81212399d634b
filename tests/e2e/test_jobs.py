"""What waits and what failed: the list, its buttons, and the alert to the staff, over the wire."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from e2e_play import Answer, Bot, Guild, Play, buttons, readable, until

from sandbox.server import Sandbox

BOT_WITHOUT = [
    "VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "READ_MESSAGE_HISTORY", "VIEW_AUDIT_LOG", "MANAGE_CHANNELS",
]  # fmt: skip
AGAIN = ["BAN_MEMBERS", *BOT_WITHOUT]


@pytest.fixture(scope="module")
async def world(own_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Play, Bot]]:
    """A sandbox of its own, whose time may be moved."""
    async with Sandbox(rate_limits=False) as sandbox:
        bot = Bot(sandbox.api_url, own_dsn, tmp_path_factory.mktemp("bot"), REEVE_HTTP_PORT="0")
        async with Play(sandbox.url) as play:
            await bot.start()
            yield play, bot
            await bot.stop()
            assert "incident" not in bot.log, bot.log


async def skip(play: Play, period: timedelta) -> None:
    await play.post("/sandbox/clock", {"seconds": period.total_seconds()})


async def figures(bot: Bot, name: str) -> float:
    """As Prometheus reads it; /readyz says how many are open, and stays ready."""
    address = re.findall(r"http://127[0-9.]+:[0-9]+", bot.log)[-1]
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{address}/readyz") as response:
            assert response.status == 200, await response.text()
            assert (await response.json())["acts"]["open"] >= 1
        async with http.get(f"{address}/metrics") as response:
            lines = (await response.text()).splitlines()
    return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


async def alerts(guild: Guild) -> list[dict[str, Any]]:
    posts = await guild.messages("max", "mod-log")
    return [post for post in posts if "due" in readable(post) or "done by now" in readable(post)]


async def test_what_is_due_waits_in_the_list_and_pages(guild: Guild) -> None:
    assert "Nothing has failed." in (await guild.slash("max", "jobs", failed=True)).text
    people = ("ann", "ben", "cem", "dia", "eli", "fay", "gus", "hal", "ivy", "jon")
    for days, who in enumerate(people, 1):
        await guild.slash("max", "ban", user=who, duration=f"{days}d")

    async def only_ends() -> Answer | None:
        answer = await guild.slash("max", "jobs")
        return answer if "10 jobs" in answer.text and answer.text.count("unban") == 8 else None

    first = await until(only_ends)
    shown = [line for line in first.text.splitlines() if "unban" in line]
    assert [guild.person(who) in line for who, line in zip(people, shown, strict=False)] == [True] * 8
    assert "case 1 · <t:" in shown[0]
    second = await guild.click("max", first, "Next")
    assert guild.person("jon") in second.text
    assert guild.person("ann") in (await guild.click("max", second, "Back")).text
    assert "1 job of case 3" in (await guild.slash("max", "jobs", case=3)).text
    assert not await guild.autocomplete("max", "jobs", "case", case="nothing like it")
    await guild.post("olga", "roles", user_id="max", remove=["moderator"])
    assert "You need the permission Timeout Members" in (await guild.click("max", first, "Next")).text


async def test_an_end_that_fails_is_told_once_tried_again_and_told_to_be_done(
    world: tuple[Play, Bot],
) -> None:
    play, bot = world
    guild = await play.new_guild("alert")
    await guild.slash("max", "ban", user="ann", duration="1d", reason="spam")
    await guild.post("olga", "role", action="edit", role_id="Reeve", permissions=BOT_WITHOUT)
    await skip(play, timedelta(days=1, minutes=1))

    async def told() -> list[dict[str, Any]]:
        return await alerts(guild)

    [alert] = await until(told)
    assert await figures(bot, 'reeve_acts_open{which="failed"}') >= 1
    assert await figures(bot, "reeve_acts_overdue_seconds") < 60, "it is due again later"
    assert "Case 1: I cannot do what was due" in readable(alert)
    assert "Lift the ban of <@" in readable(alert)
    assert "Give the role Reeve the permission Ban Members first." in readable(alert)
    [retry] = [button for button in buttons(alert) if button["label"] == "Retry now"]

    failed = await guild.slash("max", "jobs", failed=True)
    assert "1 job" in failed.text
    assert "tried once: Give the role Reeve the permission Ban Members first." in failed.text
    again = await guild.click("max", failed, "Retry")
    assert "I try it again now; /jobs shows it" in again.text

    async def twice() -> bool:
        return "tried 2 times" in (await guild.slash("max", "jobs", failed=True)).text

    await until(twice)
    assert len(await alerts(guild)) == 1

    await bot.kill()
    await guild.post("olga", "role", action="edit", role_id="Reeve", permissions=AGAIN)
    async with guild.unedited("mod-log"):
        await bot.start()
        pressed = await guild.click_id("max", alert["id"], retry["custom_id"], "mod-log")
    assert "again now" in pressed.text or "does not wait any more" in pressed.text

    async def done() -> bool:
        return "Case 1: done by now" in readable((await alerts(guild))[0])

    await until(done)
    [alert] = await alerts(guild)
    assert buttons(alert) == []
    assert await play.get(f"/sandbox/guilds/{guild.guild_id}/bans") == []
    assert "over" in (await guild.slash("max", "case view", number=1)).text
    assert "Nothing has failed." in (await guild.slash("max", "jobs", failed=True)).text
    late = await guild.click("max", failed, "Retry")
    assert "does not wait any more" in late.text


async def test_posts_that_wait_are_shown_and_tried_again(world: tuple[Play, Bot]) -> None:
    play, _ = world
    guild = await play.new_guild("no log")
    log = guild.channels["mod-log"]
    await guild.post("olga", "channel", action="delete", channel_id=log)
    await guild.slash("max", "warn", member="ann", reason="spam")

    async def failed() -> Answer | None:
        answer = await guild.slash("max", "jobs", failed=True)
        return answer if "There is no mod log" in answer.text else None

    answer = await until(failed)
    assert "bring the post of the case up to date · case 1" in answer.text
    assert "There is no mod log: set one with /config set log-channel." in answer.text
    assert "I try all posts" in (await guild.click("max", answer, "Retry the posts")).text
