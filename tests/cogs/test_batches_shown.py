"""What is said of a batch that cannot be carried out to its end at once."""

from types import SimpleNamespace
from typing import Any

import pytest

from cogs.points._batch_words import carry_out
from database.errors import DatabaseUnavailable
from database.ledger_refusals import LedgerFrozen
from database.models.point_batch import BatchKind, PointBatch


class Batches:
    """The database: it does one piece, and then this is in the way."""

    def __init__(self, trouble: Exception) -> None:
        self._trouble, self._is_begun = trouble, False

    async def carry_on(self, *, guild_id: int, batch_id: int) -> PointBatch:
        if self._is_begun:
            raise self._trouble
        self._is_begun = True
        return PointBatch(
            guild_id=guild_id, batch_id=batch_id, kind=BatchKind.AWARD, actor_id=7, reason="x", rows=9, done=3
        )


def away_with(trouble: Exception) -> Any:
    return SimpleNamespace(database=SimpleNamespace(batches=Batches(trouble)))


@pytest.mark.parametrize("trouble", [DatabaseUnavailable(), LedgerFrozen()])
async def test_who_began_a_batch_is_told_that_it_goes_on(trouble: Exception) -> None:
    """Not that nothing was changed: a piece of it was, and more will be."""
    said: list[str] = []

    async def edit(*, content: str, **_: Any) -> None:
        said.append(content)

    asking: Any = SimpleNamespace(edit_original_response=edit)
    await carry_out(away_with(trouble), 1, 2, asking)
    assert len(said) == 1
    assert "this goes on" in said[0]


async def test_who_carries_on_by_itself_hears_that_the_database_is_away() -> None:
    with pytest.raises(DatabaseUnavailable):
        await carry_out(away_with(DatabaseUnavailable()), 1, 2)
