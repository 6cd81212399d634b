"""What people do by hand in Discord: each entry of the audit log once, however often and late it is heard."""

from collections.abc import Sequence
from datetime import datetime

from database.acting import locked_restriction
from database.actions import action
from database.by_hand import SAME_WITHIN, decide, decide_again, open_by_hand, told_who
from database.controllers._base import BaseController
from database.guarding import exceeds, give_back, pause
from database.models.base import utc_now
from database.models.by_hand import (
    ADVANCE_CURSOR,
    BEGIN_CURSOR,
    CURSORS,
    DECIDES,
    KNOWN_ENTRIES,
    MARK_TOLD,
    OWN_ACT,
    AuditCursor,
    Deed,
)
from database.models.case import CASES, Case, CaseKind, CaseOrigin
from database.models.outbox import ASK, Delivery
from database.models.restriction import RESTRICTIONS


class ByHandController(BaseController):
    topic = "by_hand"

    @action(repeatable=True)
    async def note(self, *, guild_id: int, deed: Deed, most_acts: int | None = None) -> Case:
        """Write the case of an entry, and make what should be true what the entry made of it.

        The same entry again gives its case. A case that was written when the deed was seen without its entry stays
        the only one: it gets a note that says who it was. `most_acts`: of this moderator within the hour, beyond which
        they are paused; what they did stays done.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            now = utc_now()
            if (seen := await told_who(tx, guild_id, deed, now)) is not None:
                return seen
            is_over = most_acts is not None and await exceeds(tx, guild_id, deed.moderator_id, most_acts)
            opened = await open_by_hand(tx, guild_id, deed)
            if opened.is_new:
                await decide(tx, opened.case, deed, now)
            elif most_acts is not None:
                await give_back(tx, guild_id, deed.moderator_id)
            if opened.is_new and is_over:
                await pause(tx, guild_id, deed.moderator_id)
            return opened.case

    @action(repeatable=True)
    async def seen(self, *, guild_id: int, deed: Deed, is_certain: bool = False) -> Case | None:
        """Write the case of a deed of which no entry can be read, once; None if it is Reeve's own, or nothing new.

        `is_certain`: Discord was read, and what is there is not Reeve's, whatever is wanted.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            now, decides = utc_now(), DECIDES[deed.kind]
            row = await locked_restriction(tx, guild_id, deed.target_id, decides.restriction, now)
            if not is_certain:
                if row.wanted is decides.wanted:
                    return None
                own = await tx.exec(
                    OWN_ACT,
                    guild_id=guild_id,
                    target_id=deed.target_id,
                    kind=decides.act,
                    since=now - SAME_WITHIN,
                )
                if own.first() is not None:
                    return None
            opened = await open_by_hand(tx, guild_id, deed)
            if opened.is_new:
                await decide(tx, opened.case, deed, now)
            return opened.case

    @action(repeatable=True)
    async def own(self, *, guild_id: int, entry_id: int, number: int, target_id: int, kind: CaseKind) -> bool:
        """An entry of Reeve's own, tagged with a case; False if there is no such case about that person.

        Where an older entry by hand was heard of after the act was settled, what Reeve did later counts again.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            case = await CASES.lock(tx, guild_id=guild_id, number=number)
            if case is None or (case.target_id != target_id and case.kind is not CaseKind.MASSBAN):
                return False
            if kind not in DECIDES:
                return True
            where = {"guild_id": guild_id, "subject_id": target_id, "kind": DECIDES[kind].restriction}
            row = await RESTRICTIONS.lock(tx, **where)
            if row is None or row.decided_by_id >= entry_id:
                return True
            by = (
                None
                if row.case_number is None
                else await CASES.get(tx, guild_id=guild_id, number=row.case_number)
            )
            if by is not None and by.origin is CaseOrigin.BY_HAND and row.wanted is not DECIDES[kind].wanted:
                await decide_again(tx, case, row, kind=kind, entry_id=entry_id, now=utc_now())
                return True
            row.decided_by_id = entry_id
            await RESTRICTIONS.update(tx, [row], "decided_by_id")
            return True

    @action(repeatable=True)
    async def known(self, *, guild_id: int, entry_ids: Sequence[int]) -> set[int]:
        """Those of which there is a case."""
        async with self._read(guild_id=guild_id) as tx:
            return set((await tx.exec(KNOWN_ENTRIES, guild_id=guild_id, entry_ids=list(entry_ids))).all())

    @action(repeatable=True)
    async def cursor(self, *, guild_id: int) -> AuditCursor | None:
        """How far the audit log was read; None before the first time."""
        async with self._read(guild_id=guild_id) as tx:
            return await CURSORS.get(tx, guild_id=guild_id)

    @action(repeatable=True)
    async def begin(self, *, guild_id: int, entry_id: int) -> None:
        """Read from this entry on; nothing if a cursor is there."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(BEGIN_CURSOR, guild_id=guild_id, entry_id=entry_id)

    @action(repeatable=True)
    async def advance(self, *, guild_id: int, entry_id: int) -> None:
        """All entries up to this one were read, so the log may be read. Never goes back."""
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(ADVANCE_CURSOR, of_guild_id=guild_id, read_to=entry_id)

    @action(repeatable=True)
    async def unreadable(self, *, guild_id: int, entry_id: int, now: datetime) -> bool:
        """Reeve may not read the log: the staff is told once, until it may and may not again. Whether it is now.

        `entry_id`: where to begin when it may, if nothing was read before.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            await tx.exec(BEGIN_CURSOR, guild_id=guild_id, entry_id=entry_id)
            if (await tx.exec(MARK_TOLD, of_guild_id=guild_id)).first() is None:
                return False
            await tx.exec(ASK, guild_id=guild_id, kind=Delivery.AUDIT_ALERT, subject_id=0, due_at=now)
            return True
