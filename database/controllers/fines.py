"""Fines and freezes that could not follow their case at once: they do so later."""

from collections.abc import Sequence

from database.actions import action
from database.controllers._base import BaseController
from database.fining import follow
from database.models.fine_steps import BEHIND, Behind
from database.models.outbox import Delivery
from database.revising import ask, locked


class FineController(BaseController):
    topic = "fines"

    @action(repeatable=True)
    async def behind(self, *, limit: int) -> Sequence[Behind]:
        """Cases of all servers whose points are not what the case says, and could be: for `catch_up`."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(BEHIND, limit=limit)).all()

    @action(repeatable=True)
    async def catch_up(self, *, guild_id: int, number: int) -> None:
        """Take or let go of what is held for a case, and lift what it froze, where it is over. Raises CaseNotFound."""
        async with self._transaction(guild_id=guild_id) as tx:
            case = await locked(tx, guild_id=guild_id, number=number)
            await follow(tx, case, before=None)
            await ask(tx, case, Delivery.CASE_LOG)
