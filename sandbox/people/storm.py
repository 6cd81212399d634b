"""Many people act at once, from inside the sandbox and by the same rules: without an HTTP request for each act the load
is the bot's.

A storm lasts in real time, also when the world's clock stands still.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import islice
from statistics import quantiles
from typing import Annotated

from sandbox.core import Core
from sandbox.errors import Refused, UnknownName
from sandbox.fitting import Unfit, Within
from sandbox.interactions.options import Unacceptable
from sandbox.names import Names
from sandbox.people.people import People
from sandbox.people.places import Given
from sandbox.rows import Guild, Json, User

MOST = 1_000_000
USUAL_COUNT = 1000
Act = Callable[[User, int], Awaitable[str | None]]  # what a person would see go wrong, or nothing


@dataclass
class Tally:
    took: list[float] = field(default_factory=list)  # seconds, of what went well
    failed: int = 0
    because: str | None = None  # the first failure

    def note(self, seconds: float, failed: str | None) -> None:
        if failed is None:
            self.took.append(seconds)
        else:
            self.failed += 1
            self.because = self.because or failed

    def as_json(self, seconds: float) -> Json:
        points = quantiles(self.took, n=100) if len(self.took) > 1 else self.took * 99 or [0.0] * 99
        return {
            "done": len(self.took),
            "failed": self.failed,
            "because": self.because,
            "seconds": round(seconds, 3),
            "per_second": round(len(self.took) / seconds, 1),
            "p50_ms": round(points[49] * 1000, 3),
            "p99_ms": round(points[98] * 1000, 3),
        }


class Turns:
    """Who acts next, and when: until so many acts or seconds are over."""

    def __init__(self, count: int, seconds: float, per_second: float) -> None:
        self._count = count
        self._per_second = per_second
        self.begin = time.perf_counter()
        self._end = self.begin + seconds
        self._given = 0

    async def next(self) -> int | None:
        number = self._given
        wait = self.begin + number / self._per_second - time.perf_counter() if self._per_second else 0.0
        if number >= self._count or time.perf_counter() + max(0.0, wait) >= self._end:
            return None
        self._given += 1
        await asyncio.sleep(max(0.0, wait))
        return number


class Storm:
    def __init__(self, core: Core, people: People) -> None:
        self._core = core
        self._people = people
        self._names = Names(core.world)

    async def run(
        self,
        kind: str,
        *,
        guild_id: Given = None,
        channel_id: Given = None,
        command: str = "",
        options: Json | None = None,
        people: Annotated[int, Within(1, 10_000)] | list[str] = 20,
        count: Annotated[int, Within(1, MOST)] | None = None,
        per_second: Annotated[float, Within(0, MOST)] = 0.0,
        seconds: Annotated[float, Within(0, 3600)] | None = None,
    ) -> Json:
        """Each of these people acts again as soon as the last act is answered; per_second 0: as fast as it goes."""
        guild = (
            self._names.guild(guild_id)
            if guild_id is not None
            else next(iter(self._core.world.guilds.values()))
        )
        channel = self._names.channel("general" if channel_id is None else channel_id, guild)

        async def write(person: User, number: int) -> str | None:
            self._people.message(person.id, f"Storm {number}", channel_id=channel.id)
            return None

        async def use(person: User, _number: int) -> str | None:
            return await self._people.use(person.id, command, channel_id=channel.id, options=options)

        acts: dict[str, Act] = {"messages": write, "slash": use}
        if kind not in acts:
            raise Unfit(f"There is no storm of {kind!r}; there is {' and '.join(acts)}.")
        if count is None:
            count = USUAL_COUNT if seconds is None else MOST
        turns = Turns(count, float("inf") if seconds is None else seconds, per_second)
        tally = Tally()
        await asyncio.gather(
            *(_act(person, acts[kind], turns, tally) for person in self._cast(guild, people))
        )
        return tally.as_json(time.perf_counter() - turns.begin)

    def _cast(self, guild: Guild, people: int | list[str]) -> list[User]:
        if isinstance(people, list):
            return [self._names.user(each) for each in people]
        members = (self._core.world.user(user_id) for user_id in guild.members)
        return list(islice((user for user in members if not user.bot), people))


async def _act(person: User, act: Act, turns: Turns, tally: Tally) -> None:
    while (number := await turns.next()) is not None:
        begin = time.perf_counter()
        try:
            failed = await act(person, number)
        except Refused as refused:
            failed = refused.sentence()
        except (UnknownName, Unacceptable) as wrong:
            failed = str(wrong)
        tally.note(time.perf_counter() - begin, failed)
