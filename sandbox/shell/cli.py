"""The words of `python -m sandbox`."""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from sandbox.seeds import crowd
from sandbox.seeds.seed import UnreadableSeed
from sandbox.server import PortTaken, Sandbox
from sandbox.shell import address, clock_errand, errands, fault_errand, run_errand
from sandbox.shell.errand import Told
from sandbox.shell.welcome import welcome
from sandbox.shell.wording import Wording
from sandbox.storage.storage import UnreadableWorld
from sandbox.wire_log import VARIABLE

UNAVAILABLE, BAD_CONFIGURATION = 69, 78


def main(words: list[str]) -> int:
    try:
        if words and words[0] in ERRANDS:
            code, text = asyncio.run(ERRANDS[words[0]](words[1:]))
            (sys.stderr if code else sys.stdout).write(text and text + "\n")
            return code
        return asyncio.run(serve(_arguments().parse_args(words)))
    except (UnreadableWorld, UnreadableSeed, address.UnusablePort) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return BAD_CONFIGURATION
    except PortTaken as taken:
        sys.stderr.write(f"{taken}\n")
        return UNAVAILABLE


def _act(words: list[str]) -> Coroutine[Any, Any, Told]:
    return errands.run(words, styled=sys.stdout.isatty() and "NO_COLOR" not in os.environ)


ERRANDS = {"as": _act, "fault": fault_errand.run, "clock": clock_errand.run, "run": run_errand.run}


def _arguments() -> argparse.ArgumentParser:
    """Raises UnusablePort."""
    parser = Wording(
        prog="python -m sandbox",
        description="A Discord on your own machine.",
        epilog="On one that runs: as NAME (act as a person), fault (break something), clock (move time). "
        "A bot on it: run BOT.py.",
    )
    parser.add_argument(
        "--port", type=_port, default=address.default_port(), help=f"else {address.VARIABLE}, else 8765"
    )
    parser.add_argument("--seed", type=Path, help="a JSON file that describes the world")
    parser.add_argument("--world", type=Path, help="a file that keeps the world from one start to the next")
    parser.add_argument(
        "--members",
        type=partial(_number, most=crowd.MOST_MEMBERS),
        default=0,
        help="so many more members in the first server",
    )
    parser.add_argument(
        "--guilds",
        type=partial(_number, most=crowd.MOST_GUILDS),
        default=0,
        help="so many more servers, with the staff and the bot in them",
    )
    parser.add_argument(
        "--wire-log", type=Path, help=f"write every exchange to this file, as JSON lines (else {VARIABLE})"
    )
    parser.add_argument(
        "--no-rate-limits", action="store_true", help="refuse nobody who asks often, and tell of no limits"
    )
    return parser


def _port(text: str) -> int:
    try:
        return address.port(text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535, not {text!r}") from wrong


def _number(text: str, most: int) -> int:
    if not text.isdecimal() or len(text) > len(str(most)) or int(text) > most:
        raise argparse.ArgumentTypeError(f"must be from 0 to {most}, not {text!r}")
    return int(text)


async def serve(asked: argparse.Namespace) -> int:
    """Raises UnreadableWorld, UnreadableSeed, PortTaken."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sandbox = Sandbox(
        seed=asked.seed,
        world_file=asked.world,
        wire_log=asked.wire_log,
        rate_limits=not asked.no_rate_limits,
    )
    crowd.add_guilds(sandbox.world, asked.guilds)
    crowd.add_members(sandbox.world, next(iter(sandbox.world.guilds.values())), asked.members)
    gc.freeze()  # what a world begins with is never garbage: the collector need not go through 100,000 people
    await sandbox.start(port=asked.port)
    sys.stdout.write(welcome(sandbox))
    sys.stdout.flush()
    await stop.wait()
    await sandbox.close()
    return 0
