"""Leaderboards: places and pages are what sorting says, whatever was moved, by whom, and however it was counted."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from database.boards import week
from database.clock import clock
from database.models import ALL_TIME, Board, BoardKind, Key, Progress
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
        """Until all is counted; also if somebody, as PostgreSQL's own upkeep, has a transaction open meanwhile."""
        while await self._refresh(now) is not Progress.DONE:
            pass

    async def count_what_can_be_seen(self, *, now: datetime | None = None) -> None:
        """While a transaction of the test is open."""
        while await self._refresh(now) is Progress.MORE:
            pass

    async def _refresh(self, now: datetime | None) -> Progress:
        return await self.boards.refresh(guild_id=self.guild_id, now=now or clock.now())

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

    async def left(self, user_id: int, *, back: bool = False) -> None:
        now, whom = clock.now(), {"guild_id": self.guild_id, "user_id": user_id}
        act = self.database.users.seen if back else self.database.users.left
        await act(**whom, name="a", display_name="A", **{"seen_at" if back else "left_at": now})


MOVED = """
    WITH accounts AS (
        INSERT INTO point_accounts (guild_id, account_id, kind, balance, opened_at)
        SELECT $1, id, CASE id WHEN 1 THEN 'mint' ELSE 'member' END, 0, now() FROM unnest(ARRAY[$2, $3]::bigint[]) id
        ON CONFLICT DO NOTHING RETURNING account_id
    ), asked AS (
        INSERT INTO point_operations (guild_id, source, external_id, request_hash, kind, actor_id, answer, asked_at)
        SELECT $1, 'interaction', (random() * 1e15)::bigint, sha256('x'), 'award', 1, '{}', $5 RETURNING operation_id
    )
    INSERT INTO point_transfers (guild_id, operation_id, phase, debit_id, credit_id, amount, posted_at)
    SELECT $1, operation_id, 'post', $2, $3, $4::bigint, $5 FROM asked
"""
SHOWN = """
    SELECT user_id, points FROM point_boards WHERE guild_id = $1 AND board = $2 AND NOT is_hidden AND points > 0
    ORDER BY points DESC, user_id DESC
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
    """What a board should say: equals share a place, the largest user id first."""
    order = sorted(((each, user_id) for user_id, each in points.items() if each > 0), reverse=True)
    return [(1 + sum(other > own for other, _ in order), user_id, own) for own, user_id in order]


@pytest.fixture
def boards(database: DatabaseService, auditor: Any, guild_id: int) -> Boards:
    return Boards(database, auditor, guild_id)


@pytest.mark.parametrize("seed", range(4))
async def test_boards_are_what_sorting_says(ledger: Any, boards: Boards, seed: int) -> None:
    """Random moves with many equals, people who leave and come back, counts at random moments, and all anew."""
    dice = random.Random(seed)
    balances, issued, gone = dict[int, int](), dict[int, int](), set[int]()
    people, amounts = range(5_001, 5_041), (1, 1, 2, 63, 64, 65, 4_095, 4_096, 999_999_999)
    now = clock.now()
    for _ in range(90):
        giver, receiver = dice.sample(people, 2)
        amount = dice.choice(amounts)
        act = dice.random()
        if act < 0.5:
            await ledger.award(receiver, amount)
        elif act < 0.8 and balances.get(giver, 0) >= amount:
            await ledger.give(giver, receiver, amount)
            balances[giver] -= amount
        elif act < 0.9:
            await boards.left(giver, back=giver in gone)
            gone ^= {giver}
            continue
        else:
            await boards.boards.refresh(guild_id=boards.guild_id, now=now)
            continue
        balances[receiver] = balances.get(receiver, 0) + amount
        if act < 0.5:
            issued[receiver] = issued.get(receiver, 0) + amount
    this_week = week(now.date(), ZoneInfo("UTC")).board
    for how in ("followed", "anew"):
        if how == "anew":
            await boards.auditor.execute("UPDATE point_board_cursors SET cluster = 1")
        await boards.count(now=now)
        for board, points in ((ALL_TIME, balances), (this_week, issued)):
            shown = placed({user: each for user, each in points.items() if user not in gone})
            assert await boards.read(board) == shown, how
            for place, user_id, _ in shown if board == ALL_TIME else ():
                own = await boards.boards.place(guild_id=boards.guild_id, user_id=user_id)
                assert own == (place, len(shown))
        assert await boards.mistakes() == []


async def test_many_who_count_at_once_count_once(ledger: Any, boards: Boards) -> None:
    for user_id in range(5_001, 5_031):
        await ledger.award(user_id, user_id % 7 + 1)
    await boards.count()
    for user_id in range(5_001, 5_031):
        await ledger.award(user_id, 1)
    await asyncio.gather(
        *(boards.boards.refresh(guild_id=boards.guild_id, now=clock.now()) for _ in range(8)),
        *(ledger.award(user_id, 1) for user_id in range(5_001, 5_011)),
    )
    await boards.count()
    expected = {user_id: user_id % 7 + 2 + (user_id < 5_011) for user_id in range(5_001, 5_031)}
    for board in (ALL_TIME, week(clock.now().date(), ZoneInfo("UTC")).board):
        assert await boards.read(board) == placed(expected)
    assert await boards.mistakes() == []


async def test_who_is_killed_while_counting_has_counted_nothing_twice(
    ledger: Any, boards: Boards, auditor: Any, dsn: str
) -> None:
    """The connection dies between the first row that is written and COMMIT; the action begins again by itself."""
    await ledger.award(ANN, 5)
    await boards.count()
    await ledger.award(ANN, 2)
    await ledger.award(BEN, 3)
    async with auditor.transaction():
        await auditor.execute("SELECT FROM point_boards WHERE user_id = $1 FOR UPDATE", ANN)
        counting = asyncio.create_task(boards.count())
        while (victim := await auditor.fetchval(WAITS_FOR_US)) is None:  # noqa: ASYNC110  # nobody tells
            await asyncio.sleep(0)
        assert await auditor.fetchval("SELECT pg_terminate_backend($1)", victim)
    await counting
    for board in (ALL_TIME, week(clock.now().date(), ZoneInfo("UTC")).board):
        assert await boards.read(board) == [(1, ANN, 7), (2, BEN, 3)]
    assert boards.database.figures.of("boards.refresh").repeats.total() >= 1
    assert await boards.mistakes() == []


async def test_what_is_committed_out_of_its_order_is_not_missed(
    ledger: Any, boards: Boards, stranger: Any
) -> None:
    """The first transfer by number is the last to be committed: a cursor over numbers would be past it."""
    await ledger.award(BEN, 1)
    await boards.count()
    late = Boards(boards.database, stranger, boards.guild_id)
    async with stranger.transaction():
        await late.moved(1, ANN, 4, NOON)
        await boards.moved(1, CEM, 2, NOON)
        await boards.count_what_can_be_seen(now=NOON)
        assert CEM not in [user_id for _, user_id, _ in await boards.read(WEEK)]
    await boards.count(now=NOON)
    assert {(1, ANN, 4), (2, CEM, 2)} <= set(await boards.read(WEEK))


async def test_what_is_open_while_all_is_counted_anew_is_not_missed(
    ledger: Any, boards: Boards, stranger: Any
) -> None:
    """A number below those that can be seen, in a transaction that has not ended when the counting begins."""
    await ledger.award(BEN, 1)
    late = Boards(boards.database, stranger, boards.guild_id)
    async with stranger.transaction():
        await late.moved(1, ANN, 4, NOON)
        await boards.moved(1, CEM, 2, NOON)
        await boards.count_what_can_be_seen(now=NOON)
    await boards.count(now=NOON)
    assert {(1, ANN, 4), (2, CEM, 2)} <= set(await boards.read(WEEK))


async def test_after_a_restore_into_another_cluster_all_is_counted_anew(boards: Boards, auditor: Any) -> None:
    """There numbers of transactions begin again: what came before seems to be written in the future."""
    await auditor.execute("SELECT pg_current_xact_id()")
    for user_id in (ANN, BEN):
        await boards.moved(1, user_id, 3, NOON)
    await boards.count(now=NOON)
    future = await auditor.fetchval("SELECT pg_current_xact_id()::text::bigint + 1000000")
    await auditor.execute(
        "UPDATE point_board_cursors SET cluster = 1, posted_in = $1 WHERE guild_id = $2",
        future,
        boards.guild_id,
    )
    await auditor.execute(MOVED.replace("posted_at)\n    SELECT", "posted_at, posted_in)\n    SELECT").replace(
        "$5 FROM asked", f"$5, {future} FROM asked"), boards.guild_id, 1, CEM, 9, NOON)  # fmt: skip
    await boards.moved(1, ANN, 1, NOON)
    await boards.count(now=NOON)
    await boards.moved(1, BEN, 2, NOON)
    await boards.count(now=NOON)
    assert await boards.read(WEEK) == [(1, CEM, 9), (2, BEN, 5), (3, ANN, 4)]
    assert await boards.mistakes() == []


async def test_weeks_and_months_begin_where_the_server_is(
    database: DatabaseService, boards: Boards, new_id: Callable[[], int]
) -> None:
    """In Auckland it is Monday, and December, half a day before it is in London; a change of place counts anew."""
    late = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)  # a Sunday
    for user_id, at in (
        (ANN, NOON), (BEN, late), (CEM, datetime(2026, 11, 30, 12, 0, tzinfo=UTC)),
    ):  # fmt: skip
        await boards.moved(1, user_id, 3, at)
    await boards.count(now=late)
    next_week, december = Board(BoardKind.WEEK, 202648), Board(BoardKind.MONTH, 202612)
    assert [user for _, user, _ in await boards.read(WEEK)] == [BEN, ANN]
    assert [user for _, user, _ in await boards.read(MONTH)] == [CEM, BEN, ANN]
    await database.guild_configs.change(
        guild_id=boards.guild_id, setting="time_zone", value="Pacific/Auckland", changed_by_id=1,
        interaction_id=new_id(),
    )  # fmt: skip
    await boards.count(now=datetime(2026, 12, 1, tzinfo=UTC))
    assert [user for _, user, _ in await boards.read(WEEK)] == [ANN]
    assert [user for _, user, _ in await boards.read(next_week)] == [BEN]
    assert [user for _, user, _ in await boards.read(MONTH)] == [BEN, ANN]
    assert [user for _, user, _ in await boards.read(december)] == [CEM]


async def test_gifts_move_no_place_of_a_week_and_what_is_taken_back_does(
    ledger: Any, boards: Boards, new_id: Callable[[], int]
) -> None:
    await ledger.award(ANN, 5)
    await ledger.award(BEN, 4)
    await ledger.give(BEN, CEM, 3)
    await ledger.database.staff_points.take(
        guild_id=boards.guild_id, member_id=CEM, amount=2, reason="r", actor_id=1, interaction_id=new_id()
    )
    await boards.count()
    this_week = week(clock.now().date(), ZoneInfo("UTC")).board
    assert await boards.read(this_week) == [(1, ANN, 5), (2, BEN, 4)]
    await ledger.award(CEM, 3)
    await boards.count()
    assert await boards.read(this_week) == [(1, ANN, 5), (2, BEN, 4), (3, CEM, 1)]


async def test_who_leaves_is_hidden_and_stands_where_they_stood_when_they_are_back(
    ledger: Any, boards: Boards
) -> None:
    for user_id, amount in ((ANN, 3), (BEN, 2), (CEM, 1)):
        await ledger.award(user_id, amount)
    await boards.count()
    await boards.left(BEN)
    await boards.count()
    assert await boards.read(ALL_TIME) == [(1, ANN, 3), (2, CEM, 1)]
    await ledger.award(BEN, 5)
    await boards.count()
    assert await boards.read(ALL_TIME) == [(1, ANN, 3), (2, CEM, 1)]
    await boards.left(BEN, back=True)
    await boards.count()
    assert await boards.read(ALL_TIME) == [(1, BEN, 7), (2, ANN, 3), (3, CEM, 1)]
    assert await boards.mistakes() == []


async def test_what_is_long_over_is_forgotten(boards: Boards) -> None:
    for days in (0, 20, 70, 100):
        await boards.moved(1, ANN, 3, NOON - timedelta(days=days))
        await boards.count(now=NOON - timedelta(days=days))
    known = "SELECT count(DISTINCT board) FROM point_boards WHERE guild_id = $1"
    assert await boards.auditor.fetchval(known, boards.guild_id) == 1 + 4 + 3  # all, and weeks and months
    while await boards.boards.forget_old(guild_id=boards.guild_id, now=NOON + timedelta(days=45)):
        pass
    assert await boards.read(WEEK) == [(1, ANN, 3)]
    assert await boards.auditor.fetchval(known, boards.guild_id) == 1 + 1 + 1
    assert await boards.mistakes() == []


async def test_the_own_place_is_of_this_moment(ledger: Any, boards: Boards) -> None:
    for user_id, amount in ((ANN, 3), (BEN, 2)):
        await ledger.award(user_id, amount)
    await boards.count()
    await ledger.award(BEN, 5)
    await ledger.award(CEM, 1)
    places = [await boards.boards.place(guild_id=boards.guild_id, user_id=each) for each in (BEN, CEM, 5_009)]
    assert places == [(1, 2), (3, 3), None]


async def test_a_page_around_somebody_and_pages_beyond_the_end(ledger: Any, boards: Boards) -> None:
    await ledger.database.points.award_many(
        guild_id=boards.guild_id, amounts={5_000 + n: 1 + n // 3 for n in range(1, 38)}, reason="r", actor_id=1,
        interaction_id=1,
    )  # fmt: skip
    await boards.count()
    whole = await boards.read(ALL_TIME)
    here: dict[str, Any] = {"guild_id": boards.guild_id, "board": ALL_TIME}
    for number, (_, user_id, _) in enumerate(whole):
        page = await boards.boards.around(**here, user_id=user_id)
        assert page is not None
        first = max(0, number - 4)
        assert [each[:3] for each in page.standings] == whole[first : number + 6]
        assert (page.has_before, page.has_after) == (first > 0, number + 6 < len(whole))
    assert await boards.boards.around(**here, user_id=9) is None
    page = await boards.boards.page(**here, number=5)
    assert (list(page.standings), page.has_before, page.has_after) == ([], True, False)
    page = await boards.boards.page(guild_id=1, board=ALL_TIME)
    assert (list(page.standings), page.people, page.has_before) == ([], 0, False)


async def test_what_waits_is_found(ledger: Any, boards: Boards, new_id: Callable[[], int]) -> None:
    other = new_id()
    asked = {"guild_ids": [boards.guild_id, other]}
    assert await boards.boards.behind(**asked) == []
    await ledger.award(ANN, 3)
    assert await boards.boards.behind(**asked) == [boards.guild_id]
    await boards.count()
    assert await boards.boards.behind(**asked) == []
    await ledger.award(ANN, 3)
    assert await boards.boards.behind(**asked) == [boards.guild_id]
    await boards.count()
    await boards.left(ANN)
    assert await boards.boards.behind(**asked) == [boards.guild_id]
    await boards.count()
    assert await boards.boards.behind(**asked) == []


WAITS_FOR_US = """
    SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)) LIMIT 1
"""


@pytest.fixture
async def stranger(dsn: str) -> Any:
    """Another plain connection of the system's own, for a transaction that stays open."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("SET reeve.system = 'on'")
    yield connection
    await connection.close()


async def test_equals_share_a_place_and_the_next_one_is_counted_on(ledger: Any, boards: Boards) -> None:
    for user_id, amount in ((CEM, 5), (ANN, 7), (BEN, 5), (5_004, 1)):
        await ledger.award(user_id, amount)
    await boards.count()
    assert await boards.read(ALL_TIME) == [(1, ANN, 7), (2, CEM, 5), (2, BEN, 5), (4, 5_004, 1)]
