"""On a slow database moderators are acknowledged in time, and what they are told is true."""

from soak.scenario import Ground
from soak.slow_database import SlowDatabase


async def test_forty_moderators_are_acknowledged_in_time_on_a_slow_database(ground: Ground) -> None:
    outcome = await SlowDatabase(moderators=40, commands=("warn",), patience_seconds=3).run(ground)
    assert outcome.broken == []


async def test_more_moderators_than_connections_succeed_when_each_waits_for_their_turn(
    ground: Ground,
) -> None:
    outcome = await SlowDatabase(moderators=6, slow_seconds=0.03, commands=("warn",), connections=1).run(
        ground
    )
    assert outcome.broken == []
    told = [number for what, number in outcome.reached.items() if what.startswith("told that nothing")]
    assert told == [0, 0]
