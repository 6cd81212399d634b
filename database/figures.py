"""What actions have done since the start, as numbers: who scrapes or asks reads them here."""

from collections import Counter
from collections.abc import Iterator
from contextvars import ContextVar

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Upper ends of the latency histogram, in seconds; what is slower counts in one more."""


class Run:
    """One run of an action. A transaction that belongs to no action has a run of its own."""

    __slots__ = ("avoids_replica", "name", "statements")

    def __init__(self, name: str) -> None:
        self.name, self.statements = name, 0
        self.avoids_replica = False
        """The replica has failed this run: the primary has the last word."""


running: ContextVar[Run | None] = ContextVar("running", default=None)
"""The action of this task, so that a transaction knows for whom it runs."""


class ActionFigures:
    """One action: how often, how long, how many statements, and what went wrong."""

    __slots__ = ("buckets", "count", "errors", "name", "refused", "repeats", "seconds", "statements")

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = self.refused = self.statements = 0
        self.seconds = 0.0
        self.errors: Counter[str] = Counter()
        """By the name of the exception. A refusal is an answer and none of these."""
        self.repeats: Counter[str] = Counter()
        """Whole transactions that were run again, by what had stopped them."""
        self.buckets = [0] * (len(BUCKETS) + 1)

    def ended(self, seconds: float, statements: int) -> None:
        self.count += 1
        self.seconds += seconds
        self.statements += statements
        place = 0
        for end in BUCKETS:
            if seconds <= end:
                break
            place += 1
        self.buckets[place] += 1


class Figures:
    """All actions of one DatabaseService."""

    def __init__(self) -> None:
        self._actions: dict[str, ActionFigures] = {}
        self.slow_statements = 0
        self.held_too_long = 0

    def of(self, name: str) -> ActionFigures:
        found = self._actions.get(name)
        if found is None:
            found = self._actions[name] = ActionFigures(name)
        return found

    def __iter__(self) -> Iterator[ActionFigures]:
        return iter(sorted(self._actions.values(), key=lambda action: action.name))
