"""Points that are promised before they move. Each hold is captured or let go once, whoever asks and however often."""

from collections.abc import Sequence
from datetime import datetime

from database.actions import action
from database.controllers._base import BaseController
from database.holding import Ending, Promise, capture, expire, hold, void
from database.ledger import Request, decide, told, trimmed
from database.models.base import utc_now
from database.models.hold_steps import DUE_HOLDS, LAST_TRANSFER, DueHold
from database.models.points import OperationKind, Source
from database.resolving import held_under, resolve


class HoldsController(BaseController):
    topic = "holds"

    @action(repeatable=True)
    async def hold(
        self,
        *,
        guild_id: int,
        debit_id: int,
        credit_id: int,
        amount: int,
        note: str | None,
        actor_id: int,
        source: Source,
        external_id: int,
        expires_at: datetime | None = None,
    ) -> Promise:
        """Promise points of one account to another: its number is the operation's. `expires_at` None: it stands until
        it is resolved. Refused as a transfer is.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.HOLD,
            source=source,
            external_id=external_id,
            actor_id=actor_id,
            asked=(debit_id, credit_id, amount),
            note=trimmed(note),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(
                tx,
                request,
                (debit_id, credit_id),
                lambda book: hold(book, debit_id, credit_id, amount, expires_at=expires_at),
                Promise,
            )
        return told(answer)

    @action(repeatable=True)
    async def capture(
        self,
        *,
        guild_id: int,
        hold_id: int,
        amount: int | None = None,
        actor_id: int,
        source: Source,
        external_id: int,
    ) -> Ending:
        """Move what is held under that operation, or `amount` of it, and let the rest go.

        Refused: HoldNotFound, HoldEnded, ExceedsHold, LedgerFrozen.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.CAPTURE,
            source=source,
            external_id=external_id,
            actor_id=actor_id,
            asked=(hold_id, amount),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            held = await held_under(tx, guild_id, hold_id)
            answer = await resolve(
                tx, request, held, lambda book, ended: capture(book, held, ended, amount, utc_now())
            )
        return told(answer)

    @action(repeatable=True)
    async def void(
        self, *, guild_id: int, hold_id: int, actor_id: int, source: Source, external_id: int
    ) -> Ending:
        """Let go of what is held under that operation. Refused: HoldNotFound, HoldEnded, LedgerFrozen."""
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.VOID,
            source=source,
            external_id=external_id,
            actor_id=actor_id,
            asked=(hold_id,),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            held = await held_under(tx, guild_id, hold_id)
            answer = await resolve(tx, request, held, lambda book, ended: void(book, held, ended))
        return told(answer)

    @action(repeatable=True)
    async def expire(self, *, guild_id: int, hold_id: int, transfer_id: int, actor_id: int) -> Ending:
        """Let go of a hold whose time is over, once: its transfer is the key, whoever asks.

        Refused: HoldNotFound, HoldEnded (somebody was faster), NotExpired, LedgerFrozen.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.VOID,
            source=Source.HOLD,
            external_id=transfer_id,
            actor_id=actor_id,
            asked=(hold_id,),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            held = await held_under(tx, guild_id, hold_id)
            answer = await resolve(
                tx, request, held, lambda book, ended: expire(book, held, ended, utc_now())
            )
        return told(answer)

    @action(repeatable=True)
    async def due(
        self, *, since: datetime, now: datetime, beyond: DueHold | None = None, limit: int
    ) -> Sequence[DueHold]:
        """Holds of all servers whose time was over after `since` and by `now`, and that nobody resolved: the first
        over first. `beyond`: the next page.
        """
        place = (beyond.expires_at, beyond.transfer_id) if beyond else (since, LAST_TRANSFER)
        async with self._transaction(system=True) as tx:
            due = await tx.exec(DUE_HOLDS, now=now, place_at=place[0], place_id=place[1], limit=limit)
            return due.all()
