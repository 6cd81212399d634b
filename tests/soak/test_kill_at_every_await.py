"""A bot killed in the middle of a ban: what it began is finished once, and what it had not begun did not happen."""

from soak.kill_at_every_await import KillAtEveryAwait
from soak.scenario import Ground


async def test_a_timed_ban_survives_kills_at_its_awaits(ground: Ground) -> None:
    outcome = await KillAtEveryAwait(kills=30, lanes=1).run(ground)
    assert outcome.broken == []
    assert outcome.reached["killed at work"] > 15
