"""Makes bot processes quickly, and ends them at a step of their event loop: `python -m soak.bot_forge`.

A line on its input is an order, a line of its answer the new process's number. All of Reeve is imported once, here;
each bot is a fork that runs as `python -m bot run` does. An event loop goes from one await to the next in steps:
dying before step 1, 2, 3 ... is dying at every await. They are counted from `moment` on: "asked", when the first
interaction arrives, or "moved", when the sandbox's clock has moved. SIGUSR2 has the count written down.
"""

import json
import os
import signal
import sys
from asyncio.events import Handle
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import bot.__main__ as bot
from bot.extensions import EXTENSIONS


class Fate:
    def __init__(self, step: int | None) -> None:
        self._step = step
        self.count: int | None = None

    def install(self, moment: str) -> None:
        goes_on = Handle._run

        def counted(handle: Handle) -> None:
            if self.count is not None:
                self.count += 1
                if self.count == self._step:
                    os.kill(os.getpid(), signal.SIGKILL)
            goes_on(handle)

        Handle._run = counted  # type: ignore[assignment, method-assign]  # from outside: Reeve has no such hook
        if moment == "asked":
            self._begin_with("discord.state", "ConnectionState", "parse_interaction_create", after=0)
        else:
            self._begin_with("database.clock", "Clock", "move_to", after=1)

    def _begin_with(self, module: str, name: str, method: str, *, after: int) -> None:
        """The first call of it that comes after so many."""
        owner, calls = getattr(import_module(module), name), 0
        plain: Callable[..., Any] = getattr(owner, method)

        def noticed(*args: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls > after and self.count is None:
                self.count = 0
            return plain(*args, **named)

        setattr(owner, method, noticed)


def become_a_bot(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(order["settings"])
    fate = Fate(order["step"])
    fate.install(order["moment"])
    steps = Path(order["log"] + ".steps")
    signal.signal(signal.SIGUSR2, lambda *_: steps.write_text(str(fate.count or 0)))
    sys.argv = ["bot", "run"]
    code = 1
    try:
        code = bot.main()
    finally:
        os._exit(code)


def main() -> None:
    for name in EXTENSIONS:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        if child := os.fork():
            print(child, flush=True)
        else:
            become_a_bot(json.loads(line))


if __name__ == "__main__":
    main()
