"""The actions on points. Each request has a unique key, so a repeat gives the first answer, refusals included."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from database.actions import action
from database.batches import Awarded, Batch, decide_batch
from database.controllers._base import BaseController
from database.ledger import (
    Movement,
    Request,
    check,
    decide,
    is_cooling,
    keep,
    rule_of,
    told,
    trimmed,
)
from database.models.ledger_steps import (
    ACCOUNTS,
    STATEMENT_OF_ACCOUNT,
    TALK_RULE,
    USED_AWARD_REASONS,
    LedgerLine,
    LinesOf,
)
from database.models.points import MINT, OperationKind, Source
from database.models.standings import PLACE, TOP_BALANCES, TOP_EARNED, Place, Standing
from database.texts import storable


class PointsController(BaseController):
    topic = "points"

    @action(repeatable=True)
    async def balance(self, *, guild_id: int, user_id: int) -> int:
        async with self._read(guild_id=guild_id) as tx:
            account = await ACCOUNTS.get(tx, guild_id=guild_id, account_id=user_id)
            return account.balance if account else 0

    @action(repeatable=True)
    async def rank(self, *, guild_id: int, user_id: int) -> Place | None:
        """The place on the leaderboard of all points, and among how many; None without points."""
        async with self._read(guild_id=guild_id) as tx:
            place = (await tx.exec(PLACE, guild_id=guild_id, account_id=user_id)).one()
            return place if place.people else None

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
    ) -> Movement:
        """Move points from one member to another.

        Refused, in this order: RequestChanged, CannotGiveToYourself, BotsHoldNoPoints, AmountOutOfRange,
        NotEnoughPoints, BalanceTooHigh. A repeat of the interaction gives the first answer again.
        """
        request = Request(
            guild_id=guild_id,
            kind=OperationKind.GIVE,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=giver_id,
            debit_id=giver_id,
            credit_id=receiver_id,
            amount=amount,
            note=trimmed(note),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(tx, request, receiver_is_bot=receiver_is_bot)
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
            debit_id=MINT,
            credit_id=receiver_id,
            amount=amount,
            note=trimmed(reason),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(tx, request, receiver_is_bot=receiver_is_bot)
        return told(answer)

    @action(repeatable=True)
    async def award_many(
        self, *, guild_id: int, amounts: Mapping[int, int], reason: str, actor_id: int, interaction_id: int
    ) -> Awarded:
        """Give each of these members (user ids, none of a bot) new points, as one operation: all or none.

        Refused: RequestChanged, ReceiversOutOfRange, AmountOutOfRange, BalanceTooHigh. Repeated as a transfer is.
        """
        member_ids = sorted(amounts)
        batch = Batch(
            guild_id=guild_id,
            kind=OperationKind.AWARD,
            source=Source.INTERACTION,
            external_id=interaction_id,
            actor_id=actor_id,
            member_ids=member_ids,
            amounts=[amounts[member_id] for member_id in member_ids],
            note=trimmed(reason),
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide_batch(tx, batch)
        return told(answer)

    @action(repeatable=True)
    async def earn(self, *, guild_id: int, user_id: int, message_id: int, said_at: datetime) -> int:
        """Points for a message, by the server's rule; 0 within the cool-down, or for a message seen before."""
        async with self._transaction(guild_id=guild_id) as tx:
            rule = (await tx.exec(TALK_RULE, guild_id=guild_id, user_id=user_id)).one()
            points, cooldown = rule_of(guild_id, rule.points, rule.cooldown_seconds)
            if points == 0 or is_cooling(rule.last_talked_at, said_at, cooldown):
                return 0
            request = Request(
                guild_id=guild_id,
                kind=OperationKind.TALK,
                source=Source.MESSAGE,
                external_id=message_id,
                actor_id=user_id,
                debit_id=MINT,
                credit_id=user_id,
                amount=points,
                note=None,
            )
            answer = await check(tx, request, said_at=said_at, cooldown=cooldown)
            is_new = await keep(tx, request, answer, said_at=said_at)
            return points if is_new and isinstance(answer, Movement) else 0

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

    @action(repeatable=True)
    async def top(
        self, *, guild_id: int, since: datetime | None = None, offset: int = 0, limit: int = 10
    ) -> Sequence[Standing]:
        """The largest balances or, with `since`, who earned most from then on. Equal points: the older account."""
        async with self._report(guild_id=guild_id) as tx:
            if since is None:
                standings = await tx.exec(TOP_BALANCES, guild_id=guild_id, offset=offset, limit=limit)
            else:
                standings = await tx.exec(
                    TOP_EARNED, guild_id=guild_id, since=since, offset=offset, limit=limit
                )
            return standings.all()
