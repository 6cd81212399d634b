"""Batches of points that a crash cut short: one that cannot be carried out holds up none behind it."""

from typing import Any

import pytest

from bot.client import Reeve
from bot.settings import Settings
from cogs.points import batches
from cogs.points.batches import Batches
from database.models.point_batch import BatchKind
from database.service import DatabaseService

GREEN = 77
MEL, ANN = 6_001, 5_001


async def test_a_batch_that_fails_holds_up_none_behind_it(
    database: DatabaseService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug in carrying one out cannot be had: it is planted."""
    keys = [901, 902, 903]
    for key in keys:
        await database.batches.open(
            guild_id=GREEN,
            interaction_id=key,
            change=BatchKind.AWARD,
            amounts={ANN: 1},
            actor_id=MEL,
            reason="x",
        )
    tried = []

    async def fails_first(_: Any, guild_id: int, batch_id: int) -> None:
        tried.append(batch_id)
        if batch_id == keys[0]:
            raise ValueError("a bug")

    monkeypatch.setattr(batches, "carry_out", fails_first)
    monkeypatch.setattr(Reeve, "get_guild", lambda *_: object())
    await Batches(Reeve(settings=Settings(), database=database))._look()
    assert [each for each in sorted(tried) if each in keys] == keys
