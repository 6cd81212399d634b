"""What holds between who gives points and who gets them: settings, and timeouts by our own rows. A step."""

from typing import NamedTuple

from database.models.base import utc_now
from database.models.guild_config import GuildSettings
from database.models.restricted import RULES_BETWEEN
from database.transaction import Transaction


class RulesBetween(NamedTuple):
    settings: GuildSettings
    giver_is_restricted: bool
    receiver_is_restricted: bool


async def rules_between(
    tx: Transaction, guild_id: int, giver_id: int, receiver_id: int | None = None
) -> RulesBetween:
    found = await tx.exec(
        RULES_BETWEEN, guild_id=guild_id, giver_id=giver_id, receiver_id=receiver_id, now=utc_now()
    )
    *settings, giver, receiver = found.one()
    is_set = settings[0] is not None
    return RulesBetween(GuildSettings(*settings) if is_set else GuildSettings(guild_id), giver, receiver)
