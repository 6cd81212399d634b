"""Seasons: what is earned in them counts, what is over stays, and a reset can be reversed."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from database.clock import clock
from database.models import ALL_TIME, Board, BoardKind, Progress
from database.reversing import Spent
from database.season_refusals import (
    NoSeasonRuns,
    NoSuchSeason,
    SeasonNameNotAllowed,
    SeasonNotNamed,
    SeasonRuns,
    TooManyToReset,
)
from database.service import DatabaseService

ANN, BEN, CEM = 5_001, 5_002, 5_003
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


async def test_a_reset_takes_all_points_as_one_operation_that_can_be_reversed(
    ledger: Any, seasons: Seasons
) -> None:
    await seasons.start("one")
    for user_id, amount in ((ANN, 10), (BEN, 4)):
        await ledger.award(user_id, amount)
    ended = await seasons.end("one", reset=True)
    assert (ended.reset.members, ended.reset.total) == (2, 14)
    assert ended.season.operation_id == ended.reset.operation_id
    assert [await ledger.balance(user_id) for user_id in (ANN, BEN)] == [0, 0]
    assert await seasons.read(ALL_TIME) == []
    assert await seasons.read(FIRST) == [(1, ANN, 10), (2, BEN, 4)]
    await seasons.database.staff_points.reverse(
        **seasons.by(), operation_id=ended.reset.operation_id, policy=Spent.REFUSE, reason="r"
    )
    assert await seasons.read(ALL_TIME) == [(1, ANN, 10), (2, BEN, 4)]
    assert await ledger.mistakes() == []


async def test_a_repeat_gets_the_first_answer(ledger: Any, seasons: Seasons) -> None:
    key, other = seasons.new_id(), seasons.new_id()
    begun = await asyncio.gather(*(seasons.start("one", key=key) for _ in range(4)))
    assert {each.number for each in begun} == {1}
    await ledger.award(ANN, 10)
    ended = await asyncio.gather(*(seasons.end("one", reset=True, key=other) for _ in range(4)))
    assert {each.reset for each in ended} == {ended[0].reset}
    assert {each.season.ended_at for each in ended} == {ended[0].season.ended_at}
    assert await ledger.balance(ANN) == 0


async def test_one_season_at_a_time_and_only_the_one_that_is_named(
    seasons: Seasons, monkeypatch: pytest.MonkeyPatch, ledger: Any
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
    monkeypatch.setattr("database.controllers.seasons.MOST_RECEIVERS", 1)
    for user_id in (ANN, BEN):
        await ledger.award(user_id, 1)
    with pytest.raises(TooManyToReset):
        await seasons.end("one", reset=True)
    await seasons.end("one")
