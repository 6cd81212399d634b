"""What Discord delivers more than once, and to more than one bot, is done once."""

from soak.many_deliveries import ManyDeliveries
from soak.scenario import Ground


async def test_sixty_commands_to_three_bots_are_done_once(ground: Ground) -> None:
    outcome = await ManyDeliveries(commands=60).run(ground)
    assert outcome.broken == []
    assert outcome.reached["further deliveries"] > 60
