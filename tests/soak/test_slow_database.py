"""On a slow database moderators are acknowledged in time, and what they are told is true."""

from soak.scenario import Ground
from soak.slow_database import SlowDatabase


async def test_forty_moderators_are_acknowledged_in_time_on_a_slow_database(ground: Ground) -> None:
    outcome = await SlowDatabase(moderators=40, commands=("warn",)).run(ground)
    assert outcome.broken == []
