"""Every command delivered up to five times, to three bots on one database: it is one case, one effect, one word."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.events import Event
from sandbox.people.places import Answer
from sandbox.rows import Guild
from sandbox.server import Sandbox
from soak.scenario import Ground, Outcome
from soak.stage import BANNED, KICKED, Stage, opened, until

MOST_DELIVERIES = 5
LATEST_SECONDS = 0.5
"""The last delivery comes so much later than the first."""
IN_A_GUILD = 100
AT_ONCE = 10
START_SECONDS = 6
"""A session of the same bot begins so much later than the one before; the clock is moved on by it."""
AGREED_SECONDS = 60
COMMANDS: dict[str, tuple[str, int | None]] = {
    "warn": ("member", None),
    "ban": ("user", BANNED),
    "kick": ("member", KICKED),
}
"""The name of its option, and what the audit log calls its effect."""
LEFT = """
    SELECT (SELECT count(*) FROM acts WHERE settled_at IS NULL AND due_at < $1) + (SELECT count(*) FROM outbox)
        + (SELECT count(*) FROM cases WHERE state = 'pending') AS left
"""
CASES = "SELECT target_id, kind, state, number FROM cases WHERE guild_id = $1"


@dataclass
class Deliveries:
    """Takes each interaction once more to some of the sessions, at once or a little later."""

    sandbox: Sandbox
    dice: random.Random
    count: int = 0
    later: set[asyncio.TimerHandle] = field(default_factory=set)

    def on_event(self, event: Event) -> None:
        if event.name == "INTERACTION_CREATE":
            sessions = list(self.sandbox.gateway.sessions.values())
            for _ in range(self.dice.randint(0, MOST_DELIVERIES - 1)):
                wait = self.dice.choice((0.0, self.dice.random() * LATEST_SECONDS))
                asyncio.get_running_loop().call_later(wait, self._again, self.dice.choice(sessions), event)

    def _again(self, session: Any, event: Event) -> None:
        self.count += 1
        session.offer(event)


@dataclass
class ManyDeliveries:
    name: ClassVar[str] = "many_deliveries"
    commands: int = 2_000
    bots: int = 3

    async def run(self, ground: Ground) -> Outcome:
        async with opened(ground) as stage:
            await self._start(stage)
            deliveries = Deliveries(stage.sandbox, ground.dice)
            stage.sandbox.core.events.listen(deliveries.on_event)
            outcome = Outcome({"commands": self.commands, "bots": self.bots})
            for first in range(0, self.commands, IN_A_GUILD):
                ground.standing = f"{first} of {self.commands} commands, {len(outcome.broken)} broken"
                await self._one_guild(stage, outcome, first, min(IN_A_GUILD, self.commands - first))
            outcome.reached["further deliveries"] = deliveries.count
            outcome.broken += stage.forge.troubles
            return outcome

    async def _start(self, stage: Stage) -> None:
        for _ in range(self.bots):
            starting = asyncio.ensure_future(stage.forge.start())
            while not starting.done():
                await stage.advance(START_SECONDS)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(starting), 1)

    async def _one_guild(self, stage: Stage, outcome: Outcome, first: int, count: int) -> None:
        guild = await stage.guild(f"deliveries {first}", members=count + 12)
        people = stage.people(guild)[-count:]
        told = {each: stage.told(each) for each in people}
        wishes = [(each, list(COMMANDS)[number % len(COMMANDS)]) for number, each in enumerate(people)]
        for at in range(0, count, AT_ONCE):
            asking = [
                stage.slash(guild, "max", command, **options_of(command, target_id))
                for target_id, command in wishes[at : at + AT_ONCE]
            ]
            for answer in await asyncio.gather(*asking):
                outcome.require(is_done(answer), f"an answer: {answer}")

        async def is_quiet() -> bool:
            [row] = await stage.rows(LEFT, stage.sandbox.clock.now())
            return not row["left"]

        outcome.require(await until(is_quiet, AGREED_SECONDS), f"not settled within {AGREED_SECONDS} s")
        await self._judge(stage, guild, outcome, wishes, told)

    async def _judge(
        self,
        stage: Stage,
        guild: Guild,
        outcome: Outcome,
        wishes: list[tuple[int, str]],
        told: dict[int, int],
    ) -> None:
        cases = await stage.rows(CASES, guild.id)
        per_wish = Counter((row["target_id"], row["kind"]) for row in cases)
        for wish in wishes:
            outcome.require(per_wish[wish] == 1, f"{per_wish[wish]} cases of {wish}")
        outcome.require(len(cases) == len(wishes), f"{len(cases)} cases of {len(wishes)} commands")
        for row in cases:
            target_id, kind = row["target_id"], row["kind"]
            outcome.require(row["state"] == "active", f"{kind} of {target_id} is {row['state']}")
            action = COMMANDS[kind][1]
            effects = 1 if action is None else len(stage.entries(guild, action, target_id))
            outcome.require(effects == 1, f"{effects} effects of one {kind}")
            posts = stage.posts(guild, row["number"])
            outcome.require(posts == 1, f"{posts} posts of case {row['number']}")
            words = stage.told(target_id) - told[target_id]
            outcome.require(words <= 1, f"{words} direct messages of one {kind}")


def options_of(command: str, target_id: int) -> dict[str, Any]:
    return {COMMANDS[command][0]: str(target_id), "reason": "spam"}


def is_done(answer: Answer) -> bool:
    """Answered once, with the case."""
    return answer.failed is None and sum("Case" in str(each["content"]) for each in answer.messages) == 1
