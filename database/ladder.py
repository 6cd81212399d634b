"""The arithmetic of the ladder: what warnings add up to at a moment, and which step a warning reaches.

A warning counts its points for `days`. With `halving_days` it counts half after so many days, a quarter after twice as
many, and so on. Halves are added up exactly; only the sum that is shown is rounded down, which makes no difference to
a step: a sum reaches a whole number when its whole part does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from database.models.ladder import LadderStep, Weight

ONE_DAY = timedelta(days=1)


class Rules(NamedTuple):
    """How a server counts. `days`: from 1 to 3,650. `halving_days`: 0 for never. `steps`: the lowest first."""

    days: int
    halving_days: int
    steps: Sequence[LadderStep]

    def step_between(self, before: int, after: int) -> LadderStep | None:
        """The highest step that is not reached by `before`, but by `after`."""
        crossed = [step for step in self.steps if before < step.threshold <= after]
        return crossed[-1] if crossed else None

    def step_above(self, points: int) -> LadderStep | None:
        """The next one, which so many points do not reach."""
        return next((step for step in self.steps if points < step.threshold), None)


class Climb(NamedTuple):
    """A warning on its way: the sum without it and with it, the step that it reaches, and the one after that."""

    rules: Rules
    before: int
    after: int

    @property
    def step(self) -> LadderStep | None:
        return self.rules.step_between(self.before, self.after)

    @property
    def next_step(self) -> LadderStep | None:
        return self.rules.step_above(self.after)


def counting(weights: Iterable[Weight], now: datetime, days: int) -> list[Weight]:
    """Those that are younger than the window."""
    return [weight for weight in weights if now - weight.at < days * ONE_DAY]


def points_at(weights: Iterable[Weight], now: datetime, halving_days: int) -> int:
    """Their sum, rounded down. What is younger than `now` (another machine's clock) counts in full."""
    halved = [(weight.points, _halvings(weight.at, now, halving_days)) for weight in weights]
    most = max((times for _, times in halved), default=0)
    return sum(points << (most - times) for points, times in halved) >> most


def _halvings(at: datetime, now: datetime, halving_days: int) -> int:
    return max(0, (now - at) // (halving_days * ONE_DAY)) if halving_days else 0
