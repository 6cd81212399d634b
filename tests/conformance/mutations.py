"""Ways to break what a sandbox said: each is a name and a change of one recorded stream."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from conformance_wire import Seen

Stream = list[Seen]
UNLIKE_ANY = count(1)  # what was changed looks like nothing that was looked at before
GONE = object()


@dataclass(frozen=True)
class Mutation:
    name: str
    apply: Callable[[Stream], Stream]


def first(stream: Stream, where: str, after: int = 0) -> int:
    """An event by its name, a call by "METHOD /route"; only calls that succeeded, unless "refused" stands before."""
    what, refused = where.removeprefix("refused "), where.startswith("refused ")
    for at, one in enumerate(stream[after:], after):
        call = one.kind == "rest" and f"{one.method} {one.route}" == what and (one.status >= 400) == refused
        if call or (one.kind == "gateway" and one.method == "SEND" and one.route == what):
            return at
    raise AssertionError(f"{where} did not happen")


def changed(one: Seen, **facts: Any) -> Seen:
    return replace(one, looks=next(UNLIKE_ANY), **facts)


def edited(where: str, path: str, value: Any) -> Mutation:
    """One place of one body: "author/id"; GONE takes it away."""

    def apply(stream: Stream) -> Stream:
        at = first(stream, where)
        body = deepcopy(stream[at].response)
        *way, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
        place = body
        for step in way:
            place = place[step]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
        return [*stream[:at], changed(stream[at], response=body), *stream[at + 1 :]]

    to = "is missing" if value is GONE else f"is {value!r}"
    return Mutation(f"{where}: {path} {to}", apply)


def as_a_whole(where: str, **facts: Any) -> Mutation:
    def apply(stream: Stream) -> Stream:
        at = first(stream, where)
        return [*stream[:at], changed(stream[at], **facts), *stream[at + 1 :]]

    told = ", ".join(f"{key} {value!r}" for key, value in facts.items())
    return Mutation(f"{where}: {told}", apply)


def renumbered(stream: Stream) -> Stream:
    """As a sandbox would number that, so that the numbers betray nothing."""

    def numbered() -> Iterator[Seen]:
        last: dict[str, int] = {}
        for one in stream:
            if one.session is None:
                yield one
            else:
                last[one.session] = last.get(one.session, 0) + 1
                yield replace(one, sequence=last[one.session])

    return list(numbered())


def reordered(name: str, change: Callable[[Stream], Stream]) -> Mutation:
    return Mutation(name, lambda stream: renumbered(change(stream)))


def never_sent(where: str) -> Mutation:
    def change(stream: Stream) -> Stream:
        at = first(stream, where)
        return stream[:at] + stream[at + 1 :]

    return reordered(f"{where} never comes", change)


def sent_twice(where: str) -> Mutation:
    def change(stream: Stream) -> Stream:
        at = first(stream, where)
        return [*stream[: at + 1], stream[at], *stream[at + 1 :]]

    return reordered(f"{where} comes twice", change)


def swapped(early: str, late: str) -> Mutation:
    """The first of the one, and the first of the other after it."""

    def change(stream: Stream) -> Stream:
        one = first(stream, early)
        other = first(stream, late, one)
        mixed = list(stream)
        mixed[one], mixed[other] = stream[other], stream[one]
        return mixed

    return reordered(f"{late} comes before {early}", change)


def misnumbered(name: str, wrong: Callable[[int], int | None]) -> Mutation:
    def apply(stream: Stream) -> Stream:
        at = first(stream, "MESSAGE_CREATE")
        one = replace(stream[at], sequence=wrong(stream[at].sequence or 0))
        return [*stream[:at], one, *stream[at + 1 :]]

    return Mutation(name, apply)


MESSAGE, EDITED = "POST /channels/{channel_id}/messages", "PATCH /channels/{channel_id}/messages/{message_id}"
GUILD, ROLES = "GET /guilds/{guild_id}", "GET /guilds/{guild_id}/roles"
MEMBER, BAN = "GET /guilds/{guild_id}/members/{user_id}", "GET /guilds/{guild_id}/bans/{user_id}"
COMMANDS, LOG = "GET /applications/{application_id}/commands", "GET /guilds/{guild_id}/audit-logs"
CALLBACK = "POST /interactions/{interaction_id}/{token}/callback"
RULE, HOOK = "POST /guilds/{guild_id}/auto-moderation/rules", "POST /channels/{channel_id}/webhooks"
ENTRY, PINS = "GUILD_AUDIT_LOG_ENTRY_CREATE", "GET /channels/{channel_id}/messages/pins"

ANSWERS = [
    edited(MESSAGE, "id", GONE),
    edited(MESSAGE, "id", 1234567890123456789),
    edited(MESSAGE, "id", "0123456789012345678"),
    edited(MESSAGE, "author", None),
    edited(MESSAGE, "author/username", GONE),
    edited(MESSAGE, "type", 999),
    edited(MESSAGE, "content", None),
    edited(MESSAGE, "timestamp", "2026-11-21 10:00"),
    edited(MESSAGE, "mentions", {}),
    edited(MESSAGE, "embeds/0/title", 7),
    edited(MESSAGE, "invented", True),
    edited(EDITED, "edited_timestamp", 1700000000),
    edited(EDITED, "flags", "0"),
    edited(GUILD, "name", GONE),
    edited(GUILD, "verification_level", "high"),
    edited(GUILD, "owner_id", None),
    edited(ROLES, "0/permissions", 8),
    edited(ROLES, "0/colors", GONE),
    edited(ROLES, "0/hoist", "no"),
    edited(MEMBER, "user", GONE),
    edited(MEMBER, "joined_at", 1700000000),
    edited(MEMBER, "roles", [1234567890123456789]),
    edited(BAN, "reason", GONE),
    edited(BAN, "user", None),
    edited(COMMANDS, "0/version", 1),
    edited(COMMANDS, "0/type", 9),
    edited(LOG, "users", GONE),
    edited(LOG, "audit_log_entries/0/action_type", 9999),
    edited(PINS, "items/0/pinned_at", GONE),
    edited(RULE, "trigger_type", 2),
    edited(RULE, "actions/0/type", "1"),
    edited(HOOK, "type", 9),
    edited(CALLBACK, "interaction/id", GONE),
    edited(CALLBACK, "resource/message/author", None),
    edited("refused GET /channels/{channel_id}", "code", GONE),
    edited("refused GET /channels/{channel_id}", "message", 404),
    as_a_whole(MESSAGE, status=500),
    as_a_whole(GUILD, status=204),
    as_a_whole(GUILD, response=None),
    as_a_whole("DELETE /channels/{channel_id}/messages/{message_id}", response={"ok": True}),
]
EVENTS = [
    edited("READY", "session_id", GONE),
    edited("READY", "guilds/0/id", 1234567890123456789),
    edited("READY", "v", 9),
    edited("GUILD_CREATE", "channels", GONE),
    edited("GUILD_CREATE", "members/0/user", None),
    edited("GUILD_CREATE", "large", "no"),
    edited("MESSAGE_CREATE", "author", None),
    edited("MESSAGE_CREATE", "channel_type", 99),
    edited("MESSAGE_CREATE", "invented", 1),
    edited("MESSAGE_UPDATE", "edited_timestamp", "yesterday"),
    edited("INTERACTION_CREATE", "token", GONE),
    edited("INTERACTION_CREATE", "type", 9),
    edited("INTERACTION_CREATE", "app_permissions", 8),
    edited("INTERACTION_CREATE", "data/name", None),
    edited("GUILD_MEMBER_ADD", "guild_id", GONE),
    edited("GUILD_BAN_ADD", "user", None),
    edited(ENTRY, "action_type", 9999),
    edited("GUILD_ROLE_CREATE", "role/permissions", 0),
    edited("CHANNEL_CREATE", "permission_overwrites", None),
    edited("MESSAGE_REACTION_ADD", "burst", GONE),
    edited("TYPING_START", "timestamp", "1700000000"),
    edited("VOICE_STATE_UPDATE", "session_id", None),
    edited("PRESENCE_UPDATE", "status", "away"),
    edited("THREAD_CREATE", "thread_metadata/archived", GONE),
    edited("INVITE_CREATE", "max_age", "600"),
    edited("AUTO_MODERATION_ACTION_EXECUTION", "matched_keyword", GONE),
    edited("GUILD_MEMBERS_CHUNK", "chunk_count", GONE),
    as_a_whole("MESSAGE_DELETE", route="MESSAGE_DELETED"),
]
ORDER = [
    never_sent("READY"),
    never_sent("GUILD_CREATE"),
    never_sent("INTERACTION_CREATE"),
    never_sent("GUILD_MEMBER_REMOVE"),
    sent_twice("READY"),
    sent_twice("MESSAGE_CREATE"),
    sent_twice("CHANNEL_CREATE"),
    sent_twice("GUILD_BAN_ADD"),
    sent_twice("INVITE_DELETE"),
    sent_twice(CALLBACK),
    swapped("READY", "GUILD_CREATE"),
    swapped("CHANNEL_CREATE", "CHANNEL_DELETE"),
    swapped("GUILD_ROLE_CREATE", "GUILD_ROLE_DELETE"),
    swapped("INTERACTION_CREATE", CALLBACK),
    swapped("AUTO_MODERATION_RULE_CREATE", "AUTO_MODERATION_RULE_UPDATE"),
    edited("GUILD_MEMBERS_CHUNK", "chunk_index", 1),
    edited("GUILD_MEMBERS_CHUNK", "chunk_count", 2),
    misnumbered("a number is left out", lambda number: number + 1),
    misnumbered("a number comes again", lambda number: number - 1),
    misnumbered("an event has no number", lambda _: None),
]
MUTATIONS = [*ANSWERS, *EVENTS, *ORDER]
