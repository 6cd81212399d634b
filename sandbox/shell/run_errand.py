"""`python -m sandbox run my_bot.py`: an unmodified script plays on the sandbox that runs, or on one of its own."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp

from sandbox.addresses import addresses
from sandbox.server import Sandbox
from sandbox.shell.address import VARIABLE, default_port
from sandbox.shell.errand import Told, on_sandbox, told_by
from sandbox.shell.wording import USAGE, Wording

CHILD = "sandbox.testing.child"
BEGINNING = """{script} plays on the sandbox: {url}/
  {variable} is the sandbox's token, {library} is pointed here and goes by the sandbox's clock;
  a bot of another library is told DISCORD_API_URL={api} and DISCORD_GATEWAY_URL={gateway}
"""


def arguments() -> Wording:
    """Raises UnusablePort."""
    parser = Wording(
        prog="python -m sandbox run",
        description="Run a bot's script, as it is, on the sandbox that runs, or else on one of its own.",
    )
    parser.add_argument(
        "--port", type=int, default=default_port(), help=f"the sandbox's; else {VARIABLE}, else 8765"
    )
    parser.add_argument("--url", help="where a sandbox runs; without it a new one begins if none runs")
    parser.add_argument(
        "--token-variable",
        default="DISCORD_TOKEN",
        help="where the script looks for its token (DISCORD_TOKEN)",
    )
    parser.add_argument("--library", default="discord", help=argparse.SUPPRESS)
    parser.add_argument("-m", action="store_true", dest="as_module", help="the script is a module's name")
    parser.add_argument("script", help="a file; what stands behind it is for the script")
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


async def run(words: list[str]) -> Told:
    """The script's exit code. Raises UnusablePort, PortTaken."""
    asked = arguments().parse_args(words)
    url = (asked.url or f"http://127.0.0.1:{asked.port}").rstrip("/")
    if _is_missing(asked):
        return USAGE, f"✗ There is no file {asked.script!r}."

    async def act(http: aiohttp.ClientSession) -> Told:
        if token := await _token_at(url, http, may_be_missing=not asked.url):
            return await _play(asked, url, token)
        own = Sandbox()
        await own.start(port=asked.port)
        try:
            return await _play(asked, own.url, own.token)
        finally:
            await own.close()

    return await on_sandbox(url, act)


def _is_missing(asked: argparse.Namespace) -> bool:
    return not asked.as_module and not Path(asked.script).is_file()


async def _token_at(url: str, http: aiohttp.ClientSession, *, may_be_missing: bool) -> str | None:
    """Of the first application there. Raises Failed, ClientError."""
    try:
        async with http.get(f"{url}/sandbox/applications") as response:
            return str((await told_by(response))["applications"][0]["token"])
    except aiohttp.ClientConnectorError:
        if may_be_missing:
            return None
        raise


async def _play(asked: argparse.Namespace, url: str, token: str) -> Told:
    at = addresses(url)
    known = {asked.token_variable: token, "DISCORD_API_URL": at.api, "DISCORD_GATEWAY_URL": at.gateway}
    sys.stderr.write(
        BEGINNING.format(
            script=asked.script,
            url=url,
            variable=asked.token_variable,
            library=asked.library,
            api=at.api,
            gateway=at.gateway,
        )
    )
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", CHILD, url, asked.library),
        *(["-m"] if asked.as_module else []),
        *(asked.script, *asked.words),
        env={**os.environ, **known},
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _pass_on, child, number)
    code = await child.wait()
    return (code if code >= 0 else 128 - code), ""


def _pass_on(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Ctrl+C in a terminal reached the child already: a second one would interrupt how it ends."""
    if number == signal.SIGINT and os.isatty(0) and os.tcgetpgrp(0) == os.getpgrp():
        return
    with suppress(ProcessLookupError):
        child.send_signal(number)
