"""`python -m sandbox fault "PUT /guilds/*/bans/*" 502`: trouble on a sandbox that runs elsewhere."""

import argparse

import aiohttp

from sandbox.control.gateway_faults import KINDS
from sandbox.rows import Json
from sandbox.shell.address import VARIABLE, default_url
from sandbox.shell.errand import DONE, Told, on_sandbox, told_by
from sandbox.shell.wording import USAGE, Wording
from sandbox.shell.words import Failed


def arguments() -> Wording:
    """Raises UnusablePort."""
    parser = Wording(
        prog="python -m sandbox fault", description="Break something on a running sandbox; alone, list it."
    )
    parser.add_argument(
        "what",
        nargs="?",
        help='a route such as "PUT /guilds/*/bans/*", or drop, reconnect, invalid, duplicate',
    )
    parser.add_argument("status", nargs="?", help="of a route: 400 to 599, reset or timeout")
    parser.add_argument("--applied", action="store_true", help="the act is done all the same")
    parser.add_argument("--times", type=int, default=1, help="so often; else once")
    parser.add_argument("--after", type=float, help="the answer comes so many seconds late")
    parser.add_argument("--clear", action="store_true", help="no more faults")
    parser.add_argument("--url", default=default_url(), help=f"where the sandbox runs; else {VARIABLE} says")
    return parser


async def run(words: list[str]) -> Told:
    """The exit code, and a line for each fault that is set. Raises UnusablePort."""
    asked = arguments().parse_intermixed_args(words)
    method = "DELETE" if asked.clear else "POST" if asked.what else "GET"

    async def act(http: aiohttp.ClientSession) -> Told:
        url, body = f"{asked.url.rstrip('/')}/sandbox/faults", _body(asked) if method == "POST" else None
        async with http.request(method, url, json=body) as response:
            told = await told_by(response)
        return DONE, "\n".join(map(_line, told["faults"])) or "No faults are set."

    return await on_sandbox(asked.url, act)


def _body(asked: argparse.Namespace) -> Json:
    if " " not in asked.what:
        if asked.what not in KINDS:
            words = f'{", ".join(KINDS)}, or a route such as "PUT /guilds/*/bans/*"'
            raise Failed(f"{asked.what!r} is nothing that breaks: say {words}.", USAGE)
        return {"gateway": asked.what, "times": asked.times}
    status = int(asked.status) if (asked.status or "").isdecimal() else asked.status
    body = {"route": asked.what, "status": status, "times": asked.times, "after_seconds": asked.after}
    return body | ({"applied": True} if asked.applied else {})


def _line(fault: Json) -> str:
    what = fault.get("gateway") or " ".join(str(fault[key]) for key in ("route", "status") if key in fault)
    late = f" {fault['after_seconds']:g} s late" if fault.get("after_seconds") else ""
    done = " (applied)" if fault.get("applied") else ""
    return f"{what}{late}{done}: hit {fault['hits']} of {fault['times']}"
