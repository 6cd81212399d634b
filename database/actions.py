"""`@action`: what every public method of a controller is. It is counted, timed and, where harmless, repeated."""

import asyncio
import inspect
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from loguru import logger

from database.errors import ActionRefused, DatabaseUnavailable, ReplicaFailed, SchemaDoesNotFit
from database.figures import ActionFigures, Run, running
from database.outages import LOST
from database.schema_watch import MISSING

Method = TypeVar("Method", bound=Callable[..., Any])

REPEAT_SECONDS = 2.0
"""For so long an action is tried again: a person waits for the answer."""
RESOLVE_SECONDS = 6.0
"""And for so long where an earlier try may have been committed: the answer is worth the wait."""
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.4


def action(*, repeatable: bool) -> Callable[[Method], Method]:
    """Mark a controller's method as an action.

    `repeatable`: running the whole transaction again is harmless, because it only reads, because a unique key makes
    the second run find what the first one did, or because it sets what it sets whatever was there. Such an action is
    repeated when its transaction was stopped by a deadlock, a serialization failure, a stale cached statement or a
    lost connection, even if nobody knows whether COMMIT arrived. Any other action raises DatabaseUnavailable then.
    """

    def marked(method: Method) -> Method:
        if inspect.isasyncgenfunction(method):
            made: Any = _streaming(method)
        else:
            made = _repeated(method, repeatable=repeatable)
        made.is_repeatable = repeatable
        return cast(Method, made)

    return marked


def _repeated(method: Callable[..., Any], *, repeatable: bool) -> Callable[..., Any]:
    name = method.__name__

    @wraps(method)
    async def act(self: Any, *args: Any, **values: Any) -> Any:
        figures: ActionFigures = self.figures_of(name)
        run = Run(figures.name)
        token = running.set(run)
        started = time.perf_counter()
        pause, is_unknown = FIRST_PAUSE_SECONDS, False
        try:
            while True:
                try:
                    answer = await method(self, *args, **values)
                except MISSING as error:
                    if await self.schema_watch.is_to_blame():
                        raise SchemaDoesNotFit from error
                    raise
                except ReplicaFailed as error:
                    _count_repeat(figures, error)
                    continue  # at once and however late it is: the primary is another server
                except DatabaseUnavailable as error:
                    self.absence.met(figures.name, error)
                    is_unknown = is_unknown or error.is_unknown
                    patience = RESOLVE_SECONDS if is_unknown else REPEAT_SECONDS
                    over = time.perf_counter() - started > patience
                    if over or not (repeatable and (error.is_passing or is_unknown)):
                        if is_unknown:  # an earlier try may have been committed, whatever stopped this one
                            raise DatabaseUnavailable(is_unknown=True) from error
                        raise
                    _count_repeat(figures, error)
                else:
                    self.absence.ended()
                    return answer
                await asyncio.sleep(pause * (0.5 + random.random()))  # noqa: S311  # two that met must not meet again
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        except BaseException as error:
            _count_error(figures, error)
            raise
        finally:
            running.reset(token)
            figures.ended(time.perf_counter() - started, run.statements)

    return act


def _streaming(method: Callable[..., Any]) -> Callable[..., Any]:
    """An action that gives rows one after another. What was given cannot be taken back, so it is never repeated."""
    name = method.__name__

    @wraps(method)
    async def act(self: Any, *args: Any, **values: Any) -> Any:
        figures: ActionFigures = self.figures_of(name)
        run = Run(figures.name)
        started = time.perf_counter()
        rows = method(self, *args, **values)
        try:
            while True:
                # Set for each step: between two rows the caller's own actions run in this context.
                token = running.set(run)
                try:
                    row = await anext(rows)
                except StopAsyncIteration:
                    return
                except MISSING as error:
                    if await self.schema_watch.is_to_blame():
                        raise SchemaDoesNotFit from error
                    raise
                finally:
                    running.reset(token)
                yield row
        except BaseException as error:
            _count_error(figures, error)
            raise
        finally:
            await rows.aclose()
            figures.ended(time.perf_counter() - started, run.statements)

    return act


def _count_repeat(figures: ActionFigures, error: DatabaseUnavailable) -> None:
    cause = type(error.__cause__ or error).__name__
    figures.repeats[cause] += 1
    if not isinstance(error.__cause__, LOST):  # that is told once for all actions
        logger.info("{} runs again: {}", figures.name, cause)


def _count_error(figures: ActionFigures, error: BaseException) -> None:
    if isinstance(error, ActionRefused):
        figures.refused += 1
    elif not isinstance(error, GeneratorExit):
        figures.errors[type(error).__name__] += 1
