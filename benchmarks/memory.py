"""The memory of the bot's process: idle in many servers, and under load."""

from typing import Any

from benchmarks.bots import Played, reeve
from benchmarks.wire_load import MEMBERS, MODERATORS

TARGET_MIB = 120


async def results(*, guilds: int = 1000, rounds: int = 5, acts: int = 600) -> list[dict[str, Any]]:
    async with reeve("--guilds", str(guilds)) as bot:
        await bot.quiet()
        idle = bot.rss_mib
        after = [await _loaded(bot, acts) for _ in range(rounds)]
    return [
        {
            "name": f"memory: the bot with {guilds} servers",
            "idle_mib": round(idle, 1),
            "reference": "the target, MiB",
            "reference_mib": TARGET_MIB,
            "ratio": round(idle / TARGET_MIB, 3),
            "after_each_round_mib": [round(mib, 1) for mib in after],
            "acts_in_a_round": 3 * acts,
        }
    ]


async def _loaded(bot: Played, acts: int) -> float:
    kim = bot.id_of("kim")
    warn = {"member": kim, "reason": "spam"}
    await bot.storm(kind="slash", command="warn", options=warn, people=list(MODERATORS), count=acts)
    await bot.storm(kind="slash", command="points balance", options={}, people=list(MEMBERS), count=acts)
    await bot.storm(kind="messages", people=20, count=acts)
    await bot.quiet()
    return bot.rss_mib
