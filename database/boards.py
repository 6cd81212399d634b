"""Leaderboards follow the ledger: a batch of transfers is counted onto all boards in one transaction.

New transfers are read in the order of their transactions, and only those before the oldest transaction that is open, so
none is missed that is committed later. After a restore into another cluster, and where a server has changed its time
zone, all is counted anew.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from database.local_days import beginning, today, week_of
from database.models.board import ALL_TIME, Board, BoardKind, CursorState, Progress
from database.models.board_cursor import (
    BEGIN_ANEW,
    END_OF_NEW,
    END_OF_OLD,
    FORGET_COUNTS,
    FORGET_ROWS,
    LOCK_CURSOR_IF_FREE,
    MOVE_CURSOR,
    OPEN_CURSOR,
    TAKE_MEMBERSHIP_CHANGES,
    Standpoint,
)
from database.models.board_steps import COUNT_NEW, COUNT_OLD, HIDE_OR_SHOW
from database.models.guild_config import FIND_CONFIG, GuildSettings
from database.models.season import SEASONS_OF, Season
from database.transaction import Transaction

KEPT_FOR = timedelta(days=60)
"""After a week or a month is over; seasons stay for ever."""
BATCH = 1_000
"""Transfers in one transaction, while people wait."""
LARGE_BATCH = 5_000
"""While all is counted anew."""
LAST_ID = 2**63 - 1


class Period(NamedTuple):
    """What a board counts: what was issued from then until then."""

    board: Board
    begins_at: datetime
    ends_at: datetime


def week(day: date, zone: ZoneInfo) -> Period:
    monday = day - timedelta(days=day.weekday())
    after = monday + timedelta(days=7)
    return Period(Board(BoardKind.WEEK, week_of(monday)), beginning(monday, zone), beginning(after, zone))


def month(day: date, zone: ZoneInfo) -> Period:
    first = day.replace(day=1)
    after = (first + timedelta(days=31)).replace(day=1)
    board = Board(BoardKind.MONTH, first.year * 100 + first.month)
    return Period(board, beginning(first, zone), beginning(after, zone))


def season(each: Season) -> Period:
    ends_at = each.ended_at or datetime.max.replace(tzinfo=UTC)
    return Period(Board(BoardKind.SEASON, each.number), each.started_at, ends_at)


def periods(zone: ZoneInfo, now: datetime) -> list[Period]:
    """Weeks and months, from the one to come back to those that are over for KEPT_FOR."""
    found = []
    for kind in (week, month):
        each = kind(today(now, zone) + timedelta(days=7), zone)
        while each.ends_at > now - KEPT_FOR:
            found.append(each)
            each = kind(each.begins_at.astimezone(zone).date() - timedelta(days=1), zone)
    return found


async def count(tx: Transaction, guild_id: int, now: datetime) -> Progress:
    """Count one batch, and hide who has left since the last."""
    at = (await tx.exec(LOCK_CURSOR_IF_FREE, guild_id=guild_id)).first()
    time_zone = await zone_of(tx, guild_id)
    if at is None:
        # In a transaction of its own: the next one's number must not be older than what it sees (BEGIN_ANEW).
        opened = (await tx.exec(OPEN_CURSOR, guild_id=guild_id, time_zone=time_zone)).first()
        return Progress.BUSY if opened is None else Progress.MORE
    if at.cluster != at.here or at.time_zone != time_zone:
        await tx.exec(
            BEGIN_ANEW,
            of_guild_id=guild_id,
            cluster=at.here,
            time_zone=time_zone,
            posted_in=at.horizon - 1,
            base_id=at.latest_id,
        )
        return Progress.MORE
    if at.state is CursorState.CLEARING:
        return await _clear(tx, guild_id, at)
    # Read under the lock, which whoever starts a season holds: it counts from the next batch on.
    seasons = (await tx.exec(SEASONS_OF, guild_id=guild_id)).all()
    counted = periods(ZoneInfo(time_zone), now) + [season(each) for each in seasons]
    if at.state is CursorState.RECOUNTING:
        return await _count_old(tx, guild_id, at, counted)
    return await _count_new(tx, guild_id, at, counted)


async def zone_of(tx: Transaction, guild_id: int) -> str:
    """Where the server's weeks begin."""
    rules = (await tx.exec(FIND_CONFIG, guild_id=guild_id)).first()
    return (rules or GuildSettings(guild_id)).time_zone


async def forget_old(tx: Transaction, guild_id: int, now: datetime) -> bool:
    """Weeks and months that are over for KEPT_FOR go, some rows at a time; whether more of them wait."""
    kept = [each.board for each in periods(ZoneInfo(await zone_of(tx, guild_id)), now)]
    return await _forget(
        tx,
        guild_id,
        [
            (Board(kind).key, min(board.key for board in kept if board.kind is kind) - 1)
            for kind in (BoardKind.WEEK, BoardKind.MONTH)
        ],
    )


async def _clear(tx: Transaction, guild_id: int, at: Standpoint) -> Progress:
    """Throw away what was counted, all of it, before the first transfer is counted anew."""
    if await _forget(tx, guild_id, [(ALL_TIME.key, LAST_ID)]):
        return Progress.MORE
    if at.horizon <= at.barrier:
        return Progress.BUSY  # who may still write a number below base_id has not ended
    await _move(tx, guild_id, CursorState.RECOUNTING, at.posted_in, 0)
    return Progress.MORE


async def _count_old(tx: Transaction, guild_id: int, at: Standpoint, counted: Sequence[Period]) -> Progress:
    span = {"guild_id": guild_id, "transfer_id": at.transfer_id}
    end = (await tx.exec(END_OF_OLD, **span, base_id=at.base_id, skipped=LARGE_BATCH - 1)).first()
    await tx.exec(COUNT_OLD, **span, to_transfer_id=end or at.base_id, **_edges(counted))
    if end is None:
        await _move(tx, guild_id, CursorState.FOLLOWING, at.posted_in, LAST_ID)
    else:
        await _move(tx, guild_id, CursorState.RECOUNTING, at.posted_in, end)
    return Progress.MORE


async def _count_new(tx: Transaction, guild_id: int, at: Standpoint, counted: Sequence[Period]) -> Progress:
    span = {
        "guild_id": guild_id,
        "posted_in": at.posted_in,
        "transfer_id": at.transfer_id,
        "base_id": at.base_id,
    }
    full = (await tx.exec(END_OF_NEW, **span, horizon=at.horizon, skipped=BATCH - 1)).first()
    end = full or (max(at.horizon - 1, at.posted_in), LAST_ID)
    await tx.exec(COUNT_NEW, **span, to_posted_in=end[0], to_transfer_id=end[1], **_edges(counted))
    moved = (await tx.exec(TAKE_MEMBERSHIP_CHANGES, guild_id=guild_id, limit=BATCH)).all()
    if moved:
        boards = [ALL_TIME.key, *(each.board.key for each in counted)]
        await tx.exec(HIDE_OR_SHOW, guild_id=guild_id, user_ids=moved, boards=boards)
    is_more = await _move(tx, guild_id, CursorState.FOLLOWING, *end)
    if full or len(moved) == BATCH:
        return Progress.MORE
    return Progress.BUSY if is_more else Progress.DONE


async def _move(tx: Transaction, guild_id: int, state: CursorState, posted_in: int, transfer_id: int) -> bool:
    """Whether there is more to be seen beyond."""
    moved = await tx.exec(
        MOVE_CURSOR, of_guild_id=guild_id, state=state, posted_in=posted_in, transfer_id=transfer_id
    )
    return moved.one()


async def _forget(tx: Transaction, guild_id: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether more may be left of boards with these keys."""
    span = {
        "guild_id": guild_id,
        "from_keys": [first for first, _ in spans],
        "to_keys": [last for _, last in spans],
        "limit": LARGE_BATCH,
    }
    gone = [(await tx.exec(forget, **span)).one() for forget in (FORGET_ROWS, FORGET_COUNTS)]
    return LARGE_BATCH in gone


def _edges(counted: Sequence[Period]) -> dict[str, list[object]]:
    return {
        "boards": [each.board.key for each in counted],
        "begins_at": [each.begins_at for each in counted],
        "ends_at": [each.ends_at for each in counted],
    }
