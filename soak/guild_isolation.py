"""Random calls with ids of other guilds mixed in: nothing of another guild is read or changed, wall or no wall."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

import asyncpg

from database.clock import clock
from database.controllers._base import BaseController
from database.errors import ActionRefused
from database.service import DatabaseService
from soak.guild_audit import Auditor
from soak.guild_calls import Call, Calls, guilds_in, plain
from soak.guild_points_story import PointsStory
from soak.guild_story import Story, StoryEnded
from soak.guild_values import Surroundings
from soak.scenario import Ground, Outcome
from soak.servers import MortalServer

GUILDS = 4
AT_ONCE = 4
BATCH = 60
BATCHES = 5
READS = 2
"""A round is so many batches, then so many calls of each that reads: the same again for a guild that is alone."""
PATIENCE = 12
"""How many times the calls that were asked for are made, while chance has left out an action."""
AHEAD = timedelta(days=1)
"""Acts are due later; taken here, so that calls may name them."""
FIRST_ROWS = (
    "cases.open",
    "points.award",
    "users.seen",
    "guild_configs.change",
    "reports.make",
    "reports.take",
    "reports.answer",
    "reports.whole",
    "mass_jobs.begin",
    "drafts.keep",
    "case_edits.void",
    "appeals.make",
)


@dataclass
class GuildIsolation:
    """Half of the calls with row-level security, half without. `also` is one more controller, as a test plants it."""

    name: ClassVar[str] = "guild_isolation"
    calls: int = 100_000
    walls: tuple[bool, ...] = (True, False)
    also: type[BaseController] | None = None

    async def run(self, ground: Ground) -> Outcome:
        server = await ground.server()
        auditor = await Auditor.of(server)
        outcome = Outcome({})
        for wall in self.walls:
            await auditor.set_wall(wall)
            outcome.require(
                await auditor.wall_is_up() is wall, "the wall is not as it was set: nothing was tried"
            )
            trial = await Trial.prepared(ground, server, auditor, self.also)
            outcome.broken += trial.calls.unknown
            if not outcome.broken:
                await trial.run(ground, self.calls // len(self.walls), "with" if wall else "without")
            outcome.broken += sorted(trial.broken)
            called = {"with the wall" if wall else "without the wall": trial.made.total()}
            outcome.reached |= {"actions": len(trial.calls.actions), **called}
        await auditor.close()
        return outcome


class Trial:
    """`reading` is a service on connections that may only read, so that what writes shows itself."""

    def __init__(
        self, around: Surroundings, auditor: Auditor, database: DatabaseService, reading: DatabaseService
    ) -> None:
        self.around, self.auditor, self.database, self.reading = around, auditor, database, reading
        self.calls = Calls(database)
        self.made: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.broken: set[str] = set()
        self._writers: set[str] = set()
        self._guilds = range(0)

    @classmethod
    async def prepared(
        cls, ground: Ground, server: MortalServer, auditor: Auditor, also: type[BaseController] | None
    ) -> "Trial":
        database = await ground.service(server.dsn)
        reading = await ground.service(f"{server.dsn}&default_transaction_read_only=on")
        if also is not None:
            for service in (database, reading):
                service.also = also(service)  # type: ignore[attr-defined]  # planted
        return cls(Surroundings(ground.dice), auditor, database, reading)

    async def run(self, ground: Ground, calls: int, wall: str) -> None:
        while self.made.total() < calls or (self.never_answered() and self.made.total() < PATIENCE * calls):
            await self.auditor.forget()
            # New ones: what a service remembers of a guild must not be of its life before.
            self._guilds = range(self._guilds.stop + 100, self._guilds.stop + 100 + GUILDS)
            for guild_id in self._guilds:
                await self.story(guild_id)
            for guild_id in self._guilds:
                for action in FIRST_ROWS:
                    for _ in range(self.around.dice.randint(2, 8)):
                        await self.answer(self.database, self.calls.any(self.around, guild_id, action))
            for _ in range(BATCHES):
                await self.batch()
            await self.alone(self.around.dice.choice(self._guilds))
            ground.standing = f"{self.made.total():,} of {calls:,} calls {wall} the wall"
        self.broken |= {f"{action} was never answered: nothing was tried" for action in self.never_answered()}

    def never_answered(self) -> set[str]:
        """By anything but a refusal."""
        return set(self.calls.actions) - self.answered.keys()

    async def story(self, guild_id: int) -> None:
        """It is played to its end in each guild, while the others are watched."""
        here = (guild_id, self.database, self.told, self.around.new_key)
        async with self.watched([guild_id], {"its story"}):
            try:
                await Story(*here).play()
                await PointsStory(*here, self.auditor.freeze_ledger).play()
            except StoryEnded:
                self.broken.add("a story came to no good end: nothing was tried")

    async def batch(self) -> None:
        """Two guilds act at once, the others are watched."""
        self.around.rows = list(await self.database.outbox.claim(now=clock.now(), limit=20))
        self.around.acts = list(await self.database.acts.claim(now=clock.now() + AHEAD, limit=20))
        acting = self.around.dice.sample(self._guilds, 2)
        unanswered = sorted(self.never_answered())
        waiting = [self.calls.any(self.around, self.around.dice.choice(acting)) for _ in range(BATCH)]
        waiting += [
            self.calls.any(self.around, self.around.dice.choice(acting), action)
            for action in unanswered
            for _ in range(BATCH // len(unanswered) if unanswered else 0)
        ]
        self.around.dice.shuffle(waiting)

        async def act() -> None:
            while waiting:
                await self.answer(self.database, waiting.pop())

        async with self.watched(acting, {call.action for call in waiting}):
            await asyncio.gather(*(act() for _ in range(AT_ONCE)))

    @asynccontextmanager
    async def watched(self, acting: Collection[int], tried: Collection[str]) -> AsyncIterator[None]:
        """Whatever is tried, not a row of the others changes."""
        others = set(self._guilds) - set(acting)
        before = await self.auditor.checksums(others)
        yield
        after = await self.auditor.checksums(others)
        changed = {table for (table, _), _ in before.items() ^ after.items()}
        self.broken |= {
            f"{table} of another guild was changed by one of {sorted(tried)}" for table in changed
        }

    async def alone(self, guild_id: int) -> None:
        """A guild reads the same whether it has neighbours or not."""
        actions = [action for action in self.calls.actions if action not in self._writers]
        calls = [self.calls.any(self.around, guild_id, action) for action in actions for _ in range(READS)]
        before = [await self.answer(self.reading, call) for call in calls]
        await self.auditor.forget(but=guild_id)
        for call, expected in zip(calls, before, strict=True):
            if await self.answer(self.reading, call) != expected:
                self.broken.add(f"{call.action} answers with what is another guild's")

    async def told(self, call: Call) -> Any:
        """The answer to a step of a story, which is not to be refused. Raises StoryEnded."""
        before = self.answered[call.action]
        found = await self.answer(self.database, call)
        if self.answered[call.action] == before:
            self.broken.add(f"{call.action} of a story gave {found}")
            raise StoryEnded
        return found

    async def answer(self, database: DatabaseService, call: Call) -> Any:
        """What came of a call, as values that can be compared."""
        self.made[call.action] += 1
        try:
            found = plain(await call.made(database))
        except (ActionRefused, LookupError) as refused:
            return type(refused).__name__, str(refused)
        except Exception as error:
            if isinstance(error.__cause__, asyncpg.ReadOnlySQLTransactionError):
                self._writers.add(call.action)
                return "writes"
            self.broken.add(f"{call.action} ended with {type(error).__name__}: {error}")
            return type(error).__name__
        self.answered[call.action] += 1
        self.around.learn(found)
        if set(guilds_in(found)) - {call.guild_id}:
            self.broken.add(f"{call.action} gave rows of another guild")
        return found
