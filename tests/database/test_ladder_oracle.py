"""The ladder against a plain reckoning: whatever is warned, voided and changed, it leads to the same steps."""

from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warned import Server

from database.models import CaseKind
from database.service import DatabaseService

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("warn"), st.integers(0, 4)),
        st.tuples(st.just("void"), st.integers(0, 11)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("again"), st.just(0)),
        st.tuples(st.just("step"), st.integers(1, 8)),
        st.tuples(st.just("drop"), st.integers(1, 8)),
    ),
    min_size=4,
    max_size=16,
)


class Oracle:
    """The ladder as it is explained to people, with fractions and lists, and none of the code under test."""

    def __init__(self, days: int, halving: int) -> None:
        self.days, self.halving, self.hour = days, halving, 0
        self.warnings: list[list[Any]] = []  # hour, points, stands
        self.steps: set[int] = set()

    def total(self) -> Fraction:
        found = Fraction(0)
        for hour, points, stands in self.warnings:
            age = self.hour - hour
            if stands and age < self.days * 24:
                share = Fraction(points)
                while self.halving and age >= self.halving * 24:
                    share, age = share / 2, age - self.halving * 24
                found += share
        return found

    def warn(self, points: int) -> int | None:
        before = self.total()
        self.warnings.append([self.hour, points, True])
        after = self.total()
        return max((step for step in self.steps if before < step <= after), default=None)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(days=st.integers(1, 9), halving=st.integers(0, 4), steps=st.sets(st.integers(1, 8)), events=EVENTS)
async def test_the_ladder_does_what_a_plain_reckoning_says(  # noqa: PLR0917  # hypothesis names what it draws
    database: DatabaseService,
    new_id: Callable[[], int],
    days_pass: Callable[[float], None],
    days: int,
    halving: int,
    steps: set[int],
    events: list[tuple[str, int]],
) -> None:
    """Waits are whole hours and a moment, so that what the run itself takes decides nothing."""
    server, oracle, key = Server(database, new_id(), new_id), Oracle(days, halving), 0
    await server.set("ladder_days", days)
    await server.set("ladder_halving_days", halving)
    numbers: list[int] = []
    expected: list[tuple[int, int]] = []
    acts: dict[str, Callable[[int], Awaitable[Any]]]

    async def add(threshold: int) -> None:
        if threshold not in oracle.steps:
            oracle.steps.add(threshold)
            await server.step(threshold, CaseKind.KICK)

    async def drop(threshold: int) -> None:
        oracle.steps.discard(threshold)
        await database.ladders.remove_step(**server.change, threshold=threshold)

    async def warn(points: int) -> None:
        nonlocal key
        key, reached = new_id(), oracle.warn(points)
        numbers.append((await server.warn(points, key=key)).number)
        if reached is not None:
            expected.append((numbers[-1], reached))

    async def void(place: int) -> None:
        if place < len(numbers) and oracle.warnings[place][2]:
            oracle.warnings[place][2] = False
            await server.void(numbers[place])

    async def wait(hours: int) -> None:
        oracle.hour += hours
        days_pass(hours / 24)

    async def again(_: int) -> None:
        if key:
            await server.warn(key=key)

    acts = {"warn": warn, "void": void, "wait": wait, "again": again, "step": add, "drop": drop}
    for step in steps:
        await add(step)
    for name, value in events:
        await acts[name](value)
        if oracle.steps:
            assert await server.points() == int(oracle.total())
    by_key = {case.interaction_id: case.number for case in await server.cases() if case.part == 0}
    taken = [(by_key[case.interaction_id], int(case.reason.split()[2])) for case in await server.taken()]
    assert taken == expected
