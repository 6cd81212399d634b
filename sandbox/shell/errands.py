"""`python -m sandbox as NAME ...`: one act of one person on a sandbox that runs elsewhere."""

import argparse
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import aiohttp

from sandbox.rows import Json
from sandbox.shell.address import VARIABLE, default_url
from sandbox.shell.legend import Legend
from sandbox.shell.rendering import Rendering, choices
from sandbox.shell.wording import USAGE, Wording
from sandbox.shell.words import (
    FAILED,
    Failed,
    at_most_one,
    file_in,
    first,
    only,
    options_in,
    refuse_unreadable,
    split,
)

DONE = 0
NEAR_FOREVER = aiohttp.ClientTimeout(total=120)


def arguments() -> Wording:
    """Raises UnusablePort."""
    parser = Wording(prog="python -m sandbox as", description="Act as a person of a running sandbox.")
    parser.add_argument("name", help="who acts: max, ann, ... or an id")
    parser.add_argument("verb", choices=sorted(VERBS))
    parser.add_argument(
        "words", nargs="*", help="what the verb needs; options are written name=value, files @path"
    )
    parser.add_argument("--url", default=default_url(), help=f"where the sandbox runs; else {VARIABLE} says")
    parser.add_argument("--guild", help="a guild's name or id; without it the person's first one")
    parser.add_argument("--channel", help="a channel's name or id; without it general")
    parser.add_argument("--message", help="a message's id, for click and select")
    parser.add_argument("--to", help="a bot's name: the message is a direct one")
    parser.add_argument("--ids", action="store_true", help="show ids, and what was edited")
    return parser


async def run(words: list[str], *, styled: bool = False) -> tuple[int, str]:
    """The exit code, and what the person sees. Raises UnusablePort."""
    asked = arguments().parse_intermixed_args(words)

    async def act(http: aiohttp.ClientSession) -> tuple[int, str]:
        refuse_unreadable(words)
        return await VERBS[asked.verb](Errand(asked, http, styled=styled), asked.words)

    return await on_sandbox(asked.url, act)


async def on_sandbox(
    url: str, act: Callable[[aiohttp.ClientSession], Awaitable[tuple[int, str]]]
) -> tuple[int, str]:
    """The exit code, and what came of it or what stood in the way."""
    try:
        async with aiohttp.ClientSession(timeout=NEAR_FOREVER) as http:
            return await act(http)
    except Failed as failed:
        return failed.code, f"✗ {failed}"
    except aiohttp.InvalidURL:
        return USAGE, f"✗ {url!r} is no address: --url takes one such as http://127.0.0.1:8765."
    except (aiohttp.ClientError, TimeoutError):
        return (
            FAILED,
            f"✗ No sandbox answers at {url}: start one with `python -m sandbox`, or give --url.",
        )


class Errand:
    def __init__(self, asked: argparse.Namespace, http: aiohttp.ClientSession, *, styled: bool) -> None:
        self.asked = asked
        self.http = http
        self._styled = styled
        self._sandbox = f"{asked.url.rstrip('/')}/sandbox"
        self._person = f"{self._sandbox}/people/{quote(asked.name, safe='')}"

    @property
    def where(self) -> Json:
        given = {"guild_id": self.asked.guild, "channel_id": self.asked.channel}
        return {key: value for key, value in given.items() if value is not None}

    async def get(self, what: str) -> Any:
        async with self.http.get(f"{self._person}/{what}") as response:
            return await told_by(response)

    async def post(self, verb: str, body: Json) -> Any:
        async with self.http.post(f"{self._person}/{verb}", json=body) as response:
            return await told_by(response)

    async def answered(self, verb: str, body: Json) -> tuple[int, str]:
        told = await self.post(verb, body if verb == "submit" else {**self.where, **body})
        return (FAILED if told["failed"] else DONE), (await self._rendering(told)).answer(told)

    async def seen(self, told: list[Json]) -> tuple[int, str]:
        return DONE, (await self._rendering(told)).messages(told)

    async def _rendering(self, told: Any) -> Rendering:
        """Only what has marks needs the world, which may be large."""
        legend = Legend()
        if "<" in json.dumps(told):
            async with self.http.get(f"{self._sandbox}/world") as response:
                legend = Legend(await told_by(response))
        return Rendering(legend, with_ids=self.asked.ids, styled=self._styled)


async def told_by(response: aiohttp.ClientResponse) -> Any:
    try:
        told = await response.json(content_type=None)
    except ValueError as wrong:
        raise Failed(f"What answers at {response.url.origin()} is no sandbox: give --url.") from wrong
    if response.status >= 400:
        raise Failed(told.get("error", f"The sandbox answered {response.status}."))
    return told


async def slash(errand: Errand, words: list[str]) -> tuple[int, str]:
    command, options = split(words, "which command")
    return await errand.answered("slash", {"command": command, "options": options})


async def autocomplete(errand: Errand, words: list[str]) -> tuple[int, str]:
    """The last option given is the one being typed."""
    command, options = split(words, "which command")
    focused = first(list(options)[-1:], "which option is being typed, as name=text")
    body = {**errand.where, "command": command, "options": options, "focused": focused}
    return DONE, choices((await errand.post("autocomplete", body))["choices"])


async def context(errand: Errand, words: list[str]) -> tuple[int, str]:
    if len(words) != 2:
        raise Failed('Say which menu and on whom: context History ann, context "Report message" 1234.', USAGE)
    return await errand.answered("context", {"command": words[0], "target_id": words[1]})


async def click(errand: Errand, words: list[str]) -> tuple[int, str]:
    return await _component(errand, "click", only(words, "which button"), {})


async def select(errand: Errand, words: list[str]) -> tuple[int, str]:
    return await _component(
        errand, "select", first(words, "which menu and what from it"), {"values": words[1:]}
    )


async def _component(errand: Errand, verb: str, named: str, more: Json) -> tuple[int, str]:
    """By what it says, or by its custom id."""
    if errand.asked.message:
        more = {**more, "message_id": errand.asked.message}
    try:
        return await errand.answered(verb, {**more, "label": named})
    except Failed:
        return await errand.answered(verb, {**more, "custom_id": named})


async def submit(errand: Errand, words: list[str]) -> tuple[int, str]:
    """The form that was opened last for this person."""
    return await errand.answered("submit", {"fields": options_in(words)})


async def message(errand: Errand, words: list[str]) -> tuple[int, str]:
    files = [found for word in words if (found := file_in(word))]
    texts = [word for word in words if not file_in(word)]
    body = {**errand.where, "content": " ".join(texts), "attachments": files}
    if errand.asked.to:
        body["to"] = errand.asked.to
    return await errand.seen([await errand.post("message", body)])


async def see(errand: Errand, words: list[str]) -> tuple[int, str]:
    channel = at_most_one(words, errand.asked.channel, "channel") or "general"
    guild = f"?guild={quote(errand.asked.guild)}" if errand.asked.guild else ""
    return await errand.seen(await errand.get(f"channels/{quote(channel, safe='')}/messages{guild}"))


async def dms(errand: Errand, words: list[str]) -> tuple[int, str]:
    if words:
        raise Failed(f"dms takes no words: {words[0]!r} is one too many.", USAGE)
    return await errand.seen(await errand.get("dms"))


async def moderate(errand: Errand, words: list[str]) -> tuple[int, str]:
    if len(words) < 2:
        raise Failed("Say what and whom: moderate ban ann spam.", USAGE)
    body = {"action": words[0], "target_id": words[1], "reason": " ".join(words[2:]) or None}
    await errand.post("moderate", {**body, "guild_id": errand.asked.guild})
    return DONE, f"{errand.asked.name}: {words[0]} {words[1]}"


async def join(errand: Errand, words: list[str]) -> tuple[int, str]:
    await errand.post("join", {"guild_id": at_most_one(words, errand.asked.guild, "guild")})
    return DONE, f"{errand.asked.name} joined."


async def leave(errand: Errand, words: list[str]) -> tuple[int, str]:
    await errand.post("leave", {"guild_id": at_most_one(words, errand.asked.guild, "guild")})
    return DONE, f"{errand.asked.name} left."


VERBS: dict[str, Callable[[Errand, list[str]], Awaitable[tuple[int, str]]]] = {
    verb.__name__: verb
    for verb in (
        slash,
        autocomplete,
        context,
        click,
        select,
        submit,
        message,
        see,
        dms,
        moderate,
        join,
        leave,
    )
}
