"""Whatever goes wrong with a request that bans many: soon after it is over, cases, restrictions and Discord agree.

Each cell is a server of its own, all at the same time.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import asyncpg
import pytest
from e2e_play import Bot, Play, until
from raid import BAN, Raid, a_raid
from test_every_fault import AGREED_SECONDS, FAULTS

from sandbox.server import Sandbox

PEOPLE = 3


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


async def break_it(play: Play, raid: Raid, fault: dict[str, Any], *, applied: bool) -> None:
    if "status" in fault or not applied:  # 200 and applied: nothing is wrong
        doing = {"applied": applied} if "status" in fault else {}
        await play.post(
            "/sandbox/faults", {"route": f"POST /guilds/{raid.guild.guild_id}/bulk-ban", **fault, **doing}
        )


async def disagreements(database: Any, raid: Raid) -> list[str]:
    """What of the cases, the restrictions, the post and Discord is not as it should be."""
    guild_id, few = int(raid.guild.guild_id), raid.raiders[:PEOPLE]
    cases = await database.fetch(
        "SELECT number, kind, state, trouble, target_id FROM cases WHERE guild_id = $1 ORDER BY number",
        guild_id,
    )
    found = [f"case {case['number']} is {case['state']}" for case in cases if case["state"] != "active"]
    if [case["kind"] for case in cases] != ["massban", *["ban"] * PEOPLE]:
        found.append(f"the cases are {[dict(case) for case in cases]}")
    elif cases[0]["trouble"] != f"{PEOPLE} of {PEOPLE} people were banned.":
        found.append(f"the batch says {cases[0]['trouble']}")
    rows = await database.fetch(
        "SELECT subject_id FROM restrictions WHERE guild_id = $1 AND kind = 'ban' AND wanted AND until IS NULL "
        "AND version = applied_version",
        guild_id,
    )
    if {row["subject_id"] for row in rows} != set(few):
        found.append(f"{len(rows)} restrictions stand")
    if await database.fetchval(
        "SELECT count(*) FROM acts WHERE guild_id = $1 AND settled_at IS NULL", guild_id
    ):
        found.append("not all acts are settled")
    if await raid.bans() != set(few) or raid.entries(BAN) != Counter(few):
        found.append(f"on Discord: {raid.entries(BAN)}")
    if len((await raid.post()).messages) != 1:
        found.append("not one post")
    return found


async def test_cases_restrictions_and_discord_agree_after_every_fault_of_a_request_for_many(
    sandbox: Sandbox, play: Play, bot: Bot, database: Any
) -> None:
    mark = len(bot.log)
    cells = {
        f"{name} {'applied' if applied else 'not applied'}": (FAULTS[name], applied)
        for name, applied in product(FAULTS, (True, False))
    }
    raids = {name: await a_raid(sandbox, play, f"many {name}", people=15) for name in cells}
    previews = {name: await raid.asks(*raid.raiders[:PEOPLE]) for name, raid in raids.items()}
    for name, (fault, applied) in cells.items():
        await break_it(play, raids[name], fault, applied=applied)
    await asyncio.gather(*(raid.confirms(previews[name]) for name, raid in raids.items()))

    async def met() -> bool:
        return all(fault["hits"] for fault in (await play.get("/sandbox/faults"))["faults"])

    await until(met)
    await play.delete("/sandbox/faults")
    left = {name: ["not looked at"] for name in cells}
    try:
        async with asyncio.timeout(AGREED_SECONDS):
            while left:
                left = {name: await disagreements(database, raids[name]) for name in left}
                left = {name: found for name, found in left.items() if found}
    except TimeoutError:
        pass
    assert not left
    assert "Traceback" not in bot.log[mark:]
