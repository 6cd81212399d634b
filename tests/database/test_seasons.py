"""Seasons: what is earned in them counts, what is over stays, and a reset can be reversed."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from database.clock import clock
from database.models import Board, BoardKind, Progress
from database.models.points import SHOP, Source
from database.reversing import Spent
from database.season_refusals import (
    NoSeasonRuns,
    NoSuchSeason,
    SeasonNameNotAllowed,
    SeasonNotNamed,
    SeasonRuns,
)
from database.service import DatabaseService

ANN, BEN, CEM, DIA = 5_001, 5_002, 5_003, 5_004
TAKEN = """
    SELECT (SELECT sum(amount)::bigint FROM point_transfers WHERE guild_id = $1 AND credit_id = 6),
        (SELECT sum(earned)::bigint FROM point_accounts WHERE guild_id = $1)
"""
FIRST, SECOND = Board(BoardKind.SEASON, 1), Board(BoardKind.SEASON, 2)


class Seasons:
    """Of one guild, in short words."""

    def __init__(self, database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> None:
        self.database, self.guild_id, self.new_id = database, guild_id, new_id

    def by(self, key: int | None = None) -> dict[str, int]:
        return {"guild_id": self.guild_id, "actor_id": 1, "interaction_id": key or self.new_id()}

    async def start(self, name: str, *, key: int | None = None) -> Any:
        return await self.database.seasons.start(**self.by(key), name=name)

    async def end(self, name: str, *, reset: bool = False, key: int | None = None) -> Any:
        return await self.database.seasons.end(**self.by(key), name=name, reset=reset)

    async def carry_on(self, batch_id: int) -> Any:
        """A piece of a reset, or of what moves it back."""
        return await self.database.batches.carry_on(guild_id=self.guild_id, batch_id=batch_id)

    async def read(self, board: Board) -> list[tuple[int, int, int]]:
        here = {"guild_id": self.guild_id, "now": clock.now()}
        while await self.database.boards.refresh(**here) is not Progress.DONE:
            pass
        page = await self.database.boards.page(guild_id=self.guild_id, board=board)
        return [(each.place, each.user_id, each.points) for each in page.standings]


@pytest.fixture
def seasons(database: DatabaseService, guild_id: int, new_id: Callable[[], int]) -> Seasons:
    return Seasons(database, guild_id, new_id)


async def test_a_season_counts_what_was_earned_in_it_and_stays_as_it_ended(
    ledger: Any, seasons: Seasons, auditor: Any
) -> None:
    await ledger.award(ANN, 100)
    await seasons.start("Winter")
    await ledger.award(BEN, 5)
    await ledger.give(ANN, CEM, 50)
    await seasons.end("winter ")
    await ledger.award(ANN, 7)
    await seasons.start("Spring")
    await ledger.award(CEM, 2)
    for how in ("followed", "anew"):
        assert await seasons.read(FIRST) == [(1, BEN, 5)], how
        assert await seasons.read(SECOND) == [(1, CEM, 2)], how
        await auditor.execute("UPDATE point_board_cursors SET cluster = 1")
    [spring, winter] = await seasons.database.seasons.list(guild_id=seasons.guild_id)
    assert (winter.number, winter.name, winter.ended_at is None) == (1, "Winter", False)
    assert (spring.number, spring.name, spring.ended_at) == (2, "Spring", None)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await auditor.execute("DELETE FROM point_seasons")


async def test_a_reset_takes_all_points_piece_by_piece_and_is_moved_back_as_one(
    ledger: Any, seasons: Seasons, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.batches.PIECE", 2)
    await seasons.start("one")
    for user_id, amount in ((ANN, 10), (BEN, 4), (CEM, 1), (DIA, 2)):
        await ledger.award(user_id, amount)
    await ledger.database.holds.hold(
        guild_id=seasons.guild_id, debit_id=ANN, credit_id=SHOP, amount=3, note=None, actor_id=ANN, source=Source.JOB,
        external_id=1,
    )  # fmt: skip
    await ledger.give(DIA, CEM, 2)
    would = await seasons.database.seasons.would_take(guild_id=seasons.guild_id, name="one")
    assert (would.season.number, would.held) == (1, (3, 14))
    assert await ledger.balance(ANN) == 10, "nothing is changed"

    key = seasons.new_id()
    await seasons.end("one", reset=True, key=key)
    first = await seasons.carry_on(key)
    assert (first.done, first.rows, first.moved, first.finished_at) == (2, 3, 11, None)
    await ledger.award(ANN, 5)  # the season is over, and her turn was
    done = await seasons.carry_on(key)
    assert (done.done, done.rows, done.moved, done.left_out) == (3, 3, 14, 0)
    assert done.finished_at is not None

    assert [await ledger.balance(user_id) for user_id in (ANN, BEN, CEM, DIA)] == [8, 0, 0, 0]
    assert await seasons.read(FIRST) == [(1, ANN, 10), (2, BEN, 4), (3, DIA, 2), (4, CEM, 1)]
    facts = await ledger.auditor.fetchrow(TAKEN, seasons.guild_id)
    assert tuple(facts) == (14, 22), "the season's account has it, and levels count what was earned"
    assert await ledger.mistakes() == []
    back = await seasons.database.batches.open_reversal(
        **seasons.by(), of_batch_id=key, policy=Spent.REFUSE, reason="r"
    )
    while back.finished_at is None:
        back = await seasons.carry_on(back.batch_id)
    assert (back.moved, back.left_out) == (14, 0)
    assert [await ledger.balance(user_id) for user_id in (ANN, BEN, CEM, DIA)] == [15, 4, 3, 0]
    assert await ledger.mistakes() == []


async def test_a_reset_where_nobody_has_points_is_done_at_once(seasons: Seasons) -> None:
    await seasons.start("one")
    key = seasons.new_id()
    await seasons.end("one", reset=True, key=key)
    done = await seasons.carry_on(key)
    assert (done.rows, done.moved, done.finished_at is None) == (0, 0, False)


async def test_a_repeat_gets_the_first_answer(ledger: Any, seasons: Seasons) -> None:
    key, other = seasons.new_id(), seasons.new_id()
    begun = await asyncio.gather(*(seasons.start("one", key=key) for _ in range(4)))
    assert {each.number for each in begun} == {1}
    await ledger.award(ANN, 10)
    ended = await asyncio.gather(*(seasons.end("one", reset=True, key=other) for _ in range(4)))
    assert {each.ended_at for each in ended} == {ended[0].ended_at}
    done = await asyncio.gather(*(seasons.carry_on(other) for _ in range(4)))
    assert {(each.done, each.moved) for each in done} == {(1, 10)}
    assert await ledger.balance(ANN) == 0


async def test_one_season_at_a_time_and_only_the_one_that_is_named(
    seasons: Seasons,
) -> None:
    with pytest.raises(NoSeasonRuns):
        await seasons.end("one")
    with pytest.raises(SeasonNameNotAllowed):
        await seasons.start("   ")
    asked = await asyncio.gather(
        *(seasons.start(name) for name in ("one", "one", "one")), return_exceptions=True
    )
    assert sum(isinstance(each, SeasonRuns) for each in asked) == 2
    with pytest.raises(SeasonNotNamed, match="called “one”"):
        await seasons.end("two")
    with pytest.raises(NoSuchSeason):
        await seasons.database.seasons.get(guild_id=seasons.guild_id, number=2)
    await seasons.end("one")
