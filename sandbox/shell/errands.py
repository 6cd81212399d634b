"""`python -m sandbox as NAME ...`: one act of one person on a sandbox that runs elsewhere."""

import argparse
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp

from sandbox.rows import Json
from sandbox.shell.address import VARIABLE, default_url
from sandbox.shell.clock_errand import DISTANCE, seconds_in
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
    parser = Wording(
        prog="python -m sandbox as",
        description="Act as a person of a running sandbox.",
        epilog=explained(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", help="who acts: max, ann, ... or an id")
    parser.add_argument("verb", choices=sorted(VERBS), metavar="verb", help="one of the verbs below")
    parser.add_argument(
        "words", nargs="*", help="what the verb needs; options are written name=value, files @path"
    )
    parser.add_argument("--url", default=default_url(), help=f"where the sandbox runs; else {VARIABLE} says")
    parser.add_argument("--guild", help="a guild's name or id; without it the person's first one")
    parser.add_argument("--channel", help="a channel's name or id; without it general")
    parser.add_argument("--message", help="a message's id, for verbs about one; else the newest")
    parser.add_argument("--to", help="a bot's name: in the direct messages with it")
    parser.add_argument("--ids", action="store_true", help="show ids, and what was edited")
    return parser


def explained() -> str:
    """Each verb in a line."""
    lines = [f"  {verb:13} {(act.__doc__ or '').splitlines()[0]}" for verb, act in VERBS.items()]
    return "\n".join(["verbs:", *lines])


async def run(words: list[str], *, styled: bool = False) -> Told:
    """The exit code, and what the person sees. Raises UnusablePort."""
    asked = arguments().parse_intermixed_args(words)

    async def act(http: aiohttp.ClientSession) -> Told:
        refuse_unreadable(words)
        return await VERBS[asked.verb](Errand(asked, http, styled=styled), asked.words)

    return await on_sandbox(asked.url, act)


async def slash(errand: Errand, words: list[str]) -> Told:
    """A command: slash warn member=ann reason=spam."""
    command, options = split(words, "which command")
    return await errand.answered("slash", {"command": command, "options": options})


async def autocomplete(errand: Errand, words: list[str]) -> Told:
    """What the bot offers while the last option is typed: autocomplete warn reason=sp."""
    command, options = split(words, "which command")
    focused = first(list(options)[-1:], "which option is being typed, as name=text")
    body = {**errand.where, "command": command, "options": options, "focused": focused}
    return DONE, choices((await errand.post("autocomplete", body))["choices"])


async def context(errand: Errand, words: list[str]) -> Told:
    """A menu of a person or a message: context History ann."""
    if len(words) != 2:
        raise Failed('Say which menu and on whom: context History ann, context "Report message" 1234.', USAGE)
    return await errand.answered("context", {"command": words[0], "target_id": words[1]})


async def click(errand: Errand, words: list[str]) -> Told:
    """A button, by what it says: click Next."""
    return await _component(errand, "click", only(words, "which button"), {})


async def select(errand: Errand, words: list[str]) -> Told:
    """Choose from a menu: select Fruit Pear."""
    return await _component(
        errand, "select", first(words, "which menu and what from it"), {"values": words[1:]}
    )


async def _component(errand: Errand, verb: str, named: str, more: Json) -> Told:
    """By what it says, or by its custom id."""
    if errand.asked.message:
        more = {**more, "message_id": errand.asked.message}
    if errand.asked.to:
        more = {**more, "to": errand.asked.to}
    try:
        return await errand.answered(verb, {**more, "label": named})
    except Failed:
        return await errand.answered(verb, {**more, "custom_id": named})


async def submit(errand: Errand, words: list[str]) -> Told:
    """Fill in the form that opened last: submit Note="seen it"."""
    return await errand.answered("submit", {"fields": options_in(words)})


async def message(errand: Errand, words: list[str]) -> Told:
    """Write: message hello @ann @cat.png."""
    files = [found for word in words if (found := file_in(word))]
    texts = [word for word in words if not file_in(word)]
    content = await errand.written(" ".join(texts))
    body = {**errand.where, "content": content, "attachments": files}
    if errand.asked.to:
        body["to"] = errand.asked.to
    one = await errand.post("message", body)
    return await errand.seen([one], one["channel_id"])


async def see(errand: Errand, words: list[str]) -> Told:
    """What stands in a channel: see mod-log."""
    channel = at_most_one(words, errand.asked.channel, "channel") or "general"
    return await errand.seen(await errand.get(errand.messages_in(channel)), channel)


async def dms(errand: Errand, words: list[str]) -> Told:
    """The direct messages."""
    if words:
        raise Failed(f"dms takes no words: {words[0]!r} is one too many.", USAGE)
    return await errand.seen(await errand.get("dms"))


async def moderate(errand: Errand, words: list[str]) -> Told:
    """ban, unban, kick, timeout, untimeout or nick somebody: moderate timeout ann 2h spam."""
    if len(words) < 2:
        raise Failed("Say what and whom: moderate ban ann spam.", USAGE)
    action, target, *more = words
    body: Json = {"action": action, "target_id": target, "guild_id": errand.asked.guild}
    if action == "timeout" and more and more[0].isdecimal():
        raise Failed(
            f"{more[0]!r} has no unit: say {more[0]}m, 2h or 1d12h, and the reason behind it.", USAGE
        )
    if action == "timeout" and more and DISTANCE.fullmatch(more[0]):
        body["seconds"] = seconds_in(more.pop(0))
    body["nick" if action == "nick" else "reason"] = " ".join(more) or None
    told = await errand.post("moderate", body)
    until = told["communication_disabled_until"]
    end = f" until {datetime.fromisoformat(until):%Y-%m-%d %H:%M:%S} UTC" if until else ""
    return DONE, f"{action} {told['user']['username']} {await errand.place(guild=told['guild_id'])}{end}"


async def join(errand: Errand, words: list[str]) -> Told:
    """Come into a server, also as somebody new: join Hill."""
    guild = at_most_one(words, errand.asked.guild, "guild")
    await errand.post("join", {"guild_id": guild})
    return DONE, f"{errand.asked.name} is {await errand.place(guild=guild)}"


async def leave(errand: Errand, words: list[str]) -> Told:
    """Go out of a server: leave Hill."""
    guild = at_most_one(words, errand.asked.guild, "guild")
    place = await errand.place(guild=guild)
    await errand.post("leave", {"guild_id": guild})
    return DONE, f"{errand.asked.name} is no longer {place}"


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
