"""A line every few seconds for whoever waits."""

import time
from collections.abc import Callable

Say = Callable[[str], None]

SECONDS = 3.0


class Progress:
    """`tick` may be called as often as one likes."""

    def __init__(self, say: Say) -> None:
        self._say, self._said_at = say, time.monotonic()

    def tick(self, text: Callable[[], str]) -> None:
        now = time.monotonic()
        if now - self._said_at >= SECONDS:
            self._said_at = now
            self._say(text())


def in_words(size: int) -> str:
    """Bytes as a person reads them: 1.4 MB."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:,.1f} TB"
