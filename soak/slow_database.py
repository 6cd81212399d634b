"""Many moderators act in the same second on a slow database: each is acknowledged in time, and told what is true.

Either there is a case and its effect, once, or nothing was changed: there are more of them than connections, and
whoever waits too long for one is sent away. Most are not.
"""

import asyncio
import math
import time
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from sandbox.people.places import Answer
from sandbox.rows import Guild
from soak.scenario import Ground, Outcome
from soak.stage import BANNED, Stage, opened, until

ACKNOWLEDGED_MS = 3_000
"""Discord's limit: https://discord.com/developers/docs/interactions/receiving-and-responding"""
TOKEN_SECONDS = 15 * 60
"""So long an answer may follow."""
NOTHING_CHANGED = "nothing was changed"
SETTLED_SECONDS = 60
CASES = "SELECT guild_id, target_id, state FROM cases WHERE guild_id = ANY ($1)"


@dataclass
class Wave:
    """What all of them do in one second."""

    command: str
    targets: list[tuple[Guild, int, int]]
    """The server, its moderator, and whom they act on."""

    @property
    def servers(self) -> list[Guild]:
        return list({guild.id: guild for guild, _, _ in self.targets}.values())

    @property
    def where(self) -> str:
        return f"/{self.command} in {len(self.servers)} server{'' if len(self.servers) == 1 else 's'}"


@dataclass
class SlowDatabase:
    """`slow_seconds`: of each round trip. The moderators are in one server each, and then all in one.

    `patience_seconds`: how long they may wait once they are acknowledged; None: as long as Reeve lets them by default,
    and then most must succeed. `connections`: of the bot's pool, likewise.
    """

    name: ClassVar[str] = "slow_database"
    moderators: int = 200
    slow_seconds: float = 0.5
    commands: tuple[str, ...] = ("ban", "warn")
    patience_seconds: float | None = None
    connections: int | None = None

    async def run(self, ground: Ground) -> Outcome:
        async with opened(ground) as stage:
            outcome = Outcome({"moderators": self.moderators, "slow ms": int(self.slow_seconds * 1000)})
            waves = [
                await self._wave(stage, command, each)
                for command in self.commands
                for each in (1, self.moderators)
            ]
            limits: dict[str, float | None] = {
                "PATIENCE_SECONDS": self.patience_seconds,
                "MOST": self.connections,
            }
            said: dict[str, Any] = {
                f"REEVE_DATABASE_POOL_{what}": str(limit) for what, limit in limits.items() if limit
            }
            await stage.forge.start(DATABASE_URL=stage.proxy.dsn, **said)
            for wave in waves:
                ground.standing = wave.where
                await self._act(stage, outcome, wave)
            outcome.broken += stage.forge.troubles
            return outcome

    async def _wave(self, stage: Stage, command: str, each: int) -> Wave:
        wave = Wave(command, [])
        for number in range(self.moderators // each):
            guild = await stage.guild(f"{command} {each} {number}", members=2 * each + 12)
            people = stage.people(guild)[-2 * each :]
            appoint(guild, people[:each])
            wave.targets += [(guild, *pair) for pair in zip(people[:each], people[each:], strict=True)]
        return wave

    async def _act(self, stage: Stage, outcome: Outcome, wave: Wave) -> None:
        option = "user" if wave.command == "ban" else "member"
        stage.proxy.delay_seconds = self.slow_seconds / 2
        started = time.perf_counter()
        asked = []
        for guild, moderator_id, target_id in wave.targets:
            options: dict[str, Any] = {option: str(target_id), "reason": "spam"}
            asked.append(stage.slash(guild, moderator_id, wave.command, wait=TOKEN_SECONDS, **options))
        answers = await asyncio.gather(*asked)
        stage.proxy.delay_seconds = 0
        slowest = max(math.inf if each.acknowledged_ms is None else each.acknowledged_ms for each in answers)
        outcome.reached[f"slowest ms, {wave.where}"] = round(min(slowest, 10**6))
        outcome.reached[f"seconds, {wave.where}"] = round(time.perf_counter() - started, 1)
        outcome.require(slowest <= ACKNOWLEDGED_MS, f"{wave.where}: acknowledged after {slowest} ms")
        refused = Counter(
            (guild.id, target_id)
            for (guild, _, target_id), answer in zip(wave.targets, answers, strict=True)
            if says(answer, NOTHING_CHANGED)
        )
        outcome.reached[f"told that nothing was changed, {wave.where}"] = refused.total()
        is_most = self.patience_seconds is not None or 2 * refused.total() < len(answers)
        outcome.require(is_most, f"{wave.where}: nothing was changed for {refused.total()} of {len(answers)}")
        failed = [each for each in answers if not says(each, "Case") and not says(each, NOTHING_CHANGED)]
        outcome.require(not failed, f"{wave.where}: {len(failed)} without an answer, such as {failed[:1]}")
        await self._judge(stage, outcome, wave, refused)

    async def _judge(
        self, stage: Stage, outcome: Outcome, wave: Wave, refused: Counter[tuple[int, int]]
    ) -> None:
        """What a moderator was told is true: a case with its effect, or nothing at all."""
        wanted = Counter((guild.id, target_id) for guild, _, target_id in wave.targets) - refused
        servers = [guild.id for guild in wave.servers]

        async def is_settled() -> bool:
            return {row["state"] for row in await stage.rows(CASES, servers)} <= {"active"}

        outcome.require(await until(is_settled, SETTLED_SECONDS), f"{wave.where}: not all cases are active")
        found = Counter((row["guild_id"], row["target_id"]) for row in await stage.rows(CASES, servers))
        told = f"and {wanted.total()} were told of one"
        outcome.require(found == wanted, f"{wave.where}: {found.total()} cases, {told}")
        if wave.command == "ban":
            bans: Counter[tuple[int, int]] = Counter()
            for guild, _, target_id in wave.targets:
                bans[guild.id, target_id] += len(stage.entries(guild, BANNED, target_id))
            outcome.require(+bans == wanted, f"{wave.where}: {bans.total()} bans, {told}")


def appoint(guild: Guild, people: list[int]) -> None:
    """Make them moderators, before a bot sees the server."""
    role = next(each for each in guild.roles.values() if each.name == "moderator")
    for user_id in people:
        guild.members[user_id] = replace(guild.members[user_id], role_ids=(role.id,))


def says(answer: Answer, words: str) -> bool:
    return answer.failed is None and any(words in str(each["content"]) for each in answer.messages)
