"""Leaderboards: places and pages are what sorting says, whatever was moved, by whom, and however it was counted."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from database.boards import Progress
from database.clock import clock
from database.models import ALL_TIME, PAGE_SIZE, Board, BoardKind, Key
from database.service import DatabaseService

ANN, BEN, CEM = 5_001, 5_002, 5_003
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WEEK, MONTH = Board(BoardKind.WEEK, 202647), Board(BoardKind.MONTH, 202611)


class Boards:
    """The boards of one guild in short words, and what they should say, sorted here."""

    def __init__(self, database: DatabaseService, auditor: Any, guild_id: int) -> None:
        self.database, self.auditor, self.guild_id = database, auditor, guild_id
        self.boards = database.boards

    async def count(self, *, now: datetime | None = None) -> None:
        """Until nothing waits."""
        while (
            await self.boards.refresh(guild_id=self.guild_id, now=now or clock.now()) is not Progress.DONE
        ):
            pass

    async def moved(self, debit_id: int, credit_id: int, amount: int, at: datetime) -> None:
        """A transfer of some other day, as if it had been made then."""
        await self.auditor.execute(MOVED, self.guild_id, debit_id, credit_id, amount, at)

    async def sorted(self, board: Board) -> list[tuple[int, int]]:
        """(user, points) of the whole board by its rows."""
        rows = await self.auditor.fetch(SHOWN, self.guild_id, board.key)
        return [(row["user_id"], row["points"]) for row in rows]

    async def read(self, board: Board) -> list[tuple[int, int, int]]:
        """(place, user, points) of the whole board by its pages, from the first to the last by key, and back."""
        page = await self.boards.page(guild_id=self.guild_id, board=board)
        read, there = list(page.standings), [page.standings]
        while page.has_after:
            page = await self.boards.after(guild_id=self.guild_id, board=board, key=last_key(page))
            read += page.standings
            there.append(page.standings)
        for earlier in reversed(there[:-1]):
            page = await self.boards.before(guild_id=self.guild_id, board=board, key=first_key(page))
            assert page.standings == earlier
        for number, standings in enumerate(there, start=1):
            found = await self.boards.page(guild_id=self.guild_id, board=board, number=number)
            assert found.standings == standings
        assert page.people == len(read)
        assert not page.has_before
        return [(each.place, each.user_id, each.points) for each in read]

    async def mistakes(self) -> list[str]:
        """Counts of the tree that are not what its rows say."""
        return [str(dict(row)) for row in await self.auditor.fetch(WRONG_COUNTS, self.guild_id)]


MOVED = """
    WITH accounts AS (
        INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
        SELECT $1, id, CASE id WHEN 1 THEN 'mint' ELSE 'member' END, 0, now() FROM unnest(ARRAY[$2, $3]::bigint[]) id
        ON CONFLICT DO NOTHING RETURNING account_id
    ), asked AS (
        INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
        SELECT $1, 'interaction', 1 + coalesce(max(external_id), 0), sha256('x'), 'award', 1, '{}', $5
        FROM point_operations WHERE guild_id = $1 RETURNING operation_id
    )
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, posted_at)
    SELECT $1, operation_id, 'post', $2, $3, $4::bigint, $5 FROM asked
"""
SHOWN = """
    SELECT user_id, points FROM point_boards WHERE guild_id = $1 AND board = $2 AND NOT is_hidden AND points > 0
    ORDER BY points DESC, user_id
"""
WRONG_COUNTS = """
    SELECT board, level, node, c.people AS counted, r.people AS real
    FROM (SELECT * FROM point_board_counts WHERE guild_id = $1) c FULL JOIN (
        SELECT board, level, points >> (6 * level) AS node, count(*) AS people
        FROM point_boards, generate_series(0, 6) level
        WHERE guild_id = $1 AND NOT is_hidden AND points > 0 GROUP BY 1, 2, 3) r USING (board, level, node)
    WHERE c.people IS DISTINCT FROM r.people
"""


def first_key(page: Any) -> Key:
    return Key(page.standings[0].points, page.standings[0].user_id)


def last_key(page: Any) -> Key:
    return Key(page.standings[-1].points, page.standings[-1].user_id)


def placed(points: dict[int, int]) -> list[tuple[int, int, int]]:
    """What a board should say: equals share a place, and stand by user id."""
    order = sorted(((-each, user_id) for user_id, each in points.items() if each > 0))
    return [(1 + sum(other < most for other, _ in order), user_id, -most) for most, user_id in order]


@pytest.fixture
def boards(database: DatabaseService, auditor: Any, guild_id: int) -> Boards:
    return Boards(database, auditor, guild_id)


async def test_equals_share_a_place_and_the_next_one_is_counted_on(ledger: Any, boards: Boards) -> None:
    for user_id, amount in ((CEM, 5), (ANN, 7), (BEN, 5), (5_004, 1)):
        await ledger.award(user_id, amount)
    await boards.count()
    assert await boards.read(ALL_TIME) == [(1, ANN, 7), (2, BEN, 5), (2, CEM, 5), (4, 5_004, 1)]
