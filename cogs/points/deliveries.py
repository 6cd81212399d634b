"""What points deliver through the outbox."""

from typing import TYPE_CHECKING

from bot.outbox import Deliverer
from cogs.points._level_alert import post_level_alert
from cogs.points._level_roles import bring_roles
from cogs.points._level_up import announce
from database.models import Delivery

if TYPE_CHECKING:
    from bot.client import Reeve

DELIVERERS = {
    Delivery.LEVEL_UP: Deliverer(announce),
    Delivery.LEVEL_ROLES: Deliverer(bring_roles),
    Delivery.LEVEL_ALERT: Deliverer(post_level_alert),
}


async def setup(bot: "Reeve") -> None:
    bot.deliverers.update(DELIVERERS)
