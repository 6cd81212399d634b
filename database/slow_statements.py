"""Says which statement took too long, without its values; with its plan where the operator asked for it."""

from contextlib import suppress
from typing import Any

import asyncpg
from loguru import logger

from database.errors import DatabaseUnavailable
from database.figures import Figures
from database.line import Line
from database.savepoint import Savepoint
from database.settings import PoolSettings


class SlowStatements:
    def __init__(self, settings: PoolSettings, figures: Figures) -> None:
        self.seconds = settings.slow_statement_ms / 1000
        self._with_plans, self._figures = settings.slow_statement_plans, figures

    async def report(self, line: Line, action: str, text: str, arguments: list[Any], seconds: float) -> None:
        self._figures.slow_statements += 1
        one_line = " ".join(text.split())
        logger.warning("{} waited {:.0f} ms for: {}", action, seconds * 1000, one_line)
        if self._with_plans:
            await self._show_plan(line, text, [_unsaid(value) for value in arguments])

    async def _show_plan(self, line: Line, text: str, arguments: list[Any]) -> None:
        """A plan that cannot be had must not end the action."""
        with suppress(asyncpg.PostgresError, DatabaseUnavailable):
            async with Savepoint(line):
                plan = await line.fetch(f"EXPLAIN {text}", arguments)
                logger.warning("Its plan:\n{}", "\n".join(str(row[0]) for row in plan))


def _unsaid(value: Any) -> Any:
    """Plans show the values that they compare with, and words may be a person's."""
    return "…" if isinstance(value, str) else value
