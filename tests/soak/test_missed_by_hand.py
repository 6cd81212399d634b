"""Bans by hand while Reeve is away, and while its session is lost: each is one case. `make soak` plays a thousand."""

from soak.missed_by_hand import MissedByHand
from soak.scenario import Ground


async def test_each_ban_that_was_missed_is_one_case(ground: Ground) -> None:
    outcome = await MissedByHand(night=15, lost=15).run(ground)
    assert outcome.broken == []
    assert outcome.reached["cases"] == 30
