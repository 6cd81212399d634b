"""Whom a moderator names: ids and mentions, read strictly, so that nobody is banned by a misreading."""

import re
from typing import NamedTuple

LARGEST_ID = 2**63 - 1
SEPARATORS = re.compile(r"[\s,;|]+")
PERSON = re.compile(r"<@!?([0-9]{15,20})>|([0-9]{15,20})")


class Named(NamedTuple):
    """`user_ids` in the order of the text, each once. `repeated`: how often somebody was named again.

    `unreadable`: pieces that are neither an id nor a mention of a person, as they were typed.
    """

    user_ids: list[int]
    repeated: int
    unreadable: list[str]


def read_people(text: str) -> Named:
    """Between people may be white space, commas, semicolons, bars; or nothing between two mentions."""
    found: dict[int, None] = {}
    unreadable: list[str] = []
    repeated = 0
    for piece in SEPARATORS.split(text.replace("><@", "> <@")):
        if not piece:
            continue
        person = PERSON.fullmatch(piece)
        user_id = int(person[1] or person[2]) if person else 0
        if not 0 < user_id <= LARGEST_ID:
            unreadable.append(piece)
        elif user_id in found:
            repeated += 1
        else:
            found[user_id] = None
    return Named(list(found), repeated, unreadable)
