"""How dangerous acts are counted, in the transaction that opens their case: a step for all controllers.

The moderator's row is locked before the guild's counter of cases, everywhere, so that nobody waits in a circle.
"""

from database.models.base import utc_now
from database.models.case import CASES
from database.models.outbox import ASK, Delivery
from database.models.staff_guard import COUNT_ACTS, GIVE_BACK, GUARD_WINDOW, STAFF_GUARDS, StaffGuard
from database.opening import Opening
from database.transaction import Transaction

ALERTS = (Delivery.GUARD_POST, Delivery.GUARD_OWNER)


async def let_act(tx: Transaction, opening: Opening, most: int) -> bool:
    """Count the act; False if its moderator has done `most` within the hour, or is paused: then that is written.

    Whoever opens the case next gives the act back if the same interaction has opened it before.
    """
    guild_id, moderator_id = opening.guild_id, opening.moderator_id
    if not await exceeds(tx, guild_id, moderator_id, most):
        return True
    interaction = {"interaction_id": opening.interaction_id, "part": opening.part}
    if await CASES.get(tx, guild_id=guild_id, **interaction) is not None:
        return True
    await pause(tx, guild_id, moderator_id)
    return False


async def exceeds(tx: Transaction, guild_id: int, moderator_id: int, most: int, *, acts: int = 1) -> bool:
    """Count so many acts more; whether that is too much, or the moderator is paused."""
    row = await count(tx, guild_id, moderator_id, acts=acts)
    return row.paused_at is not None or row.acts > most


async def count(tx: Transaction, guild_id: int, moderator_id: int, *, acts: int = 1) -> StaffGuard:
    """Write down so many acts more; the row stays locked."""
    now = utc_now()
    counted = await tx.exec(
        COUNT_ACTS, guild_id=guild_id, moderator_id=moderator_id, now=now, since=now - GUARD_WINDOW, more=acts
    )
    return counted.one()


async def give_back(tx: Transaction, guild_id: int, moderator_id: int, *, acts: int = 1) -> None:
    await tx.exec(GIVE_BACK, of_guild_id=guild_id, of_moderator_id=moderator_id, more=acts)


async def pause(tx: Transaction, guild_id: int, moderator_id: int) -> None:
    """From now on until an admin ends it. The staff and the owner are told once."""
    row = await STAFF_GUARDS.one(tx, guild_id=guild_id, moderator_id=moderator_id)
    if row.paused_at is not None:
        return
    row.paused_at = utc_now()
    await STAFF_GUARDS.update(tx, [row], "paused_at")
    for alert in ALERTS:
        await tx.exec(ASK, guild_id=guild_id, kind=alert, subject_id=moderator_id, due_at=row.paused_at)
