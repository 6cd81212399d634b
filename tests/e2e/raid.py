"""A server with raiders in it, whom a moderator bans by one command."""

from base64 import b64encode
from collections import Counter
from typing import Any

from e2e_play import Answer, Guild, Play, readable, until

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

    async def post(self, number: int = 1) -> Answer:
        """The post of the job's case in the mod log."""
        posts = await self.guild.messages("max", "mod-log")
        return Answer({"messages": [each for each in posts if f"Case {number} ·" in readable(each)]})

    async def post_says(self, *words: str) -> Answer:
        async def says() -> Answer | None:
            post = await self.post()
            return post if all(word in post.text for word in words) else None

        answer: Answer = await until(says)
        return answer

    async def view(self, number: int = 1) -> Answer:
        return await self.guild.slash("max", "case view", number=number)

    async def is_settled(self, number: int = 1) -> str:
        async def settled() -> str:
            text = (await self.view(number)).text
            return text if "people were banned" in text else ""

        answer: str = await until(settled)
        return answer


async def lets_reeve_ban_many(guild: Guild, play: Play) -> str:
    """Discord asks for Manage Server, besides the permission to ban. The id of the role that gives it."""
    role = await guild.post("olga", "role", action="create", name="Many", permissions=["MANAGE_GUILD"])
    reeve = next(app for app in play.world["applications"] if app["name"] == "Reeve")
    await guild.post("olga", "roles", user_id=reeve["bot_user_id"], add=[role["id"]])
    return str(role["id"])


async def a_raid(sandbox: Sandbox, play: Play, name: str, *, people: int, permissions: bool = True) -> Raid:
    guild = await play.new_guild(name[:80], members=people)
    if permissions:
        await lets_reeve_ban_many(guild, play)
    for limit in ("guard-targets", "guard-acts-per-hour"):
        await guild.slash("olga", f"config set {limit}", value=0)
    return Raid(sandbox, play, guild)
