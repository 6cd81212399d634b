"""The words of `python -m sandbox`."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

from sandbox import errands
from sandbox.growth import Growth
from sandbox.seed import UnreadableSeed
from sandbox.server import PortTaken, Sandbox
from sandbox.storage import UnreadableWorld

UNAVAILABLE, BAD_CONFIGURATION = 69, 78
WELCOME = """The sandbox runs: a Discord on your own machine.
  address    {url}
  API        {api}
  gateway    {gateway}
  bot token  {token}

  python -m sandbox as max slash "warn" member=ann reason="spam"      (in another shell: act as a person)
"""


def main(words: list[str]) -> int:
    if words[:1] == ["as"]:
        styled = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        code, text = asyncio.run(errands.run(words[1:], styled=styled))
        (sys.stderr if code else sys.stdout).write(text + "\n")
        return code
    return asyncio.run(serve(_arguments().parse_args(words)))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Discord on your own machine.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--seed", type=Path, help="a JSON file that describes the world")
    parser.add_argument("--world", type=Path, help="a file that keeps the world from one start to the next")
    parser.add_argument("--members", type=int, default=0, help="so many more members for the first guild")
    return parser


async def serve(asked: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        sandbox = Sandbox(seed=asked.seed, world_file=asked.world)
    except (UnreadableWorld, UnreadableSeed) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return BAD_CONFIGURATION
    Growth(sandbox.core).add_members(next(iter(sandbox.world.guilds.values())), asked.members)
    try:
        await sandbox.start(port=asked.port)
    except PortTaken as taken:
        sys.stderr.write(f"{taken}\n")
        return UNAVAILABLE
    application = next(iter(sandbox.world.applications.values()))
    sys.stdout.write(
        WELCOME.format(
            url=sandbox.url, api=sandbox.api_url, gateway=sandbox.gateway_url, token=application.token
        )
    )
    sys.stdout.flush()
    await stop.wait()
    await sandbox.close()
    return 0
