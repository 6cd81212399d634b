"""The words of `python -m sandbox`."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from sandbox.growth import Growth
from sandbox.server import PortTaken, Sandbox

UNAVAILABLE = 69
WELCOME = """The sandbox runs: a Discord on your own machine.
  address    {url}
  API        {api}
  gateway    {gateway}
  bot token  {token}

  python -m sandbox as max message "hello"     (another shell: act as a person)
"""


def main(words: list[str]) -> int:
    return asyncio.run(serve(_arguments().parse_args(words)))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A Discord on your own machine.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--seed", type=Path, help="a JSON file that describes the world")
    parser.add_argument("--members", type=int, default=0, help="so many more members for the first guild")
    return parser


async def serve(asked: argparse.Namespace) -> int:
    sandbox = Sandbox(seed=asked.seed)
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
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await sandbox.close()
    return 0
