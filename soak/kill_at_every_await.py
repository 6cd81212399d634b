"""The bot killed at every await of a timed ban and of its end: each is done once, told once, not without a case."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sandbox.rows import Guild
from soak.mortal_bots import MortalBot
from soak.scenario import Ground, Outcome
from soak.stage import BANNED, UNBANNED, Stage, opened, until

AGREED_SECONDS = 30
AN_HOUR = 3_600
LEASES_END_SECONDS = 20
"""Of acts and outbox; the clock is moved on by it, so that nobody waits."""
TARGETS = 40
GOLDEN_SECTION = 0.618_033_988_75
OF_CASES = """
    SELECT number, state, direct_message FROM cases WHERE guild_id = $1 AND target_id = $2 AND number > $3
"""
LEFT = """
    SELECT (SELECT count(*) FROM acts WHERE guild_id = $1 AND settled_at IS NULL AND due_at < $2)
         + (SELECT count(*) FROM outbox WHERE guild_id = $1) AS left
"""
LAST = "SELECT coalesce(max(number), 0) AS number FROM cases WHERE guild_id = $1"


@dataclass
class Round:
    """One ban, from its command to its end. `number` None: the bot was killed before there was a case."""

    target_id: int
    last: int
    """The guild's last case before."""
    told: int
    bans: int
    unbans: int
    number: int | None = None


@dataclass
class Lane:
    """One server of Discord, and one bot after another."""

    stage: Stage
    guild: Guild
    outcome: Outcome
    targets: Sequence[int]
    spans: dict[str, int] = field(default_factory=dict)
    """Steps that a ban takes ("asked") and its end ("moved")."""
    rounds: int = 0

    async def measured(self) -> None:
        one = await self._begun()
        bot = await self.stage.forge.start(moment="asked")
        self.stage.slash(self.guild, "max", "ban", user=one.target_id, reason="spam", duration="1h")
        await self._agrees(one, "active", "without a kill")
        self.spans["asked"] = await bot.steps()
        await bot.kill()
        await self.stage.advance(LEASES_END_SECONDS)
        bot = await self.stage.forge.start(moment="moved")
        await self.stage.advance(AN_HOUR)
        await self._agrees(one, "ended", "without a kill")
        self.spans["moved"] = await bot.steps()
        await bot.kill()

    async def killed(self, at: float, described: str) -> None:
        """A bot killed so far into a ban (0 to 1), and the next one so far into its end."""
        one = await self._begun()
        bot = await self.stage.forge.start(step=self._step("asked", at), moment="asked")
        self.stage.slash(self.guild, "max", "ban", wait=5, user=one.target_id, reason="spam", duration="1h")
        await self._dies(bot, one, "active")
        bot = await self.stage.forge.start(step=self._step("moved", at), moment="moved")
        is_ban = await self._agrees(one, "active", f"killed {described} of a ban")
        self.outcome.require(
            len(self._entries(one, UNBANNED)) == one.unbans, f"{described}: unbanned before its time"
        )
        await self.stage.advance(AN_HOUR)
        if not is_ban:
            await bot.kill()
            return
        await self._dies(bot, one, "ended")
        bot = await self.stage.forge.start()
        await self._agrees(one, "ended", f"killed {described} of an unban")
        await bot.kill()
        await self.stage.advance(LEASES_END_SECONDS)

    def _step(self, moment: str, at: float) -> int:
        return 1 + int(at * self.spans[moment])

    async def _begun(self) -> Round:
        target_id = self.targets[self.rounds % TARGETS]
        if target_id not in self.guild.members:
            self.stage.sandbox.people.join(str(target_id), guild_id=str(self.guild.id))
        self.rounds += 1
        [last] = await self.stage.rows(LAST, self.guild.id)
        one = Round(target_id, last["number"], self.stage.told(target_id), 0, 0)
        one.bans, one.unbans = len(self._entries(one, BANNED)), len(self._entries(one, UNBANNED))
        return one

    def _entries(self, one: Round, action: int) -> list[int]:
        return self.stage.entries(self.guild, action, one.target_id)

    async def _dies(self, bot: MortalBot, one: Round, state: str) -> None:
        """At its step, or idle afterwards where it took fewer than were measured."""
        dying = asyncio.ensure_future(bot.dead())

        async def is_over() -> bool:
            return dying.done() or await self._is_settled(one, state)

        await until(is_over, AGREED_SECONDS)
        dying.cancel()
        self.outcome.reached["killed at work" if not bot.is_alive else "killed idle"] += 1
        await bot.kill()
        await self.stage.advance(LEASES_END_SECONDS)

    async def _is_settled(self, one: Round, state: str) -> bool:
        found = await self.stage.rows(OF_CASES, self.guild.id, one.target_id, one.last)
        [left] = await self.stage.rows(LEFT, self.guild.id, self.stage.sandbox.clock.now())
        return bool(found) and found[0]["state"] == state and not left["left"]

    async def _agrees(self, one: Round, state: str, described: str) -> bool:
        """Whether there is a case; what database and Discord then have is as it should be, or told as broken."""
        require = self.outcome.require

        async def is_quiet() -> bool:
            found = await self.stage.rows(OF_CASES, self.guild.id, one.target_id, one.last)
            [left] = await self.stage.rows(LEFT, self.guild.id, self.stage.sandbox.clock.now())
            return not left["left"] and all(each["state"] == state for each in found)

        is_new = described == "without a kill"
        is_quiet_in_time = await until(
            (lambda: self._is_settled(one, state)) if is_new else is_quiet, AGREED_SECONDS
        )
        found = await self.stage.rows(OF_CASES, self.guild.id, one.target_id, one.last)
        where = f"{described} ({self.guild.id}, {one})"
        require(
            is_quiet_in_time, f"not settled within {AGREED_SECONDS} s: {where}: {[dict(x) for x in found]}"
        )
        require(len(found) <= 1, f"{len(found)} cases of one command: {where}")
        bans = len(self._entries(one, BANNED)) - one.bans
        unbans = len(self._entries(one, UNBANNED)) - one.unbans
        told = self.stage.told(one.target_id) - one.told
        require(bans == len(found), f"{bans} bans, {len(found)} cases: {where}")
        require(unbans == (len(found) if state == "ended" else 0), f"{unbans} unbans while {state}: {where}")
        require(told <= len(found), f"told {told} times: {where}")
        for case in found:
            one.number = case["number"]
            posts = self.stage.posts(self.guild, case["number"])
            require(posts == 1, f"{posts} posts: {where}")
            is_told = case["direct_message"] == ("sent" if told else "failed")
            require(is_told, f"told {told} times, and the case says {case['direct_message']}: {where}")
        return bool(found)


def kills_of(outcome: Outcome) -> int:
    return int(outcome.reached["killed at work"] + outcome.reached["killed idle"])


def spread(start: float) -> Iterator[float]:
    """From 0 to 1, each far from those before: however many are taken, they leave no wide gap."""
    while True:
        yield start
        start = (start + GOLDEN_SECTION) % 1


@dataclass
class KillAtEveryAwait:
    name: ClassVar[str] = "kill_at_every_await"
    kills: int = 1_000
    lanes: int = 2

    async def run(self, ground: Ground) -> Outcome:
        outcome = Outcome(
            {"killed at work": 0, "killed idle": 0, "awaits of a ban": 0, "awaits of its end": 0}
        )
        places = spread(ground.dice.random())
        async with asyncio.TaskGroup() as running:
            for number in range(self.lanes):
                running.create_task(self._lane(ground, outcome, number, places))
        at_work = outcome.reached["killed at work"]
        outcome.require(2 * at_work > self.kills, "most kills met nobody at work")
        return outcome

    async def _lane(self, ground: Ground, outcome: Outcome, number: int, places: Iterator[float]) -> None:
        async with opened(ground) as stage:
            guild = await stage.guild(f"lane {number}", members=TARGETS + 12)
            lane = Lane(stage, guild, outcome, stage.people(guild)[-TARGETS:])
            await lane.measured()
            outcome.reached["awaits of a ban"] = lane.spans["asked"]
            outcome.reached["awaits of its end"] = lane.spans["moved"]
            while (done := kills_of(outcome)) < self.kills:
                ground.standing = f"{done} of {self.kills} kills, {len(outcome.broken)} broken"
                at = next(places)
                await lane.killed(at, f"{at:.1%} into the steps")
            outcome.broken += stage.forge.troubles
