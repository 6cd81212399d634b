"""The database's absence, as the log tells it: once when it begins, once when it is over."""

import time

from loguru import logger

from database.errors import DatabaseUnavailable
from database.outages import LOST


class Absence:
    """Of one service: many actions meet the same absence, and one of them first meets its end."""

    def __init__(self) -> None:
        self._since: float | None = None

    def met(self, action: str, error: DatabaseUnavailable) -> None:
        """A deadlock and its like are no absence: one action was in another's way."""
        if self._since is None and isinstance(error.__cause__, LOST):
            self._since = time.monotonic()
            logger.warning("The database is away: {} met {}.", action, type(error.__cause__).__name__)

    def ended(self) -> None:
        """An action has its answer."""
        if self._since is not None:
            logger.info("The database answers again after {:.1f} s.", time.monotonic() - self._since)
            self._since = None
