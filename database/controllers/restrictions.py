"""What should be true of members and channels now."""

from collections.abc import Sequence
from datetime import datetime

from database.acting import end_of
from database.actions import action
from database.controllers._base import BaseController
from database.models.act import ACT_LEASE, ACTS, Act, ActKind, ActState, Purpose
from database.models.act_steps import CAME_BACK
from database.models.bans import BANNED, WantedBan
from database.models.base import utc_now
from database.models.restriction import BECAUSE_OF, RESTRICTIONS, STANDING, Restriction, RestrictionKind
from database.texts import storable
from database.transaction import Transaction

PUT_BACK = {RestrictionKind.TIMEOUT: ActKind.TIMEOUT, RestrictionKind.ROLES: ActKind.ROLES}
"""What a member could shake off by leaving and coming back."""


class RestrictionController(BaseController):
    topic = "restrictions"

    @action(repeatable=True)
    async def get(self, *, guild_id: int, subject_id: int, kind: RestrictionKind) -> Restriction | None:
        async with self._read(guild_id=guild_id) as tx:
            return await RESTRICTIONS.get(tx, guild_id=guild_id, subject_id=subject_id, kind=kind)

    @action(repeatable=True)
    async def standing(self, *, guild_id: int, subject_id: int) -> Sequence[Restriction]:
        """What stands against a person, or holds for a channel, at this moment."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(STANDING, guild_id=guild_id, subject_id=subject_id, now=utc_now())).all()

    @action(repeatable=True)
    async def banned(self, *, guild_id: int, typed: str, limit: int = 25) -> Sequence[WantedBan]:
        """The latest bans that stand, of people whose id begins with what was typed, or whose name holds it."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(BANNED, guild_id=guild_id, typed=storable(typed), limit=limit)).all()

    @action(repeatable=True)
    async def lift(self, *, guild_id: int, number: int) -> Sequence[Act]:
        """Plan the end of all that stands because of a case, for now; empty if nothing does.

        Planned twice, the second end finds that the first has ended it.
        The acts are the caller's to carry out for the length of the lease, and the worker's then.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            now = utc_now()
            ends = []
            for each in (await tx.exec(BECAUSE_OF, guild_id=guild_id, case_number=number)).all():
                end = end_of(each, now, at=now)
                end.leased_until, end.fence = now + ACT_LEASE, 1
                ends.append(end)
            return await ACTS.insert(tx, ends) if ends else []

    @action(repeatable=False)
    async def came_back(self, *, guild_id: int, user_id: int, now: datetime) -> Sequence[Restriction]:
        """A member joined: what waited for them is due, and what stands against them is put back.

        Gives what stands. Each join plans acts of its own, which change nothing where Discord has them already.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(CAME_BACK, of_guild_id=guild_id, of_user_id=user_id, now=now)
            standing = (await tx.exec(STANDING, guild_id=guild_id, subject_id=user_id, now=now)).all()
            again = [_again(each, now) for each in standing if each.kind in PUT_BACK]
            if again:
                await ACTS.insert(tx, again)
            return standing

    @action(repeatable=False)
    async def roles_differ(
        self, *, guild_id: int, user_id: int, role_ids: Sequence[int], now: datetime
    ) -> bool:
        """A member has these roles now. Where a restriction that stands takes or gives others, plan that again."""
        async with self._transaction(guild_id=guild_id) as tx:
            standing = (await tx.exec(STANDING, guild_id=guild_id, subject_id=user_id, now=now)).all()
            has = set(role_ids)
            for each in standing:
                taken, given = (set(each.payload.get(name, ())) for name in ("taken", "given"))
                if each.kind is not RestrictionKind.ROLES or not (has & taken or given - has):
                    continue
                if not await _is_under_way(tx, each, now):
                    await ACTS.insert(tx, [_again(each, now)])
                    return True
            return False


async def _is_under_way(tx: Transaction, restriction: Restriction, now: datetime) -> bool:
    """An act that is due and not sent yet sees to all that is amiss by then, however many changes told of it.

    The lock on the restriction lets two changes that are heard at once plan one act.
    """
    key = {"guild_id": restriction.guild_id, "kind": restriction.kind}
    await RESTRICTIONS.lock(tx, subject_id=restriction.subject_id, **key)
    planned = await ACTS.find(
        tx,
        guild_id=restriction.guild_id,
        target_id=restriction.subject_id,
        restriction=restriction.kind,
        state=ActState.PLANNED,
    )
    return any(act.due_at <= now and act.version == restriction.version for act in planned)


def _again(restriction: Restriction, now: datetime) -> Act:
    assert restriction.case_number is not None
    return Act(
        guild_id=restriction.guild_id,
        kind=PUT_BACK[restriction.kind],
        purpose=Purpose.KEEP,
        target_id=restriction.subject_id,
        case_number=restriction.case_number,
        restriction=restriction.kind,
        version=restriction.version,
        until=restriction.until,
        due_at=now,
        created_at=now,
    )
