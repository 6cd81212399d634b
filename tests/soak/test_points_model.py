"""The ledger answers as the oracle does, and adds up however many ask at once."""

import pytest

from database.book import Book
from soak.points_model import PointsModel
from soak.scenario import Ground


async def test_the_ledger_answers_as_the_oracle_does(ground: Ground) -> None:
    outcome = await PointsModel(alone=900, together=600).run(ground)
    assert outcome.broken == []


async def test_a_rule_that_is_forgotten_is_found(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Book, "_pay_debts", lambda *_: None)
    outcome = await PointsModel(alone=900, together=0).run(ground)
    assert any("debt of" in claim for claim in outcome.broken)
