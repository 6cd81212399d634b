"""/massban over the wire: preview, confirmation, requests of two hundred, what Discord's failures leave, undo."""

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

    async def confirms(self, preview: Answer) -> Answer:
        return await self.guild.click("max", preview, "Ban ")

    async def bans(self) -> set[int]:
        world = self._sandbox.core.world.guild(int(self.guild.guild_id))
        return set(world.bans)

    def entries(self, action: int) -> Counter[int]:
        """How often each person stands in the audit log."""
        log = self._sandbox.core.world.guild(int(self.guild.guild_id)).audit_log
        return Counter(int(each.target_id) for each in log if int(each.action) == action and each.target_id)

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
    await guild.slash("olga", "config set guard_targets", value=0)
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
    assert "[Reeve case 1] max: raid" in str(await play.get(f"/sandbox/guilds/{raid.guild.guild_id}/audit-log"))
    exchanges = str(await play.get("/sandbox/exchanges"))
    assert "bulk-ban" in exchanges
