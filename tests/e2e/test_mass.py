"""/massban over the wire: preview, confirmation, requests of two hundred, what Discord's failures leave, undo."""

import asyncio
from base64 import b64encode
from collections import Counter
from typing import Any

import pytest
from e2e_play import Answer, Bot, Guild, Play, until

from sandbox.server import Sandbox

BULK = "POST /guilds/*/bulk-ban"
BAN, UNBAN = 22, 23


class Raid:
    """A server with raiders in it, in which Reeve may ban many at once."""

    def __init__(self, sandbox: Sandbox, play: Play, guild: Guild) -> None:
        self._sandbox, self._play, self.guild = sandbox, play, guild
        named = {int(each) for each in play.people.values()}
        everybody = sandbox.core.world.guild(int(guild.guild_id)).members
        self.raiders = [each for each in everybody if each not in named and each not in self._bots]

    @property
    def _bots(self) -> set[int]:
        return {user.id for user in self._sandbox.core.world.users.values() if user.bot}

    async def asks(self, *user_ids: int, **options: Any) -> Answer:
        listed = ", ".join(map(str, user_ids or self.raiders))
        return await self.guild.slash("max", "massban", users=listed, reason="raid", **options)

    async def of_file(self, user_ids: list[int]) -> Answer:
        content = b64encode("\n".join(map(str, user_ids)).encode()).decode()
        file = {"filename": "ids.txt", "base64": content}
        return await self.guild.slash("max", "massban", file=file, reason="raid")

    async def confirms(self, preview: Answer) -> Answer:
        return await self.guild.click("max", preview, "Ban ")

    async def bans(self) -> set[int]:
        world = self._sandbox.core.world.guild(int(self.guild.guild_id))
        return set(world.bans)

    def entries(self, action: int) -> Counter[int]:
        """How often each person stands in the audit log."""
        log = self._sandbox.core.world.guild(int(self.guild.guild_id)).audit
        return Counter(each.target_id for each in log if each.action_type == action and each.target_id)

    async def view(self, number: int = 1) -> Answer:
        return await self.guild.slash("max", "case view", number=number)

    async def is_settled(self, number: int = 1) -> str:
        async def settled() -> str:
            text = (await self.view(number)).text
            return text if "people were banned" in text else ""

        answer: str = await until(settled)
        return answer


@pytest.fixture
async def raid(sandbox: Sandbox, play: Play, bot: Bot, request: pytest.FixtureRequest) -> Raid:
    return await a_raid(sandbox, play, request.node.name, people=15)


async def a_raid(sandbox: Sandbox, play: Play, name: str, *, people: int, permissions: bool = True) -> Raid:
    guild = await play.new_guild(name[:80], members=people)
    if permissions:
        role = await guild.post("olga", "role", action="create", name="Many", permissions=["MANAGE_GUILD"])
        reeve = next(app for app in play.world["applications"] if app["name"] == "Reeve")
        await guild.post("olga", "roles", user_id=reeve["bot_user_id"], add=[role["id"]])
    for limit in ("guard-targets", "guard-acts-per-hour"):
        await guild.slash("olga", f"config set {limit}", value=0)
    return Raid(sandbox, play, guild)


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
    finally:
        await own_bot.stop()


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
