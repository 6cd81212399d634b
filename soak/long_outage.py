"""Discord away for six hours while bans end: afterwards each ends once, none early, and none that was replaced."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from database.clock import clock
from database.models import CaseKind, plan_ban
from database.service import DatabaseService
from sandbox.clock import moment_of
from sandbox.rows import Ban, Guild
from soak.scenario import Ground, Outcome
from soak.stage import UNBANNED, Stage, opened, until

ROUTES = (
    "GET /guilds/*/audit-logs",
    "DELETE /guilds/*/bans/*",
    "GET /guilds/*/bans/*",
    "GET /guilds/*/members/*",
)
OUTAGE = timedelta(hours=6)
BEFORE, AFTER = timedelta(minutes=30), timedelta(minutes=30)
"""Around the outage: bans end then, too."""
STEPS = 36
"""In which the outage's time passes; a bot may be killed and started again at each."""
RESTARTS = 3
AT_ONCE = 20
STATES = "SELECT target_id, state FROM cases WHERE guild_id = $1 ORDER BY number"
OPEN = "SELECT count(*) AS left FROM acts WHERE guild_id = $1 AND settled_at IS NULL AND due_at <= $2"
EARLY = """
    SELECT count(*) AS early FROM acts
    WHERE guild_id = $1 AND settled_at IS NULL AND due_at > $2 AND fence > 0 AND attempts = 0
"""
"""Taken before its time, whatever became of it then."""
FIRST_KEY = 1_000_000


@dataclass
class LongOutage:
    """`most_seconds`: from Discord's return until all that came due is done."""

    name: ClassVar[str] = "long_outage"
    bans: int = 5_000
    most_seconds: float = 120

    async def run(self, ground: Ground) -> Outcome:
        async with opened(ground) as stage:
            guild = await stage.guild("outage", members=self.bans + 12)
            people = stage.people(guild)[-self.bans :]
            database = await ground.service(stage.dsn)
            ground.standing = "bans"
            ends, replaced = await self._banned(ground, stage, database, guild, people)
            bot = await stage.forge.start()
            await stage.advance((BEFORE / 2).total_seconds())
            for route in ROUTES:
                stage.sandbox.faults.add(route, 503, times=1_000_000)
            restarts = set(ground.dice.sample(range(STEPS), RESTARTS))
            for step in range(STEPS):
                await stage.advance((OUTAGE / STEPS).total_seconds())
                ground.standing = f"{step} of {STEPS} parts of the outage"
                if step in restarts:
                    await bot.kill()
                    bot = await stage.forge.start()
            asked = sum(each.status == 503 for each in stage.sandbox.recorder.since())
            stage.sandbox.faults.clear()
            outcome = Outcome({"bans": self.bans, "replaced": len(replaced), "requests in the outage": asked})
            await self._drained(ground, stage, guild, outcome)
            await stage.advance((BEFORE + AFTER).total_seconds())
            await self._drained(ground, stage, guild, outcome)
            await self._judge(stage, guild, outcome, ends, replaced)
            outcome.broken += stage.forge.troubles
            return outcome

    async def _banned(
        self, ground: Ground, stage: Stage, database: DatabaseService, guild: Guild, people: list[int]
    ) -> tuple[dict[int, datetime], set[int]]:
        """When each ends, and whose ban was replaced by one for ever."""
        clock.move_to(stage.sandbox.clock.now() - datetime.now(stage.sandbox.clock.now().tzinfo))
        now, span = clock.now(), (BEFORE + OUTAGE + AFTER).total_seconds()
        ends = {each: now + timedelta(seconds=60 + ground.dice.random() * (span - 60)) for each in people}
        replaced = set(ground.dice.sample(people, len(people) // 10))
        places = asyncio.Semaphore(AT_ONCE)

        async def ban(number: int, target_id: int, ends_at: datetime | None) -> None:
            async with places:
                database.be_patient()
                await banned(database, guild, target_id, key=FIRST_KEY + number, ends_at=ends_at)

        try:
            await asyncio.gather(*(ban(number, each, ends[each]) for number, each in enumerate(people)))
            await asyncio.gather(
                *(ban(self.bans + number, each, None) for number, each in enumerate(replaced))
            )
        finally:
            clock.move_to(timedelta())
        await stage.rows("DELETE FROM outbox WHERE guild_id = $1", guild.id)
        return ends, replaced

    async def _drained(self, ground: Ground, stage: Stage, guild: Guild, outcome: Outcome) -> None:
        """Wait until nothing is left that is due."""
        since = time.perf_counter()

        async def is_done() -> bool:
            [row] = await stage.rows(OPEN, guild.id, stage.sandbox.clock.now())
            ground.standing = f"{row['left']} ends are left"
            return not row["left"]

        is_in_time = await until(is_done, self.most_seconds)
        seconds = time.perf_counter() - since
        [row] = await stage.rows(EARLY, guild.id, stage.sandbox.clock.now())
        outcome.require(not row["early"], f"{row['early']} ends were taken before their time")
        outcome.reached.setdefault("seconds after the outage", round(seconds, 1))
        outcome.require(is_in_time, f"not all ends were done within {self.most_seconds} s: {ground.standing}")

    async def _judge(
        self, stage: Stage, guild: Guild, outcome: Outcome, ends: dict[int, datetime], replaced: set[int]
    ) -> None:
        for target_id, ends_at in ends.items():
            at = [moment_of(each) for each in stage.entries(guild, UNBANNED, target_id)]
            if target_id in replaced:
                outcome.require(not at and target_id in guild.bans, f"{target_id} was unbanned, and replaced")
                continue
            outcome.require(len(at) == 1, f"{target_id} was unbanned {len(at)} times")
            outcome.require(all(each >= ends_at for each in at), f"{target_id} was unbanned early: {at}")
        states = {row["target_id"]: row["state"] for row in await stage.rows(STATES, guild.id)}
        wrong = [each for each in ends if states[each] != ("active" if each in replaced else "ended")]
        outcome.require(not wrong, f"{len(wrong)} cases are in a wrong state")


async def banned(
    database: DatabaseService, guild: Guild, target_id: int, *, key: int, ends_at: datetime | None
) -> None:
    """As if a bot had done it."""
    await database.cases.open(
        guild_id=guild.id, kind=CaseKind.BAN, target_id=target_id, target_name="x", moderator_id=1,
        moderator_name="max", reason="spam", interaction_id=key, plan=plan_ban(until=ends_at), expires_at=ends_at,
    )  # fmt: skip
    for act in await database.acts.take(guild_id=guild.id, interaction_id=key):
        await database.acts.send(act)
        guild.bans[target_id] = Ban(target_id, "[Reeve case 0]")
        await database.acts.done(act)
