"""A checker made from tables that read like those of Discord's documentation.

    member                      a table: an object with these fields and no others
      user?     user            may be missing; another table
      nick?     ?string         may be missing, may be null
      roles     [snowflake]     an array
      type      0..2 5          one of these values ("in quotes": texts)
    ADDED : member - nick       a table that starts as another one, without some fields
    data = press | form         any of these; a line of values is one of these
    component by type           which table holds is said by a field; `2 3  button` below, `else  nothing` at the end
      data    component of type   and here by a field beside it; what may be empty may be missing
    {role}                      a map from snowflakes;  `partial role`: every field may be missing

What cannot be told from the documentation's tables is `anything`.
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from gateway_facts_events import EVENTS
from gateway_facts_interactions import INTERACTIONS
from gateway_facts_messages import MESSAGES
from gateway_facts_moderation import MODERATION
from gateway_facts_people import PEOPLE
from gateway_facts_places import PLACES

Problems = list[tuple[str, str]]
Check = Callable[[Any], Problems]
FIELD = re.compile(r"  (\w+)(\?)?\s+(.+)")
HEAD = re.compile(r"(\w+)(?: : (\w+)(?: - ([\w ]+))?)?")
LARGEST_ID = 1 << 64


def is_snowflake(value: Any) -> bool:
    return (
        isinstance(value, str) and bool(re.fullmatch(r"0|[1-9]\d{0,19}", value)) and int(value) < LARGEST_ID
    )


def is_timestamp(value: Any) -> bool:
    """Discord's ISO 8601 always says the zone."""
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


SCALARS: dict[str, Callable[[Any], bool]] = {
    "anything": lambda _: True,
    "null": lambda value: value is None,
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": is_integer,
    "number": lambda value: is_integer(value) or isinstance(value, float),
    "snowflake": is_snowflake,
    "timestamp": is_timestamp,
    "bitfield": lambda value: isinstance(value, str) and value.isascii() and value.isdecimal(),
    "locale": lambda value: (
        isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2}(-[A-Z]{2}|-419)?", value))
    ),
    "url": lambda value: isinstance(value, str) and bool(re.match(r"(https?|wss?)://[^\s/]+", value)),
}


def under(key: object, problems: Problems) -> Problems:
    return [(f"{key}/{path}".rstrip("/"), what) for path, what in problems]


def short(value: Any) -> str:
    return json.dumps(value)[:60]


def one_of(kind: str) -> Check:
    values = [value for word in kind.split() for value in values_of(word)]
    types = {type(each) for each in values}

    def check(value: Any) -> Problems:
        ok = type(value) in types and value in values
        return [] if ok else [("", f"{short(value)} is none of {kind[:60]}")]

    return check


def values_of(word: str) -> Iterator[Any]:
    first, _, last = word.partition("..")
    yield from range(int(first), int(last) + 1) if last else [json.loads(first)]


class Facts:
    def __init__(self, *texts: str) -> None:
        self.tables: dict[str, dict[str, tuple[bool, str]]] = {}  # field -> (may be missing, type)
        self._aliases: dict[str, str] = {}
        self._switches: dict[str, tuple[str, dict[str, str]]] = {}
        self._checks: dict[str, Check] = {}
        blocks = [block for text in texts for block in re.split(r"\n(?=\w)", text.strip())]
        waiting = [block.rstrip().split("\n") for block in blocks]
        while waiting:
            waiting = [lines for lines in waiting if not self._learn(lines[0], lines[1:])]

    def _learn(self, head: str, lines: list[str]) -> bool:
        """False when the table that it starts from is not known yet."""
        if " = " in head:
            name, meaning = head.split(" = ")
            self._aliases[name] = meaning
            return True
        if " by " in head:
            name, field = head.split(" by ")
            words = [line.split() for line in lines]
            self._switches[name] = field, {value: each[-1] for each in words for value in each[:-1]}
            return True
        found = HEAD.fullmatch(head)
        assert found, head
        name, parent, without = found.groups()
        if parent is not None and parent not in self.tables:
            return False
        fields = dict(self.tables[parent]) if parent else {}
        for each in (without or "").split():
            del fields[each]
        for line in filter(str.strip, lines):
            field = FIELD.fullmatch(line.rstrip())
            assert field, line
            fields[field[1]] = (field[2] is not None, field[3])
        assert name not in self.tables, name
        self.tables[name] = fields
        return True

    def knows(self, name: str) -> bool:
        return name in self.tables or name in self._aliases

    def problems(self, kind: str, value: Any) -> list[str]:
        """One sentence for each place where the value is not of that kind."""
        return [f"{path or 'all of it'}: {what}" for path, what in self.check(kind)(value)]

    def check(self, kind: str) -> Check:
        if kind not in self._checks:
            self._checks[kind] = self._made(kind.strip())
        return self._checks[kind]

    def _made(self, kind: str) -> Check:
        if " | " in kind:
            return self._any(kind.split(" | "))
        if kind[0] in "?[{":
            make = {"?": self._nullable, "[": self._array, "{": self._map}[kind[0]]
            return make(kind[1:].rstrip("]}"))
        if kind[0] in '0123456789"':
            return one_of(kind)
        return self._named(kind)

    def _named(self, kind: str) -> Check:
        if kind in self._aliases:
            return self.check(self._aliases[kind])
        if kind in self._switches:
            return self._switch(*self._switches[kind])
        if kind in SCALARS:
            is_it = SCALARS[kind]
            return lambda value: [] if is_it(value) else [("", f"{short(value)} is not a {kind}")]
        partial = kind.removeprefix("partial ")
        return self._object(partial, self.tables[partial], may_miss=partial != kind)

    def _nullable(self, kind: str) -> Check:
        bare = self.check(kind)
        return lambda value: [] if value is None else bare(value)

    def _any(self, kinds: list[str]) -> Check:
        checks = [self.check(each) for each in kinds]
        return lambda value: min((check(value) for check in checks), key=len)

    def _array(self, kind: str) -> Check:
        def check(value: Any) -> Problems:
            if not isinstance(value, list):
                return [("", f"{short(value)} is not an array")]
            item = self.check(kind)
            return [one for at, each in enumerate(value) for one in under(at, item(each))]

        return check

    def _map(self, kind: str) -> Check:
        def check(value: Any) -> Problems:
            if not isinstance(value, dict):
                return [("", f"{short(value)} is not an object")]
            item = self.check(kind)
            odd = [("", f"the key {short(key)} is not a snowflake") for key in value if not is_snowflake(key)]
            return odd + [one for key, each in value.items() for one in under(key, item(each))]

        return check

    def _chosen(self, switch: str, told: object) -> Check:
        kinds = self._switches[switch][1]
        return self.check(kinds.get(str(told), kinds["else"]))

    def _switch(self, field: str, kinds: dict[str, str]) -> Check:
        def check(value: Any) -> Problems:
            if not isinstance(value, dict):
                return [("", f"{short(value)} is not an object")]
            kind = kinds.get(str(value.get(field)))
            return self.check(kind)(value) if kind else [(field, f"{short(value.get(field))} is not known")]

        return check

    def _object(self, name: str, fields: dict[str, tuple[bool, str]], *, may_miss: bool) -> Check:
        required = [] if may_miss else [key for key, (optional, _) in fields.items() if not optional]
        checks: dict[str, Check] = {}  # made when first needed: tables name each other in circles

        beside = {key: kind.split(" of ") for key, (_, kind) in fields.items() if " of " in kind}

        def check(value: Any) -> Problems:
            if not isinstance(value, dict):
                return [("", f"{short(value)} is not a {name}")]
            problems = [("", f"{key!r} of a {name} is missing") for key in required if key not in value]
            for key, (switch, sibling) in beside.items() if not may_miss else ():
                problems += under(key, self._chosen(switch, value.get(sibling))(value.get(key, {})))
            for key, each in value.items():
                if key in beside:
                    continue
                if key not in checks:
                    if key not in fields:
                        problems.append(("", f"{key!r} of a {name} is not documented"))
                        continue
                    checks[key] = self.check(fields[key][1])
                if found := checks[key](each):
                    problems += under(key, found)
            return problems

        return check


@cache
def facts() -> Facts:
    return Facts(PEOPLE, PLACES, MESSAGES, INTERACTIONS, MODERATION, EVENTS)


def event_problems(name: str, payload: Any) -> Iterator[str]:
    if facts().knows(name):
        yield from facts().problems(name, payload)
    else:
        yield "no table describes this event"
