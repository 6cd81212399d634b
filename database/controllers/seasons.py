"""Seasons: begun and ended by the staff. Their boards are counted as all others are, and stay."""

from collections.abc import Sequence
from typing import NamedTuple

from database.actions import action
from database.boards import zone_of
from database.book import Book
from database.controllers._base import BaseController
from database.ledger import Request, decide, told, trimmed
from database.ledger_refusals import LedgerRefusal
from database.models.base import utc_now
from database.models.board_cursor import LOCK_CURSOR, OPEN_CURSOR
from database.models.points import SEASON, OperationKind, Source
from database.models.season import (
    END_SEASON,
    HOLDERS,
    LONGEST_SEASON_NAME,
    SEASONS,
    SEASONS_OF,
    Season,
)
from database.season_refusals import (
    NoSeasonRuns,
    NoSuchSeason,
    SeasonNameNotAllowed,
    SeasonNotNamed,
    SeasonRuns,
    TooManyToReset,
)
from database.staff_moves import MOST_RECEIVERS
from database.texts import storable
from database.transaction import Transaction


class Reset(NamedTuple):
    """Balances that were moved away when a season ended: of how many members, and how many points in all."""

    members: int
    total: int
    operation_id: int = 0


class SeasonEnd(NamedTuple):
    season: Season
    reset: Reset | None


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
    ) -> SeasonEnd:
        """End the one that runs, if that is its name. `reset`: all that members have goes to the account of seasons, as
        one operation that can be reversed.

        Refused: NoSeasonRuns, SeasonNotNamed, TooManyToReset, LedgerFrozen; then the season goes on.
        """
        async with self._transaction(guild_id=guild_id) as tx:
            await _stop_counting(tx, guild_id)
            seasons = (await tx.exec(SEASONS_OF, guild_id=guild_id)).all()
            season = _to_end(seasons, name, interaction_id)
            moved: Reset | LedgerRefusal | None = None
            if reset:
                moved = await _reset(tx, season, actor_id, interaction_id)
            if season.ended_at is None and not isinstance(moved, LedgerRefusal):
                ended = await tx.exec(
                    END_SEASON,
                    of_guild_id=guild_id,
                    of_number=season.number,
                    ended_at=utc_now(),
                    ended_by_id=actor_id,
                    ended_in=interaction_id,
                    operation_id=moved.operation_id if moved else None,
                )
                season = ended.one()
        return SeasonEnd(season, None if moved is None else told(moved))

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


def _to_end(seasons: Sequence[Season], name: str, interaction_id: int) -> Season:
    """The one that runs, or the one that this very request has ended."""
    for each in seasons:
        if each.ended_in == interaction_id:
            return each
    if not seasons or seasons[0].ended_at is not None:
        raise NoSeasonRuns
    if " ".join(name.split()).casefold() != seasons[0].name.casefold():
        raise SeasonNotNamed(seasons[0].name)
    return seasons[0]


async def _reset(
    tx: Transaction, season: Season, actor_id: int, interaction_id: int
) -> Reset | LedgerRefusal:
    holders = (await tx.exec(HOLDERS, guild_id=season.guild_id, limit=MOST_RECEIVERS + 1)).all()
    if len(holders) > MOST_RECEIVERS:
        raise TooManyToReset(MOST_RECEIVERS)
    request = Request(
        guild_id=season.guild_id,
        kind=OperationKind.SEASON,
        source=Source.SEASON,
        external_id=interaction_id,
        actor_id=actor_id,
        asked=(season.number,),
        note=trimmed(f"The end of season “{season.name}”"),
    )
    return await decide(tx, request, (SEASON, *holders), _all_away, Reset)


def _all_away(book: Book) -> Reset:
    """What can be spent goes; what is held, or was in the making when the accounts were looked for, stays."""
    total = members = 0
    for account in book.accounts.values():
        if account.available > 0:
            members += 1
            total += account.available
            book.post(account.account_id, SEASON, account.available)
    return Reset(members, total)
