"""Carry out what a purchase needs on Discord: give the role and have it paid for, or take it."""

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from loguru import logger

from bot.clock import clock
from bot.outcomes import Absent, Applied, DiscordAway, Later, Outcome, Refused, Unknown
from cogs.points._shop_roles import RoleCannotBeGiven, give, has_role, require_giveable, take
from database.ledger_refusals import LedgerFrozen
from database.models.shop import Purchase, PurchaseState

if TYPE_CHECKING:
    from bot.client import Reeve

GIVEN_UP_AFTER = timedelta(hours=1)
"""Who waits so long for a role has their points back."""
LONGEST_WAIT = timedelta(seconds=60)
WAIT_FOR_STAFF = timedelta(minutes=15)
"""Until somebody moves a role or gives a permission."""
LONG_AFTER = timedelta(hours=1)
"""In a server that Reeve was thrown out of, perhaps for ever."""
GONE = "You are not in the server any more."
NEVER_GIVEN = "Discord did not let me give the role for an hour."


async def perform(bot: "Reeve", purchase: Purchase) -> Purchase | None:
    """The purchase as it is then; None if it has to wait, or somebody else has it.

    Raises DatabaseUnavailable: then the lease ends and somebody reads what became of it.
    """
    try:
        return await _perform(bot, purchase)
    except LedgerFrozen as frozen:
        return await bot.database.purchase_work.postponed(
            purchase, error=str(frozen), next_at=clock.now() + LONGEST_WAIT
        )


async def _perform(bot: "Reeve", purchase: Purchase) -> Purchase | None:
    """Raises LedgerFrozen as well."""
    guild = bot.get_guild(purchase.guild_id)
    if guild is None:
        return await _wait(
            bot, purchase, Later("Reeve is not in that server any more.", LONG_AFTER.total_seconds())
        )
    if guild.unavailable:
        return await _wait(bot, purchase, Later("Discord does not show that server at the moment.", 30))
    step = await bot.database.purchase_work.begin(purchase)
    if step is None or step.purchase.role_id is None:
        return None
    purchase, where = step.purchase, (guild.id, step.purchase.buyer_id, step.purchase.role_id)
    if not step.gives:
        return await _taken(bot, purchase, await take(bot, where, _why(purchase)))
    outcome = await _outcome_of_giving(bot, guild, purchase, was_sent=step.was_sent)
    return await _given(bot, purchase, outcome)


def _why(purchase: Purchase) -> str:
    """For Discord's audit log."""
    words = {PurchaseState.HELD: "bought", PurchaseState.UNDONE: "refunded"}
    return f"[Reeve purchase {purchase.purchase_id}] {words.get(purchase.state, 'its time is over')}"


async def _outcome_of_giving(
    bot: "Reeve", guild: discord.Guild, purchase: Purchase, *, was_sent: bool
) -> Outcome:
    """What may have been sent is read before it is sent again, or given up."""
    where = guild.id, purchase.buyer_id, purchase.role_id or 0
    if was_sent:
        try:
            has = await has_role(bot, where)
        except DiscordAway as away:
            return Unknown(str(away))
        if has is not False:
            return Absent() if has is None else Applied()
        if clock.now() - purchase.created_at > GIVEN_UP_AFTER:
            return Refused(NEVER_GIVEN)
    try:
        require_giveable(guild, where[2])
    except RoleCannotBeGiven as reason:
        return Refused(str(reason))
    return await give(bot, where, _why(purchase))


async def _given(bot: "Reeve", purchase: Purchase, outcome: Outcome) -> Purchase | None:
    work = bot.database.purchase_work
    match outcome:
        case Applied():
            return await work.given(purchase)
        case Absent():
            return await work.refused(purchase, reason=GONE)
        case Refused(reason=reason):
            return await work.refused(purchase, reason=reason)
        case Later() | Unknown():
            return await _wait(bot, purchase, outcome)


async def _taken(bot: "Reeve", purchase: Purchase, outcome: Outcome) -> Purchase | None:
    match outcome:
        case Applied() | Absent():
            return await bot.database.purchase_work.taken(purchase)
        case Refused(reason=reason):
            logger.info(
                "the role of purchase {} of {} stays: {}", purchase.purchase_id, purchase.guild_id, reason
            )
            return await _wait(bot, purchase, Later(reason, WAIT_FOR_STAFF.total_seconds()))
        case Later() | Unknown():
            return await _wait(bot, purchase, outcome)


async def _wait(bot: "Reeve", purchase: Purchase, outcome: Later | Unknown) -> Purchase | None:
    """Again later, slower each time while Discord stays away. What was never sent is given up after a while."""
    work, now = bot.database.purchase_work, clock.now()
    is_old = now - purchase.created_at > GIVEN_UP_AFTER
    if purchase.state is PurchaseState.HELD and purchase.sent_at is None and is_old:
        return await work.refused(purchase, reason=NEVER_GIVEN)
    wait = min(timedelta(seconds=2 ** min(purchase.attempts, 8)), LONGEST_WAIT)
    if isinstance(outcome, Later):
        wait = max(wait, timedelta(seconds=outcome.retry_after))
    return await work.postponed(purchase, error=outcome.error, next_at=now + wait)
