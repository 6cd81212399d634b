"""Verbs that no bot has to answer, a line each: `thread create Plans`, `react 👍`, `role edit helper color=255`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sandbox.messages.messages import WRITTEN
from sandbox.rows import Json
from sandbox.shell.errand import DONE, Errand, Told
from sandbox.shell.wording import USAGE
from sandbox.shell.words import Failed, at_most_one, first, only, options_in

LISTS = ("add", "remove", "permissions", "tags")  # separated by commas
NUMBERS = ("position", "slowmode", "bitrate", "user_limit", "color", "max_age", "max_uses")
SWITCHES = {
    *("private", "nsfw", "hoist", "mentionable", "temporary", "unique"),
    *("self_mute", "self_deaf", "self_video", "self_stream"),
}
YES_OR_NO = {"true": True, "false": False}


async def edit(errand: Errand, words: list[str]) -> Told:
    """One's own message, the newest if none is named."""
    first(words, "the new text")
    body = {"message_id": await _message(errand, own=True), "content": " ".join(words)}
    return await errand.seen([await errand.post("edit", body)])


async def mark(verb: str, errand: Errand, words: list[str]) -> Told:
    more = {"emoji": only(words, "which emoji")} if verb.endswith("react") else _nothing(verb, words)
    return await _done(errand, verb, words, {"message_id": await _message(errand), **more})


async def manage(verb: str, named: str, errand: Errand, words: list[str]) -> Told:
    """What is made gets the name; anything else is done to what has it."""
    if len(words) < 2:
        raise Failed(f"Say what and which: {verb} create plans.", USAGE)
    action, name, *more = words
    which = {"name" if action == "create" else named: name}
    return await _done(errand, verb, words, {"action": action, **which, **_typed(more)})


async def roles(errand: Errand, words: list[str]) -> Told:
    return await _done(errand, "roles", words, {"user_id": first(words, "whose"), **_typed(words[1:])})


async def voice(errand: Errand, words: list[str]) -> Told:
    """Into that channel; without one out of any."""
    return await _done(errand, "voice", words, _channel_and_more(words))


async def invite(errand: Errand, words: list[str]) -> Told:
    made = await errand.post("invite", {**errand.where, **_channel_and_more(words)})
    return DONE, str(made["code"])


async def presence(errand: Errand, words: list[str]) -> Told:
    return await _done(errand, "presence", words, {"status": only(words, "online, idle, dnd or invisible")})


async def typing(errand: Errand, words: list[str]) -> Told:
    return await _done(errand, "typing", words, {**_nothing("typing", words), "to": errand.asked.to})


async def _done(errand: Errand, verb: str, words: list[str], body: Json) -> Told:
    await errand.post(verb, {**errand.where, **body})
    return DONE, " ".join([f"{errand.asked.name}:", verb, *words])


async def _message(errand: Errand, *, own: bool = False) -> str:
    """The one that is named, or the newest that somebody wrote there."""
    if errand.asked.message:
        return str(errand.asked.message)
    seen = await errand.get(errand.messages_in(errand.asked.channel or "general"))
    for one in reversed(seen):
        author = one["author"]["username"], one["author"]["id"]
        if one["type"] in WRITTEN and (not own or errand.asked.name.casefold() in author):
            return str(one["id"])
    raise Failed("There is no such message: name one with --message.")


def _channel_and_more(words: list[str]) -> Json:
    cut = next((at for at, word in enumerate(words) if "=" in word), len(words))
    channel = at_most_one(words[:cut], None, "channel")
    return ({"channel_id": channel} if channel else {}) | _typed(words[cut:])


def _nothing(verb: str, words: list[str]) -> Json:
    if words:
        raise Failed(f"{verb} takes no words: {words[0]!r} is one too many.", USAGE)
    return {}


def _typed(words: list[str]) -> Json:
    return {name: _read(name, value) for name, value in options_in(words).items()}


def _read(name: str, value: Any) -> Any:
    """As the control interface wants it; what cannot be read so it refuses itself, in its own words."""
    if name in LISTS:
        return value.split(",")
    if name in NUMBERS and value.isdecimal():
        return int(value)
    return YES_OR_NO.get(value, value) if name in SWITCHES else value


DEEDS: dict[str, Callable[[Errand, list[str]], Awaitable[Told]]] = {
    **{verb.__name__: verb for verb in (edit, roles, voice, invite, presence, typing)},
    **{verb: partial(mark, verb) for verb in ("react", "unreact", "pin", "unpin")},
    **{
        verb: partial(manage, verb, named)
        for verb, named in (("thread", "channel_id"), ("channel", "channel_id"), ("role", "role_id"))
    },
}
