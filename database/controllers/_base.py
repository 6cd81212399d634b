"""What all controllers are made with."""

from typing import ClassVar

from database.figures import ActionFigures
from database.transaction import Transactions


class BaseController:
    """Each public method is an `@action` with one visible transaction in its own body."""

    topic: ClassVar[str]
    """The first half of an action's name in figures and logs: `cases` in `cases.open`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transaction = transactions.transaction
        self._read = transactions.read
        self._figures = transactions.figures

    def figures_of(self, method: str) -> ActionFigures:
        return self._figures.of(f"{self.topic}.{method}")
