"""Seasons: begun and ended by the staff. Their boards are counted as all others are, and stay."""

from collections.abc import Sequence
from typing import NamedTuple

from database.actions import action
from database.batches import open_batch
from database.boards import zone_of
from database.controllers._base import BaseController
from database.models.base import utc_now
from database.models.board_cursor import LOCK_CURSOR, OPEN_CURSOR
from database.models.point_batch import BatchKind, PointBatch
from database.models.season import (
    ALL_HELD,
    END_SEASON,
    LONGEST_SEASON_NAME,
    SEASONS,
    SEASONS_OF,
    Held,
    Season,
)
from database.season_refusals import (
    NoSeasonRuns,
    NoSuchSeason,
    SeasonNameNotAllowed,
    SeasonNotNamed,
    SeasonRuns,
)
from database.texts import storable
from database.transaction import Transaction


class Reset(NamedTuple):
    """What ending the season that runs would take, if it is to."""

    season: Season
    held: Held


class SeasonsController(BaseController):
    topic = "seasons"

    @action(repeatable=True)
    async def start(self, *, guild_id: int, name: str, actor_id: int, interaction_id: int) -> Season:
        """Begin one now. Refused: SeasonNameNotAllowed, SeasonRuns."""
        name = " ".join(storable(name).split())
        if not 1 <= len(name) <= LONGEST_SEASON_NAME:
            raise SeasonNameNotAllowed(LONGEST_SEASON_NAME)
        async with self._transaction(guild_id=guild_id) as tx:
            await _stop_counting(tx, guild_id)
            seasons = (await tx.exec(SEASONS_OF, guild_id=guild_id)).all()
            for each in seasons:
                if each.started_in == interaction_id:
                    return each
                if each.ended_at is None:
                    raise SeasonRuns(each.name)
            [season] = await SEASONS.insert(
                tx,
                [
                    Season(
                        guild_id=guild_id,
                        number=seasons[0].number + 1 if seasons else 1,
                        name=name,
                        started_at=utc_now(),
                        started_by_id=actor_id,
                        started_in=interaction_id,
                    )
                ],
            )
            return season

    @action(repeatable=True)
    async def end(
        self, *, guild_id: int, name: str, reset: bool, actor_id: int, interaction_id: int
    ) -> Season:
        """End the one that runs, if that is its name. `reset`: all that members have then goes to the account of
        seasons, as a batch under the interaction's number, which the caller carries out.

        Refused: NoSeasonRuns, SeasonNotNamed.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            await _stop_counting(tx, guild_id)
            seasons = (await tx.exec(SEASONS_OF, guild_id=guild_id)).all()
            season = _to_end(seasons, name, interaction_id)
            if season.ended_at is not None:
                return season
            now = utc_now()
            if reset:
                held = (await tx.exec(ALL_HELD, guild_id=guild_id)).one()
                new = PointBatch(
                    guild_id=guild_id,
                    batch_id=interaction_id,
                    kind=BatchKind.SEASON,
                    actor_id=actor_id,
                    reason=f"The end of season “{season.name}”",
                    rows=held.members,
                    asked_at=now,
                )
                await open_batch(tx, new)
            ended = await tx.exec(
                END_SEASON,
                of_guild_id=guild_id,
                of_number=season.number,
                ended_at=now,
                ended_by_id=actor_id,
                ended_in=interaction_id,
            )
            return ended.one()

    @action(repeatable=True)
    async def would_take(self, *, guild_id: int, name: str) -> Reset:
        """What ending it with a reset would take now; nothing is changed. Refused: NoSeasonRuns, SeasonNotNamed."""
        async with self._read(guild_id=guild_id) as tx:
            season = _to_end((await tx.exec(SEASONS_OF, guild_id=guild_id)).all(), name)
            return Reset(season, (await tx.exec(ALL_HELD, guild_id=guild_id)).one())

    @action(repeatable=True)
    async def list(self, *, guild_id: int) -> Sequence[Season]:
        """All of them, the newest first."""
        async with self._read(guild_id=guild_id) as tx:
            return (await tx.exec(SEASONS_OF, guild_id=guild_id)).all()

    @action(repeatable=True)
    async def get(self, *, guild_id: int, number: int) -> Season:
        """Refused: NoSuchSeason."""
        async with self._read(guild_id=guild_id) as tx:
            season = await SEASONS.get(tx, guild_id=guild_id, number=number)
            if season is None:
                raise NoSuchSeason
            return season


async def _stop_counting(tx: Transaction, guild_id: int) -> None:
    """Whoever counts transfers onto boards waits, so that none is counted before its season is known."""
    await tx.exec(OPEN_CURSOR, guild_id=guild_id, time_zone=await zone_of(tx, guild_id))
    await tx.exec(LOCK_CURSOR, guild_id=guild_id)


def _to_end(seasons: Sequence[Season], name: str, interaction_id: int | None = None) -> Season:
    """The one that runs, or the one that this very request has ended."""
    for each in seasons:
        if interaction_id is not None and each.ended_in == interaction_id:
            return each
    if not seasons or seasons[0].ended_at is not None:
        raise NoSeasonRuns
    if " ".join(name.split()).casefold() != seasons[0].name.casefold():
        raise SeasonNotNamed(seasons[0].name)
    return seasons[0]
