"""The ledger answers as the oracle does, and adds up however many ask at once. Each check is shown a fault."""

from typing import Any

import pytest

from soak.ledger_audit import mistakes_of
from soak.points_model import PointsModel
from soak.scenario import Ground


async def test_the_ledger_answers_as_the_oracle_does(ground: Ground) -> None:
    outcome = await PointsModel(alone=900, together=600).run(ground)
    assert outcome.broken == []
    print(outcome.reached)
