"""`make soak`: what it says of a scenario that holds, of one that does not, and of one that ends with an error."""

from pathlib import Path
from typing import ClassVar

import pytest

from soak import __main__ as soak
from soak.scenario import Ground, Outcome


class Holds:
    name: ClassVar[str] = "holds"

    async def run(self, ground: Ground) -> Outcome:
        return Outcome({"dice": ground.dice.randint(1, 10**9)})


class Breaks:
    name: ClassVar[str] = "breaks"

    async def run(self, ground: Ground) -> Outcome:
        outcome = Outcome({"lost": ground.dice.randint(2, 2)})
        outcome.require(False, "2 were lost")
        outcome.require(True, "never said")
        return outcome


class Ends:
    name: ClassVar[str] = "ends"

    async def run(self, ground: Ground) -> Outcome:
        raise LookupError(f"no server for {ground.seed}")


async def test_a_scenario_passes_where_nothing_is_broken_and_the_others_go_on_after_an_error() -> None:
    results = [await soak.tried(scenario, Path(), 3) for scenario in (Holds, Breaks, Ends)]
    assert [one["passed"] for one in results] == [True, False, False]
    assert [one["broken"] for one in results] == [[], ["2 were lost"], ["LookupError: no server for ends 3"]]
    table = soak.table(results)
    assert "FAILED  breaks --seed 3" in table
    assert "BROKEN: 2 were lost" in table


async def test_the_same_seed_gives_the_same_dice_and_another_seed_others() -> None:
    first, again, other = [(await soak.tried(Holds, Path(), seed))["reached"] for seed in (3, 3, 4)]
    assert first == again != other


def test_scenarios_are_chosen_by_name() -> None:
    names = [scenario.name for scenario in soak.SCENARIOS]
    assert len(set(names)) == len(names)
    assert [one.name for one in soak.asked([*names, "--seed", "7"]).scenario] == names
    with pytest.raises(SystemExit) as ended:
        soak.asked(["nothing"])
    assert ended.value.code == 2
