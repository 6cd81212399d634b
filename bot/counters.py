"""How often each command was used and how it ended, since the start."""

from collections import Counter


class CommandCounters:
    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def count(self, command: str, outcome: str) -> None:
        """`outcome` is ok, or who can act on the error: user, admin, operator, us."""
        self.counts[command, outcome] += 1
