"""Why a member has a role that points give: their level gives it, or they bought it. Neither takes the other's."""

from datetime import datetime
from typing import NamedTuple

from database.levels import Curve
from database.models.guild_config import FIND_CONFIG, GuildSettings
from database.models.ledger_steps import ACCOUNTS
from database.models.level import REWARDS
from database.models.shop_steps import ROLES_BOUGHT
from database.transaction import Transaction


class OfLevel(NamedTuple):
    """`given`: of `rewards`, those that the member's level gives."""

    config: GuildSettings
    level: int
    rewards: frozenset[int]
    given: frozenset[int]


async def given_by_level(tx: Transaction, guild_id: int, user_id: int) -> OfLevel:
    config = (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first() or GuildSettings(guild_id)
    account = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
    rewards = await REWARDS.find(tx, guild_id=guild_id)
    level = curve_of(config).level_of(account.earned if account else 0)
    reached = [each.role_id for each in rewards if each.level <= level]
    given = reached if config.level_roles_stack else reached[-1:]
    return OfLevel(config, level, frozenset(each.role_id for each in rewards), frozenset(given))


async def bought(tx: Transaction, guild_id: int, user_id: int, now: datetime) -> frozenset[int]:
    """Roles of purchases that are under way or run."""
    found = await tx.exec(ROLES_BOUGHT, guild_id=guild_id, buyer_id=user_id, now=now)
    return frozenset(found.all())


def curve_of(config: GuildSettings) -> Curve:
    return Curve(config.level_base, config.level_linear, config.level_square)
