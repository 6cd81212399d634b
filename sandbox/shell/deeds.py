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
Deed = Callable[[Errand, list[str]], Awaitable[Told]]
YES_OR_NO = {"true": True, "false": False}


async def edit(errand: Errand, words: list[str]) -> Told:
    """Change one's own message, the newest if none is named: edit "hello all"."""
    first(words, "the new text")
    body = {"message_id": await _message(errand, own=True), "content": " ".join(words)}
    one = await errand.post("edit", body)
    return await errand.seen([one], one["channel_id"])


async def mark(verb: str, done: str, errand: Errand, words: list[str]) -> Told:
    more = {"emoji": only(words, "which emoji")} if verb.endswith("react") else _nothing(verb, words)
    one = await errand.post(verb, {**errand.where, "message_id": await _message(errand), **more})
    what = f"{one['author']['username']}'s message {one['id']}"
    return await _told(errand, f"{done.format(*words)} {what}", channel=one["channel_id"])


async def manage(verb: str, named: str, errand: Errand, words: list[str]) -> Told:
    """What is made gets the name; anything else is done to what has it."""
    if len(words) < 2:
        raise Failed(f"Say what and which: {verb} create plans.", USAGE)
    action, name, *more = words
    which = {"name" if action == "create" else named: name}
    one = await errand.post(verb, {**errand.where, "action": action, **which, **_typed(more)})
    home = {"channel": one["parent_id"]} if verb == "thread" else {"guild": one["guild_id"]}
    return await _told(errand, f"{verb} {action}: {one['name']} ({one['id']})", **home)


async def roles(errand: Errand, words: list[str]) -> Told:
    """Give and take roles: roles ann add=judge remove=helper."""
    body = {"user_id": first(words, "whose"), **_typed(words[1:])}
    told = await errand.post("roles", {**errand.where, **body})
    held = ", ".join(told["role_names"]) or "no roles"
    return DONE, f"{told['user']['username']} has {held} {await errand.place(guild=told['guild_id'])}"


async def voice(errand: Errand, words: list[str]) -> Told:
    """Go into a voice channel, or out of it: voice Lounge self_mute=true."""
    told = await errand.post("voice", {**errand.where, **_channel_and_more(words)})
    if told["channel_id"] is None:
        return await _told(errand, "left voice", guild=told["guild_id"])
    return await _told(errand, "is in voice", channel=told["channel_id"])


async def invite(errand: Errand, words: list[str]) -> Told:
    """Make an invite, and tell its code: invite max_uses=1."""
    made = await errand.post("invite", {**errand.where, **_channel_and_more(words)})
    return DONE, str(made["code"])


async def presence(errand: Errand, words: list[str]) -> Told:
    """Be online, idle, dnd or invisible: presence idle."""
    body = {"status": only(words, "online, idle, dnd or invisible")}
    await errand.post("presence", {**errand.where, **body})
    return DONE, f"{errand.asked.name} is {body['status']}"


async def typing(errand: Errand, words: list[str]) -> Told:
    """Be seen typing."""
    await errand.post("typing", {**errand.where, **_nothing("typing", words), "to": errand.asked.to})
    if errand.asked.to:
        return DONE, f"{errand.asked.name} types to {errand.asked.to}"
    return await _told(errand, "types", guild=errand.asked.guild, channel=errand.asked.channel or "general")


async def _told(errand: Errand, what: str, **where: str | None) -> Told:
    return DONE, f"{errand.asked.name} {what} {await errand.place(**where)}"


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


def _named(act: Callable[..., Awaitable[Told]], line: str, *first_words: str) -> Deed:
    """One of several verbs that are done alike; the line is what `--help` says of it."""
    deed = partial(act, *first_words)
    deed.__doc__ = line
    return deed


MARKS = {
    "react": ("reacted with {} to", "React to a message, the newest if none is named: react 👍."),
    "unreact": ("took {} away from", "Take a reaction away: unreact 👍."),
    "pin": ("pinned", "Pin a message, the newest if none is named."),
    "unpin": ("unpinned", "Pin a message no longer."),
}
MANAGED = {
    "thread": ("channel_id", "create, rename, archive, lock ... a thread: thread create Plans."),
    "channel": ("channel_id", "create, edit or delete a channel: channel create Lounge type=voice."),
    "role": ("role_id", "create, edit or delete a role: role create judge color=255."),
}
DEEDS: dict[str, Deed] = {
    **{verb.__name__: verb for verb in (edit, roles, voice, invite, presence, typing)},
    **{verb: _named(mark, line, verb, done) for verb, (done, line) in MARKS.items()},
    **{verb: _named(manage, line, verb, named) for verb, (named, line) in MANAGED.items()},
}
