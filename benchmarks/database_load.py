"""What Reeve does most in its database, beside the same by hand in asyncpg and through an AsyncSession."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from benchmarks.by_hand import ByHand
from benchmarks.by_session import BySession
from benchmarks.database_world import LARGE, World, seeded
from benchmarks.ours import Ours
from benchmarks.results import PAIRS, Run, Stopwatch, compare_all

CONCURRENCIES = (1, 8, 32)
CONNECTIONS = 10
SECONDS = 0.4
"""Of one measurement."""


class Actions(Protocol):
    """What all three can do."""

    async def configuration(self, guild_id: int) -> Any: ...
    async def case_page(self, guild_id: int, before: int) -> Any: ...
    async def top(self, guild_id: int) -> Any: ...
    async def rank(self, guild_id: int, user_id: int) -> Any: ...
    async def open_case(
        self, guild_id: int, target_id: int, moderator_id: int, interaction_id: int
    ) -> Any: ...
    async def transfer(
        self, guild_id: int, giver_id: int, receiver_id: int, amount: int, interaction_id: int
    ) -> Any: ...
    async def award_many(self, guild_id: int, amounts: dict[int, int], interaction_id: int) -> Any: ...


Act = Callable[[Actions, World, random.Random], Awaitable[Any]]


def _transfer(on: Actions, world: World, guild_id: int, giver: int, receiver: int) -> Awaitable[Any]:
    return on.transfer(guild_id, giver, receiver, 1, next(world.keys))


def _spread(on: Actions, world: World, dice: random.Random) -> Awaitable[Any]:
    giver = world.member(dice)
    receiver = (
        world.first_member + (giver - world.first_member + dice.randrange(1, world.members)) % world.members
    )
    return _transfer(on, world, world.guild(dice), giver, receiver)


ACTS: dict[str, Act] = {
    "configuration read": lambda on, world, dice: on.configuration(world.guild(dice)),
    "case page of 10": lambda on, world, dice: on.case_page(world.guild(dice), dice.randrange(11, 200)),
    "leaderboard page": lambda on, world, dice: on.top(world.guild(dice)),
    "rank of one member": lambda on, world, dice: on.rank(world.guild(dice), world.member(dice)),
    "case open, spread": lambda on, world, dice: on.open_case(
        world.guild(dice), world.member(dice), 7000, next(world.keys)
    ),
    "case open, one guild": lambda on, world, dice: on.open_case(
        world.one_guild, world.member(dice), 7000, next(world.keys)
    ),
    "transfer, spread": _spread,
    "transfer, one receiver": lambda on, world, dice: _transfer(
        on, world, world.one_guild, world.first_member + dice.randrange(1, world.members), world.first_member
    ),
    "award to 1,000 members": lambda on, world, dice: on.award_many(
        world.large_guild(dice),
        {world.first_member + number: 1 + number % 9 for number in range(LARGE)},
        next(world.keys),
    ),
}


class Sides(NamedTuple):
    ours: Ours
    by_hand: ByHand
    by_session: BySession


async def results(
    *,
    guilds: int = 1000,
    seconds: float = SECONDS,
    pairs: int = PAIRS,
    concurrencies: tuple[int, ...] = CONCURRENCIES,
    only: str = "",
    warm_ups: int = 3,
) -> list[dict[str, Any]]:
    """`only`: acts whose names hold that word."""
    async with seeded(guilds) as world:
        return await measured(
            world, seconds=seconds, pairs=pairs, concurrencies=concurrencies, only=only, warm_ups=warm_ups
        )


async def measured(
    world: World, *, seconds: float, pairs: int, concurrencies: tuple[int, ...], only: str, warm_ups: int
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with all_sides(world.dsn) as sides:
        for name, act in ACTS.items():
            if only not in name:
                continue
            for concurrency in concurrencies:
                loads = [Load(side, act, world, concurrency, seconds) for side in sides]
                for load in loads:
                    await load.warm_up(warm_ups)
                ours, by_hand, by_session = (load.run for load in loads)
                found += await compare_all(
                    f"database: {name}",
                    ours=ours,
                    references={"asyncpg": by_hand, "AsyncSession": by_session},
                    concurrency=concurrency,
                    pairs=pairs,
                )
    return found


@asynccontextmanager
async def all_sides(dsn: str) -> AsyncIterator[Sides]:
    ours = await Ours.open(dsn, connections=CONNECTIONS)
    by_hand = await ByHand.open(dsn, connections=CONNECTIONS, session=ours.session)
    by_session = await BySession.open(dsn, connections=CONNECTIONS, session=ours.session)
    try:
        yield Sides(ours, by_hand, by_session)
    finally:
        for side in (ours, by_hand, by_session):
            await side.close()


@dataclass
class Load:
    """So many tasks that act one time after another until the seconds are over."""

    side: Actions
    act: Act
    world: World
    concurrency: int
    seconds: float
    seed: int = 0

    async def warm_up(self, rounds: int) -> None:
        """Each connection prepares its statements once, and says so no more."""
        for _ in range(rounds):
            await asyncio.gather(
                *(self.act(self.side, self.world, random.Random(number)) for number in range(CONNECTIONS))
            )

    async def run(self) -> Run:
        watch = Stopwatch(self.seconds)
        self.seed += 1

        async def task(number: int) -> None:
            dice = random.Random(self.seed * 1000 + number)
            while not watch.is_over or not watch.took:  # a busy machine may have slept through it
                await watch.time(self.act(self.side, self.world, dice))

        await asyncio.gather(*(task(number) for number in range(self.concurrency)))
        return watch.run()
