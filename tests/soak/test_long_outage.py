"""Bans that end while Discord is away end once, after it is back, and not where somebody has decided anew."""

from soak.long_outage import LongOutage
from soak.scenario import Ground


async def test_a_hundred_bans_that_end_in_an_outage_end_once(ground: Ground) -> None:
    outcome = await LongOutage(bans=100).run(ground)
    assert outcome.broken == []
