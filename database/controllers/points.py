"""The actions on points. Each request has a unique key, so a repeat gives the first answer, refusals included."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from database.actions import action
from database.controllers._base import BaseController
from database.giving import Gift, accounts_of, give
from database.ledger import Movement, Request, decide, told, trimmed
from database.models.account_lines import (
    BALANCE_AT,
    STATEMENT_OF_ACCOUNT,
    USED_AWARD_REASONS,
    Funds,
    LedgerLine,
    LinesOf,
)
from database.models.base import utc_now
from database.models.ledger_steps import ACCOUNTS
from database.models.points import MINT, OperationKind, Source
from database.restricted import rules_between
from database.staff_moves import Awarded, award, award_many
from database.texts import storable


class PointsController(BaseController):
    topic = "points"

    @action(repeatable=True)
    async def balance(self, *, guild_id: int, user_id: int) -> int:
        async with self._read(guild_id=guild_id) as tx:
            account = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
            return account.balance if account else 0

    @action(repeatable=True)
    async def funds(self, *, guild_id: int, user_id: int) -> Funds:
        async with self._read(guild_id=guild_id) as tx:
            account = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
            if account is None:
                return Funds(0, 0)
            return Funds(account.balance, account.held_out, account.frozen_at is not None)

    @action(repeatable=True)
    async def balance_at(self, *, guild_id: int, user_id: int, at: datetime) -> int:
        """The balance as it was then, what was held included."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(BALANCE_AT, guild_id=guild_id, account_id=user_id, at=at)).first() or 0

    @action(repeatable=True)
    async def transfer(
        self,
        *,
        guild_id: int,
        giver_id: int,
        receiver_id: int,
        receiver_is_bot: bool,
        amount: int,
        note: str | None,
        interaction_id: int,
        giver_made_at: datetime | None = None,
        is_restricted: bool = False,
    ) -> Movement:
        """Move points from one member to another, by the server's limits.

        `giver_made_at`: when their Discord account came to be; `is_restricted`: whether a timeout stands against them
        on Discord; whether one does by Reeve's own rows is asked for anyway.
        Refused in the order that docs/ledger.md names. A repeat of the interaction gives the first answer again.
        """
        gift = Gift(giver_id, receiver_id, amount, receiver_is_bot, giver_made_at, is_restricted)
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.GIVE,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=giver_id,
            asked=(receiver_id, amount),
            note=trimmed(note),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            rules, by_our_rows, _ = await rules_between(tx, guild_id, giver_id)
            gift = replace(gift, is_restricted=is_restricted or by_our_rows)
            answer = await decide(
                tx,
                request,
                accounts_of(gift, rules),
                lambda book: give(book, gift, rules, utc_now()),
                Movement,
            )
        return told(answer)

    @action(repeatable=True)
    async def award(
        self,
        *,
        guild_id: int,
        receiver_id: int,
        receiver_is_bot: bool,
        amount: int,
        reason: str,
        actor_id: int,
        interaction_id: int,
    ) -> Movement:
        """Give a member points that did not exist before. Refused and repeated as a transfer is."""
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.AWARD,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=actor_id,
            asked=(receiver_id, amount),
            note=trimmed(reason),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(
                tx,
                request,
                (MINT, receiver_id),
                lambda book: award(book, receiver_id, amount, receiver_is_bot=receiver_is_bot),
                Movement,
            )
        return told(answer)

    @action(repeatable=True)
    async def award_many(
        self, *, guild_id: int, amounts: Mapping[int, int], reason: str, actor_id: int, interaction_id: int
    ) -> Awarded:
        """Give each of these members (user ids, none of a bot) new points, as one operation: all or none.

        Refused: RequestChanged, ReceiversOutOfRange, AmountOutOfRange, BalanceTooHigh. Repeated as a transfer is.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.AWARD,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=actor_id,
            asked=tuple(sorted(amounts.items())),
            note=trimmed(reason),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(
                tx, request, (MINT, *amounts), lambda book: award_many(book, amounts), Awarded
            )
        return told(answer)

    @action(repeatable=True)
    async def history(
        self, *, guild_id: int, user_id: int, before_id: int | None = None, limit: int = 10
    ) -> Sequence[LedgerLine]:
        """What went in and out of a member's account, newest first, with the balance after each."""
        async with self._read(guild_id=guild_id) as tx:
            before = None if before_id is None else (before_id,)
            return await STATEMENT_OF_ACCOUNT.page(
                tx, guild_id, LinesOf(user_id), before=before, after=None, limit=limit
            )

    @action(repeatable=True)
    async def award_reasons(
        self, *, guild_id: int, typed: str, longest: int, limit: int = 25
    ) -> Sequence[str]:
        """Reasons of this guild's awards with at most `longest` characters: the most used first."""
        async with self._read(guild_id=guild_id) as tx:
            used = await tx.exec(
                USED_AWARD_REASONS, guild_id=guild_id, typed=storable(typed), longest=longest, limit=limit
            )
            return used.all()
