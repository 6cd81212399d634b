"""/massban over the wire: preview, confirmation, requests of two hundred, what Discord's failures leave, undo."""

import asyncio
from collections import Counter
from typing import Any

import asyncpg
import pytest
from e2e_play import Answer, Bot, Play, buttons, readable, until
from raid import BAN, BULK, UNBAN, Raid, a_raid

from sandbox.server import Sandbox


@pytest.fixture
async def raid(sandbox: Sandbox, play: Play, bot: Bot, request: pytest.FixtureRequest) -> Raid:
    return await a_raid(sandbox, play, request.node.name, people=15)


async def test_nothing_is_done_before_the_preview_is_confirmed(raid: Raid, play: Play) -> None:
    few = raid.raiders[:3]
    people = raid.guild._play.people
    preview = await raid.asks(*few, int(people["olga"]), int(people["max"]))
    assert "3 people" in preview.text
    assert "Left out" in preview.text
    assert preview.ephemeral
    assert not await raid.bans()

    done = await raid.confirms(preview)
    assert "Case 1: 3 people are being banned" in done.text
    await raid.is_settled()
    assert await raid.bans() == set(few)
    assert "[Reeve case 1] max: raid" in str(
        await play.get(f"/sandbox/guilds/{raid.guild.guild_id}/audit-log")
    )
    exchanges = str(await play.get("/sandbox/exchanges"))
    assert "bulk-ban" in exchanges


async def test_four_hundred_and_fifty_people_are_three_requests(
    sandbox: Sandbox, play: Play, bot: Bot, request: pytest.FixtureRequest
) -> None:
    raid = await a_raid(sandbox, play, request.node.name, people=470)
    preview = await raid.of_file(raid.raiders[:450])
    assert "450 people" in preview.text
    await raid.confirms(preview)
    assert "450 of 450 people were banned" in await raid.is_settled()
    assert await raid.bans() == set(raid.raiders[:450])
    assert set(raid.entries(BAN).values()) == {1}
    results = await raid.guild.click("max", await raid.view(), "Results")
    lines = (await results.file()).decode().splitlines()
    assert len(lines) == 450
    assert all(": banned (case " in line for line in lines)
    posts = [post for post in await raid.guild.log_posts() if "Case" in post]
    assert len(posts) == 1, "the children have no posts of their own"


async def test_two_confirmations_are_one_job(raid: Raid) -> None:
    preview = await raid.asks(*raid.raiders[:2])
    await asyncio.gather(raid.confirms(preview), raid.confirms(preview))
    await raid.is_settled()
    assert "no case 4" in (await raid.guild.slash("max", "case view", number=4)).text


async def test_who_may_not_ban_any_more_cannot_confirm(raid: Raid) -> None:
    preview = await raid.asks(*raid.raiders[:2])
    where = {"user_id": raid.guild.person("max")}
    await raid.guild.post("olga", "roles", **where, remove=[raid.guild.roles["moderator"]])
    refused = await raid.confirms(preview)
    assert "You need" in refused.text
    assert not await raid.bans()


async def test_what_was_not_read_is_named(raid: Raid) -> None:
    preview = await raid.guild.slash(
        "max", "massban", users=f"{raid.raiders[0]} **bold** @everyone", reason="x"
    )
    assert "Not read" in preview.text
    assert "**1 person** would be banned: 1 is here." in preview.text
    nobody = await raid.guild.slash("max", "massban", users="hello", reason="x")
    assert "Name whom to ban" in nobody.text


async def test_without_manage_server_they_are_banned_one_by_one(
    sandbox: Sandbox, play: Play, bot: Bot, request: pytest.FixtureRequest
) -> None:
    raid = await a_raid(sandbox, play, request.node.name, people=15, permissions=False)
    preview = await raid.asks(*raid.raiders[:3])
    assert "one by one" in preview.text
    await raid.confirms(preview)
    assert "3 of 3 people were banned" in await raid.is_settled()
    assert raid.entries(BAN) == Counter(raid.raiders[:3])


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "times": 1},
        {"status": 502, "applied": True, "times": 1},
        {"status": 502, "times": 1},
        {"status": "reset", "applied": True, "times": 1},
        {"status": "reset", "times": 1},
        {"status": 403, "times": 1},
    ],
    ids=["429", "502 applied", "502", "reset applied", "reset", "403"],
)
async def test_whatever_becomes_of_the_request_each_is_banned_once_or_not_at_all(
    raid: Raid, play: Play, fault: dict[str, Any]
) -> None:
    few = raid.raiders[:3]
    preview = await raid.asks(*few)
    await play.post("/sandbox/faults", {"route": BULK, **fault})
    try:
        await raid.confirms(preview)
        settled = await raid.is_settled()
    finally:
        await play.delete("/sandbox/faults")
    if fault["status"] == 403:
        assert "0 of 3 people were banned" in settled
        assert not await raid.bans()
        return
    assert "3 of 3 people were banned" in settled
    assert raid.entries(BAN) == Counter(few)
    assert "no case 5" in (await raid.guild.slash("max", "case view", number=5)).text


async def test_undoing_unbans_who_is_still_banned_because_of_it(raid: Raid) -> None:
    few = raid.raiders[:3]
    await raid.confirms(await raid.asks(*few))
    await raid.is_settled()
    await raid.guild.post("olga", "moderate", action="unban", target_id=str(few[0]))

    async def is_known() -> bool:
        return "Case 5" in (await raid.guild.slash("max", "case view", number=5)).text

    await until(is_known)
    view = await raid.view()
    assert "2 bans are lifted" in (await raid.guild.click("max", view, "Undo")).text
    assert "nothing to undo" in (await raid.guild.click("max", view, "Undo")).text

    async def is_undone() -> bool:
        return not await raid.bans()

    await until(is_undone)
    assert raid.entries(UNBAN) == Counter(few)
    assert "Undone by max" in (await raid.view()).text


async def test_a_killed_bot_goes_on_where_it_was(
    sandbox: Sandbox, play: Play, own_bot: Bot, request: pytest.FixtureRequest
) -> None:
    await own_bot.start()
    raid = await a_raid(sandbox, play, request.node.name, people=230)
    some = raid.raiders[:210]
    await play.post("/sandbox/faults", {"route": BULK, "after_seconds": 3, "times": 1})
    await raid.confirms(await raid.of_file(some))
    await own_bot.kill()
    await play.delete("/sandbox/faults")
    await own_bot.start()
    try:
        assert "210 of 210 people were banned" in await raid.is_settled()
        assert raid.entries(BAN) == Counter(some)
        view = await raid.view()
        undone = await asyncio.gather(
            raid.guild.click("max", view, "Undo"), raid.guild.click("max", view, "Undo")
        )
        assert sorted("210 bans are lifted" in each.text for each in undone) == [False, True]

        async def is_undone() -> bool:
            return not await raid.bans()

        await until(is_undone)
        assert raid.entries(UNBAN) == Counter(some)
    finally:
        await own_bot.stop()


async def test_the_post_goes_on_with_the_progress_after_a_kill_and_its_button_stops_the_job(
    sandbox: Sandbox, play: Play, own_bot: Bot, request: pytest.FixtureRequest
) -> None:
    """One by one, of which fifty are planned at a time."""
    await own_bot.start()
    raid = await a_raid(sandbox, play, request.node.name, people=80, permissions=False)
    some = raid.raiders[:60]

    async def lets_pass(bans: int) -> None:
        route = f"PUT /guilds/{raid.guild.guild_id}/bans/*"
        await play.post("/sandbox/faults", {"route": route, "after_seconds": 0.01, "times": bans})
        await play.post("/sandbox/faults", {"route": route, "after_seconds": 300, "times": 1_000})

    await lets_pass(20)
    await raid.confirms(await raid.of_file(some))
    [before] = (await raid.post_says("Progress: 20 / 60")).messages
    await own_bot.kill()
    await play.delete("/sandbox/faults")
    await lets_pass(10)
    await own_bot.start()
    try:
        await play.post("/sandbox/clock", {"seconds": 16})  # the leases of who was killed
        post = await raid.post_says("Progress: 3")
        assert [each["id"] for each in post.messages] == [before["id"]], "edited, not posted again"
        assert "Progress: 3" in (await raid.view()).text
        stopped = await raid.guild.click("max", post, "Stop", channel="mod-log")
        assert "stops: 10 people" in stopped.text
        await raid.post_says(f"⏹ <@{raid.guild.person('max')}>")
        await play.delete("/sandbox/faults")
        over = await raid.post_says("50 of 60 people were banned. It was stopped before 10 others.")
        assert "Progress" not in over.text
        assert [each["label"] for each in buttons(over.messages[0])] == ["Results", "Undo: unban them"]
        assert raid.entries(BAN) == Counter(some[:50])
    finally:
        await play.delete("/sandbox/faults")
        await own_bot.stop()


async def test_many_wait_for_a_second_moderator_and_are_banned_once(raid: Raid, dsn: str) -> None:
    guild, few = raid.guild, raid.raiders[:3]
    for limit, most in (("guard-targets", 2), ("guard-acts-per-hour", 1)):
        await guild.slash("olga", f"config set {limit}", value=most)

    seen: set[str] = set()

    async def asked() -> Answer:
        answer = await raid.confirms(await raid.asks(*few))
        assert "needs a second moderator: it is about 3 people" in answer.text

        async def waits() -> list[dict[str, Any]]:
            posts = await guild.messages("max", "reports")
            return [each for each in posts if "3 👥" in readable(each) and each["id"] not in seen]

        [post] = await until(waits)
        seen.add(post["id"])
        return Answer({"messages": [post]})

    async def press(who: str, post: Answer, label: str) -> str:
        return (await guild.click(who, post, label, channel="reports")).text

    post = await asked()
    async with guild.unedited("reports"):
        assert "Refused: nothing was done" in await press("max", post, "Refuse")
        assert "answered already" in await press("mia", post, "Approve")

    post = await asked()
    eye = await asyncpg.connect(dsn)
    await eye.execute("SET reeve.system = 'on'")
    late = "UPDATE drafts SET expires_at = created_at WHERE guild_id = $1 AND state = 'waiting'"
    async with guild.unedited("reports"):
        assert await eye.execute(late, int(guild.guild_id)) == "UPDATE 1"
        assert "too old" in await press("mia", post, "Approve")
    await eye.close()

    async def is_over() -> bool:
        posts = await guild.messages("max", "reports")
        return not any(buttons(each) for each in posts)

    await until(is_over)
    assert not await raid.bans()
    assert "There is no case 1" in (await raid.view()).text

    post = await asked()
    assert "another moderator has to approve it" in await press("max", post, "Approve")
    both = await asyncio.gather(press("mia", post, "Approve"), press("sam", post, "Approve"))
    assert any("Case 1: 3 people are being banned" in each for each in both)
    assert "3 of 3 people were banned" in await raid.is_settled()
    assert raid.entries(BAN) == Counter(few)
    assert "There is no case 5" in (await raid.view(5)).text
    view = (await raid.view()).text
    assert f"Moderator: <@{guild.person('max')}>" in view
    assert "as the second moderator" in view


async def test_a_stopped_job_leaves_the_others_alone(
    sandbox: Sandbox, play: Play, bot: Bot, request: pytest.FixtureRequest
) -> None:
    raid = await a_raid(sandbox, play, request.node.name, people=230)
    preview = await raid.of_file(raid.raiders[:210])
    # Far longer than Stop takes, and within what Reeve waits: what ends it is that the fault is deleted.
    await play.post("/sandbox/faults", {"route": BULK, "after_seconds": 25, "times": 1})

    async def is_sent() -> bool:
        [fault] = (await play.get("/sandbox/faults"))["faults"]
        return bool(fault["hits"])

    try:
        await raid.confirms(preview)
        await until(is_sent)
        stopped = await raid.guild.click("max", await raid.view(), "Stop")
        assert "stops: 10 people" in stopped.text
    finally:
        await play.delete("/sandbox/faults")
    settled = await raid.is_settled()
    assert "200 of 210 people were banned. It was stopped before 10 others." in settled
    assert len(await raid.bans()) == 200
