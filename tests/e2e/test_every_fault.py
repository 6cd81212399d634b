"""Whatever goes wrong on the way to Discord: soon after it is over, case, restriction and Discord agree, once each.

84 cells, each in a server of its own and at the same time: what is broken is one route of one server.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from itertools import product
from typing import Any

import asyncpg
import pytest
from e2e_play import Bot, Guild, Play, until

MESSAGES = ("post", "direct message")
ACTS = ("ban", "kick", "timeout", "unban", "roles", *MESSAGES)
FAULTS: dict[str, dict[str, Any]] = {
    "200": {"after_seconds": 12},
    "429": {"status": 429, "retry_after": 0.5, "times": 2},
    "502": {"status": 502, "times": 6},
    "503": {"status": 503, "times": 2},
    "reset": {"status": "reset", "times": 3},
    "timeout": {"status": "timeout", "times": 2},
}
"""As often as that discord.py's own tries, of 502 five and aiohttp's of a reset two, do not get through."""
CELLS = list(product(ACTS, FAULTS, (True, False)))
AGREED_SECONDS = 30
ENTRIES = {"ban": 22, "unban": 23, "kick": 20, "timeout": 24, "roles": 25}
"""Discord's numbers of what its audit log tells."""
RESTRICTIONS = {"ban": "ban", "unban": "ban", "timeout": "timeout", "roles": "roles"}


@dataclass
class Cell:
    """`number` of the case, which is opened while the fault is there."""

    play: Play
    database: Any
    guild: Guild
    who: str
    act: str
    fault: str
    applied: bool
    number: int = 1
    before: Collection[str] = ()

    @property
    def name(self) -> str:
        return f"{self.act} {self.fault} {'applied' if self.applied else 'not applied'}"

    async def prepared(self) -> None:
        self.before = await self.guild.told_before(self.who)
        if self.act == "roles":
            role = f"<@&{self.guild.roles['member']}>"
            assert not (await self.guild.slash("olga", "config set timeout-takes-roles", value=role)).failed
        if self.act in ("unban", *MESSAGES):  # for a message: so that the direct channel is known
            await self.guild.slash(
                "max", "ban" if self.act == "unban" else "warn", **self._target, reason="x"
            )
            await self.agrees(1, "ban" if self.act == "unban" else self.act)
            self.number = 2

    @property
    def _target(self) -> dict[str, str]:
        return {"user" if self.act in ("ban", "unban") else "member": self.who}

    async def route(self) -> str:
        guild = f"/guilds/{self.guild.guild_id}"
        if self.act == "post":
            return f"POST /channels/{self.guild.channels['mod-log']}/messages"
        if self.act == "direct message":
            return f"POST /channels/{(await self.told())[0]['channel_id']}/messages"
        method, where = {
            "ban": ("PUT", "bans"),
            "unban": ("DELETE", "bans"),
            "kick": ("DELETE", "members"),
        }.get(self.act, ("PATCH", "members"))
        return f"{method} {guild}/{where}/*"

    async def broken(self) -> None:
        route, fault = await self.route(), FAULTS[self.fault]
        if self.act == "roles":  # the timeout itself comes first, on the same route
            await self.play.post("/sandbox/faults", {"route": route, "after_seconds": 0.01})
        applied = {"applied": self.applied} if "status" in fault else {}
        if applied or not self.applied:  # 200 and applied: nothing is wrong
            await self.play.post("/sandbox/faults", {"route": route, **fault, **applied})
        if self.act == "kick" and applied.get("applied"):  # nor can it be read at once that it was done
            audit_log = f"GET /guilds/{self.guild.guild_id}/audit-logs"
            await self.play.post("/sandbox/faults", {"route": audit_log, "status": 503})

    async def acted(self) -> None:
        command = {"roles": "timeout", "post": "warn", "direct message": "warn"}.get(self.act, self.act)
        more = {"duration": "1h"} if command == "timeout" else {}
        await self.guild.slash("max", command, **self._target, reason="spam", **more)

    async def told(self) -> list[dict[str, Any]]:
        return await self.guild.direct_messages(self.who, besides=self.before)

    async def agrees(self, number: int, act: str) -> None:
        async def agreed() -> bool:
            return not await self.disagreements(number, act)

        await until(agreed)

    async def disagreements(self, number: int, act: str) -> list[str]:
        """What of the case, the restriction, the posts and Discord is not as it should be."""
        found = []
        case = await self.database.fetchrow(
            "SELECT state, trouble, direct_message FROM cases WHERE guild_id = $1 AND number = $2",
            int(self.guild.guild_id), number,
        )  # fmt: skip
        if case is None or case["state"] != "active":
            return [f"the case is {case and dict(case)}"]
        if case["direct_message"] == "pending":
            found.append("nobody knows whether they were told")
        if act in RESTRICTIONS:
            row = await self.database.fetchrow(
                "SELECT wanted, version, applied_version FROM restrictions "
                "WHERE guild_id = $1 AND subject_id = $2 AND kind = $3",
                int(self.guild.guild_id), int(self.who), RESTRICTIONS[act],
            )  # fmt: skip
            if row["wanted"] is (act == "unban") or row["version"] != row["applied_version"]:
                found.append(f"the restriction is {dict(row)}")
        if not await self.is_so(act):
            found.append("Discord does not have it")
        posts = [each for each in await self.guild.log_posts() if f"Case {number}" in each]
        if len(posts) != 1:
            found.append(f"{len(posts)} posts")
        if len(await self.told()) > number:
            found.append("told more than once")
        return found

    async def is_so(self, act: str) -> bool:
        """Done, and once, as the audit log tells."""
        if act in MESSAGES:
            return True
        guild = f"/sandbox/guilds/{self.guild.guild_id}"
        log = (await self.play.get(f"{guild}/audit-log"))["audit_log_entries"]
        its = [each for each in log if each["action_type"] == ENTRIES[act] and each["target_id"] == self.who]
        banned = {str(each["user"]["id"]) for each in await self.play.get(f"{guild}/bans")}
        async with self.play._http.get(f"{guild}/members/{self.who}") as response:
            member = await response.json() if response.status == 200 else None
        is_there = {
            "ban": lambda: self.who in banned,
            "unban": lambda: self.who not in banned,
            "kick": lambda: member is None,
            "timeout": lambda: member["communication_disabled_until"],
            "roles": lambda: member["communication_disabled_until"] and not member["roles"],
        }[act]()
        return bool(is_there) and len(its) == 1


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Any]:
    async def sees_all(connection: Any) -> None:
        await connection.execute("SET reeve.system = 'on'")

    async with asyncpg.create_pool(dsn, min_size=1, max_size=2, setup=sees_all) as pool:
        yield pool


async def test_case_restriction_and_discord_agree_after_every_fault(
    play: Play, bot: Bot, database: Any
) -> None:
    mark = len(bot.log)
    cells = []
    for at, (act, fault, applied) in enumerate(CELLS):
        facts = await play.post(
            "/sandbox/guilds", {"name": f"{act} {fault} {at}", "members": 12 + len(CELLS)}
        )
        people = [m for m in facts["members"] if len(m["user_id"]) == 18]
        cells.append(
            Cell(play, database, Guild(play, facts), people[-2 - at]["user_id"], act, fault, applied)
        )
    await play.post(
        "/sandbox/clock", {"seconds": 60 * 2 * len(CELLS)}
    )  # a new server's people join one a minute
    await asyncio.gather(*(cell.prepared() for cell in cells))
    await asyncio.gather(*(cell.broken() for cell in cells))
    await asyncio.gather(*(cell.acted() for cell in cells))

    async def met() -> bool:
        return all(fault["hits"] for fault in (await play.get("/sandbox/faults"))["faults"])

    await until(met)
    await play.delete("/sandbox/faults")
    left = dict.fromkeys(cell.name for cell in cells)
    try:
        async with asyncio.timeout(AGREED_SECONDS):
            while left:
                for cell in cells:
                    if cell.name in left:
                        left[cell.name] = await cell.disagreements(cell.number, cell.act)
                left = {name: found for name, found in left.items() if found}
    except TimeoutError:
        pass
    assert not left
    assert "Traceback" not in bot.log[mark:]
