"""Ends a task at a chosen step of it: while it waits, or in the moment when what it waited for has come."""

import asyncio
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class CancelledAt(Generic[T]):
    """`await CancelledAt(step, act)` runs `act` and cancels the current task when it waits for the `step`-th time.

    `late`: what it waits for arrives first, and the cancellation right after it, before the task goes on.
    An act with fewer steps ends as if nothing had been. `waits` counts them, so step 0 measures an act.
    """

    def __init__(self, step: int, act: Coroutine[Any, Any, T], *, late: bool = False) -> None:
        self._step, self._act, self._late = step, act, late
        self.waits = 0

    def __await__(self) -> Generator[Any, Any, T]:
        task = asyncio.current_task()
        assert task is not None
        answer: Any = None
        error: BaseException | None = None
        while True:
            try:
                awaited = self._act.send(answer) if error is None else self._act.throw(error)
            except StopIteration as ended:
                result: T = ended.value
                return result
            self.waits += 1
            if self.waits == self._step:
                if self._late and isinstance(awaited, asyncio.Future):
                    awaited.add_done_callback(lambda _: task.cancel())
                else:
                    task.cancel()
            error = None
            try:
                answer = yield awaited
            except BaseException as thrown:  # whatever it is, it is for the act
                error = thrown
