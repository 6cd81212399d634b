"""The checks bite: what a real day said is broken in every way that a sandbox could break it, and each is noticed."""

import pytest
from conformance_check import Checks
from conformance_rest import MISSING, description
from conformance_wire import as_seen
from day_in_a_guild import opened_day
from mutations import MUTATIONS
from test_a_day import the_day


@pytest.fixture(scope="module")
async def checks():
    return Checks(description() or pytest.skip(MISSING))


@pytest.fixture(scope="module")
async def stream():
    async with opened_day() as day:
        await the_day(day)
        return [as_seen(each) for each in day.sandbox.recorder.since()]


def problems_of(checks, stream):
    checks.orders.clear()
    return [*(problem for each in stream for problem in checks.problems(each)), *checks.finish()]


async def test_the_day_itself_is_as_discord_says(checks, stream):
    assert problems_of(checks, stream) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
async def test_a_broken_day_is_noticed(checks, stream, mutation):
    assert problems_of(checks, mutation.apply(stream)) != []


def test_there_are_fifty_ways_at_least():
    assert len({each.name for each in MUTATIONS}) == len(MUTATIONS) >= 50
