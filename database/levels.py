"""The curve of levels: what each takes, and which one so many points are. Pure arithmetic, exact both ways."""

from bisect import bisect_right
from typing import NamedTuple

HIGHEST_LEVEL = 1_000


class Curve(NamedTuple):
    """Level n + 1 takes `base + linear * n + square * n * n` points more than level n. `base` is at least 1, so each
    takes more than the one before.
    """

    base: int
    linear: int
    square: int

    def points_for(self, level: int) -> int:
        """With so many points one has it: the sum of all steps below."""
        below = level - 1
        return (
            self.base * level
            + self.linear * (below * level // 2)
            + self.square * (below * level * (2 * below + 1) // 6)
        )

    def level_of(self, earned: int) -> int:
        """From 0 to HIGHEST_LEVEL. Who was taken more than they had earned is at 0."""
        return bisect_right(range(1, HIGHEST_LEVEL + 1), earned, key=self.points_for)


class LevelChange(NamedTuple):
    user_id: int
    before: int
    after: int
