"""What a sandbox wrote into its wire log, line by line."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.recorder import Exchange
from sandbox.wire_log import line_of

# What differs between two lines that are equally right: numbers of the log, and ids, times and words
# of the right form.
NUMBERS = rb'"(?:process|number|sequence)":\d+,?'
PASSING = rb'"(?:at|session)":"[^"]*",?'
IDS = rb'"[1-9]\d{14,18}"'
TIMES = rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)"'
PATHS = rb"/[1-9]\d{14,18}(?=[/\"])"
DIFFERENT = re.compile(b"|".join((NUMBERS, PASSING)))
ALIKE = re.compile(b"|".join((IDS, TIMES)))
WORDS = re.compile(
    rb'("(?:content|username|global_name|nick|name|title|description|label|reason|topic|token|custom_id|filename|value)":)"[^"\\]+"'
)


@dataclass(frozen=True)
class Seen:
    kind: str
    method: str
    path: str
    route: str
    status: int
    query: dict[str, str]
    request: Any
    response: Any
    unknown: bool
    fault: Any
    session: str | None
    sequence: int | None
    process: int
    looks: int  # the same for what is the same but for ids and times

    @property
    def where(self) -> str:
        return f"{self.method} {self.path}" if self.kind == "rest" else f"{self.route} event"


def seen(line: bytes) -> Seen:
    facts = json.loads(line)
    alike = ALIKE.sub(b'"1"', WORDS.sub(rb'\1"w"', DIFFERENT.sub(b"", re.sub(PATHS, b"/1", line))))
    return Seen(
        facts["kind"],
        facts["method"],
        facts["path"],
        facts["route"] or "",
        facts["status"] or 0,
        facts["query"] or {},
        facts.get("request"),
        facts.get("response"),
        facts["unknown"],
        facts.get("fault"),
        facts["session"],
        facts["sequence"],
        facts["process"],
        hash(alike),
    )


def as_seen(exchange: Exchange) -> Seen:
    return seen(line_of(exchange))
