"""What the staff does to points beside awards: takes, sets, moves back, freezes. Each has a number and a reason."""

from database.actions import action
from database.controllers._base import BaseController
from database.freezing import by_staff
from database.ledger import Movement, Request, decide, told, trimmed
from database.models.base import utc_now
from database.models.points import MINT, OperationKind, Source
from database.moving_back import move_back
from database.reversing import Reversed, Spent
from database.staff_moves import Frozen, set_to, take


class StaffPointsController(BaseController):
    topic = "staff_points"

    @action(repeatable=True)
    async def take(
        self, *, guild_id: int, member_id: int, amount: int, reason: str, actor_id: int, interaction_id: int
    ) -> Movement:
        """Take points from a member, who never had them then. Refused: AmountOutOfRange, TheyHaveNotEnough."""
        request = _request(
            OperationKind.TAKE, guild_id, (actor_id, interaction_id), (member_id, amount), reason
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(
                tx, request, (MINT, member_id), lambda book: take(book, member_id, amount), Movement
            )
        return told(answer)

    @action(repeatable=True)
    async def set(
        self,
        *,
        guild_id: int,
        member_id: int,
        member_is_bot: bool,
        balance: int,
        reason: str,
        actor_id: int,
        interaction_id: int,
    ) -> Movement:
        """Make a member's balance what is said: the difference is awarded or taken. Refused: AmountOutOfRange,
        NothingToSet, TheyHaveNotEnough (what is held cannot be taken).
        """
        request = _request(
            OperationKind.SET, guild_id, (actor_id, interaction_id), (member_id, balance), reason
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await decide(
                tx,
                request,
                (MINT, member_id),
                lambda book: set_to(book, member_id, balance, is_bot=member_is_bot),
                Movement,
            )
        return told(answer)

    @action(repeatable=True)
    async def reverse(
        self,
        *,
        guild_id: int,
        operation_id: int,
        policy: Spent,
        reason: str,
        actor_id: int,
        interaction_id: int,
    ) -> Reversed:
        """Move back what an operation moved, once. `policy`: what happens where the points are spent.

        Refused: OperationNotFound, NotReversible, AlreadyReversed, PointsSpent, BalanceTooHigh.
        """
        request = _request(
            OperationKind.REVERSE, guild_id, (actor_id, interaction_id), (operation_id, policy), reason
        )
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await move_back(tx, request, operation_id, policy)
        return told(answer)

    @action(repeatable=True)
    async def freeze(
        self, *, guild_id: int, member_id: int, reason: str, actor_id: int, interaction_id: int
    ) -> Frozen:
        """Nothing that is not the staff's goes in or out of their account. Refused: FrozenAlready."""
        request = _request(OperationKind.FREEZE, guild_id, (actor_id, interaction_id), (member_id,), reason)
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await by_staff(tx, request, member_id, utc_now())
        return told(answer)

    @action(repeatable=True)
    async def unfreeze(
        self, *, guild_id: int, member_id: int, reason: str, actor_id: int, interaction_id: int
    ) -> Frozen:
        request = _request(OperationKind.UNFREEZE, guild_id, (actor_id, interaction_id), (member_id,), reason)
        async with self._transaction(guild_id=guild_id) as tx:
            answer = await by_staff(tx, request, member_id, None)
        return told(answer)


def _request(
    kind: OperationKind,
    guild_id: int,
    by: tuple[int, int],
    asked: tuple[object, ...],
    reason: str,
) -> Request:
    """`by`: whose wish it is, and the interaction that says so."""
    actor_id, interaction_id = by
    return Request(
        guild_id=guild_id,
        kind=kind,
        source=Source.INTERACTION,
        external_id=interaction_id,
        actor_id=actor_id,
        asked=asked,
        note=trimmed(reason),
    )
