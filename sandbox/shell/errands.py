"""`python -m sandbox as NAME ...`: one act of one person on a sandbox that runs elsewhere."""

from collections.abc import Awaitable, Callable

import aiohttp

from sandbox.rows import Json
from sandbox.shell.address import VARIABLE, default_url
from sandbox.shell.deeds import DEEDS
from sandbox.shell.errand import DONE, Errand, Told, on_sandbox
from sandbox.shell.rendering import choices
from sandbox.shell.wording import USAGE, Wording
from sandbox.shell.words import (
    Failed,
    at_most_one,
    file_in,
    first,
    only,
    options_in,
    refuse_unreadable,
    split,
)


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
    parser.add_argument("--message", help="a message's id, for verbs about one; else the newest")
    parser.add_argument("--to", help="a bot's name: the message is a direct one")
    parser.add_argument("--ids", action="store_true", help="show ids, and what was edited")
    return parser


async def run(words: list[str], *, styled: bool = False) -> Told:
    """The exit code, and what the person sees. Raises UnusablePort."""
    asked = arguments().parse_intermixed_args(words)

    async def act(http: aiohttp.ClientSession) -> Told:
        refuse_unreadable(words)
        return await VERBS[asked.verb](Errand(asked, http, styled=styled), asked.words)

    return await on_sandbox(asked.url, act)


async def slash(errand: Errand, words: list[str]) -> Told:
    command, options = split(words, "which command")
    return await errand.answered("slash", {"command": command, "options": options})


async def autocomplete(errand: Errand, words: list[str]) -> Told:
    """The last option given is the one being typed."""
    command, options = split(words, "which command")
    focused = first(list(options)[-1:], "which option is being typed, as name=text")
    body = {**errand.where, "command": command, "options": options, "focused": focused}
    return DONE, choices((await errand.post("autocomplete", body))["choices"])


async def context(errand: Errand, words: list[str]) -> Told:
    if len(words) != 2:
        raise Failed('Say which menu and on whom: context History ann, context "Report message" 1234.', USAGE)
    return await errand.answered("context", {"command": words[0], "target_id": words[1]})


async def click(errand: Errand, words: list[str]) -> Told:
    return await _component(errand, "click", only(words, "which button"), {})


async def select(errand: Errand, words: list[str]) -> Told:
    return await _component(
        errand, "select", first(words, "which menu and what from it"), {"values": words[1:]}
    )


async def _component(errand: Errand, verb: str, named: str, more: Json) -> Told:
    """By what it says, or by its custom id."""
    if errand.asked.message:
        more = {**more, "message_id": errand.asked.message}
    try:
        return await errand.answered(verb, {**more, "label": named})
    except Failed:
        return await errand.answered(verb, {**more, "custom_id": named})


async def submit(errand: Errand, words: list[str]) -> Told:
    """The form that was opened last for this person."""
    return await errand.answered("submit", {"fields": options_in(words)})


async def message(errand: Errand, words: list[str]) -> Told:
    files = [found for word in words if (found := file_in(word))]
    texts = [word for word in words if not file_in(word)]
    body = {**errand.where, "content": " ".join(texts), "attachments": files}
    if errand.asked.to:
        body["to"] = errand.asked.to
    return await errand.seen([await errand.post("message", body)])


async def see(errand: Errand, words: list[str]) -> Told:
    channel = at_most_one(words, errand.asked.channel, "channel") or "general"
    return await errand.seen(await errand.get(errand.messages_in(channel)))


async def dms(errand: Errand, words: list[str]) -> Told:
    if words:
        raise Failed(f"dms takes no words: {words[0]!r} is one too many.", USAGE)
    return await errand.seen(await errand.get("dms"))


async def moderate(errand: Errand, words: list[str]) -> Told:
    if len(words) < 2:
        raise Failed("Say what and whom: moderate ban ann spam.", USAGE)
    body = {"action": words[0], "target_id": words[1], "reason": " ".join(words[2:]) or None}
    await errand.post("moderate", {**body, "guild_id": errand.asked.guild})
    return DONE, f"{errand.asked.name}: {words[0]} {words[1]}"


async def join(errand: Errand, words: list[str]) -> Told:
    await errand.post("join", {"guild_id": at_most_one(words, errand.asked.guild, "guild")})
    return DONE, f"{errand.asked.name} joined."


async def leave(errand: Errand, words: list[str]) -> Told:
    await errand.post("leave", {"guild_id": at_most_one(words, errand.asked.guild, "guild")})
    return DONE, f"{errand.asked.name} left."


VERBS: dict[str, Callable[[Errand, list[str]], Awaitable[Told]]] = {
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
} | DEEDS
