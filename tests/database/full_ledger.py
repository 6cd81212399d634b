"""A ledger with rows of every kind, for who reads all of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from database.clock import clock
from database.models.points import SHOP, Source
from database.reversing import Spent

ANN, BEN, CEM = 5_001, 5_002, 5_003


async def full(ledger: Any, new_id: Callable[[], int]) -> None:
    """A guild with a row of every kind: open holds, a capture of a part, a void, a reversal with a debt."""
    holds, staff = ledger.database.holds, ledger.database.staff_points
    by = {"guild_id": ledger.guild_id, "actor_id": 7, "source": Source.INTERACTION}
    lasts = {"note": "a badge", "expires_at": clock.now() + timedelta(hours=1)}
    await ledger.award(ANN, 100)
    gift = await ledger.give(ANN, BEN, 30)
    await ledger.give(BEN, CEM, 25)
    made = [
        await holds.hold(debit_id=ANN, credit_id=to, amount=10, external_id=new_id(), **lasts, **by)
        for to in (SHOP, SHOP, BEN)
    ]
    await holds.capture(hold_id=made[0].operation_id, amount=4, external_id=new_id(), **by)
    await holds.void(hold_id=made[1].operation_id, external_id=new_id(), **by)
    await staff.reverse(
        guild_id=ledger.guild_id, operation_id=gift.operation_id, policy=Spent.DEBT, reason="a mistake", actor_id=7,
        interaction_id=new_id(),
    )  # fmt: skip
