"""Leaderboards: how they follow the ledger, and what is read of them."""

from collections.abc import Sequence
from datetime import datetime

from database.actions import action
from database.boards import count, forget_old
from database.controllers._base import BaseController
from database.models.board import ALL_TIME, Board, Progress
from database.models.board_cursor import BEHIND
from database.models.board_reads import (
    AROUND,
    BACK,
    BEFORE_ME,
    IS_RECOUNTING,
    KEY_AT,
    NEXT,
    OWN_PLACE,
    OWN_ROW,
    PAGE_SIZE,
    TOP,
    BoardPage,
    Key,
    Place,
    Slice,
    Standing,
)
from database.statements import Statement
from database.transaction import Transaction


class BoardsController(BaseController):
    topic = "boards"

    @action(repeatable=True)
    async def refresh(self, *, guild_id: int, now: datetime) -> Progress:
        """Count a batch of transfers. Nobody waits: where another process counts, this one does not."""
        async with self._transaction(guild_id=guild_id) as tx:
            return await count(tx, guild_id, now)

    @action(repeatable=True)
    async def forget_old(self, *, guild_id: int, now: datetime) -> bool:
        """Weeks and months that are long over go, some rows at a time: True while more wait."""
        async with self._transaction(guild_id=guild_id) as tx:
            return await forget_old(tx, guild_id, now)

    @action(repeatable=True)
    async def behind(self, *, guild_ids: Sequence[int]) -> Sequence[int]:
        """Where, of these guilds, something waits to be counted."""
        async with self._transaction(system=True) as tx:
            return (await tx.exec(BEHIND, guild_ids=list(guild_ids))).all()

    @action(repeatable=True)
    async def page(self, *, guild_id: int, board: Board, number: int = 1) -> BoardPage:
        """A page by its number, counted from 1. Empty beyond the end."""
        async with self._report(guild_id=guild_id) as tx:
            key: Key | None = TOP
            if number > 1:
                passed = (number - 1) * PAGE_SIZE
                key = (await tx.exec(KEY_AT, guild_id=guild_id, board=board.key, passed=passed)).first()
            return await _page(tx, guild_id, board, key, NEXT)

    @action(repeatable=True)
    async def at(self, *, guild_id: int, board: Board, key: Key) -> BoardPage:
        """Those from this key on, it included."""
        async with self._report(guild_id=guild_id) as tx:
            return await _page(tx, guild_id, board, key, NEXT)

    @action(repeatable=True)
    async def after(self, *, guild_id: int, board: Board, key: Key) -> BoardPage:
        """Those who stand below this key."""
        async with self._report(guild_id=guild_id) as tx:
            beyond = Key(key.points, key.user_id - 1)
            return await _page(tx, guild_id, board, beyond, NEXT)

    @action(repeatable=True)
    async def before(self, *, guild_id: int, board: Board, key: Key) -> BoardPage:
        """Those who stand above this key; the first page where they are fewer than a page."""
        async with self._report(guild_id=guild_id) as tx:
            found = await _page(tx, guild_id, board, key, BACK)
            if len(found.standings) == PAGE_SIZE:
                return found
            return await _page(tx, guild_id, board, TOP, NEXT)

    @action(repeatable=True)
    async def around(self, *, guild_id: int, board: Board, user_id: int) -> BoardPage | None:
        """Those around somebody; None if they are not on the board."""
        async with self._report(guild_id=guild_id) as tx:
            key = (await tx.exec(OWN_ROW, guild_id=guild_id, board=board.key, user_id=user_id)).first()
            if key is None:
                return None
            return await _page(tx, guild_id, board, key, AROUND)

    @action(repeatable=True)
    async def place(self, *, guild_id: int, user_id: int) -> Place | None:
        """The place by the balance of this moment, and among how many; None without points."""
        async with self._read(guild_id=guild_id) as tx:
            own = (await tx.exec(OWN_PLACE, guild_id=guild_id, board=ALL_TIME.key, user_id=user_id)).first()
            if own is None:
                return None
            is_above = own.counted is not None and own.counted > own.balance
            return Place(own.above - is_above + 1, own.people + (own.counted is None))


async def _page(
    tx: Transaction,
    guild_id: int,
    board: Board,
    key: Key | None,
    around: Statement[Slice],
) -> BoardPage:
    """Of each side of the key one more is read than is shown, to tell whether there is any."""
    shown = {NEXT: (0, PAGE_SIZE), BACK: (PAGE_SIZE, 0), AROUND: (BEFORE_ME, PAGE_SIZE - BEFORE_ME)}[around]
    is_recounting = (await tx.exec(IS_RECOUNTING, guild_id=guild_id)).first() is not None
    if key is None:
        return BoardPage([], 0, has_before=True, has_after=False, is_recounting=is_recounting)
    slices = (await tx.exec(around, guild_id=guild_id, board=board.key, **key._asdict())).all()
    before = sum(each.is_before for each in slices)
    first, last = max(0, before - shown[0]), before + shown[1]
    return BoardPage(
        _placed(slices)[first:last],
        slices[0].people if slices else 0,
        has_before=first > 0,
        has_after=last < len(slices),
        is_recounting=is_recounting,
    )


def _placed(slices: Sequence[Slice]) -> list[Standing]:
    """Equals share a place. Those of the first row may begin long before it; all others begin among these."""
    placed: list[Standing] = []
    place, next_place = 0, 0
    for number, each in enumerate(slices):
        if number == 0:
            place, next_place = each.above + 1, each.above + each.level + 1
        elif each.points != slices[number - 1].points:
            place, next_place = next_place, next_place + 1
        elif each.points != slices[0].points:
            next_place += 1
        placed.append(Standing(place, each.user_id, each.points, each.name))
    return placed
