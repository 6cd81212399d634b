"""JSON that comes in: read only if all of it can go out again, for one bad text would break every bot's gateway."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from sandbox.fitting import Unfit, quoted

DEEPEST = 64  # levels; Discord's own bodies stay below 20
SMALLEST, LARGEST = -(2**63), 2**64 - 1  # of the whole numbers that can be written down again
OUTGROWS = re.compile(
    r"\\u[dD]|\d[eE]|(?:^|[\[:,\s-])\d{19}"
)  # where half a character or too large a number can come from; ids stand in quotation marks


def parsed(raw: bytes | str, what: str = "The body") -> Any:
    """Raises Unfit: not UTF-8, not JSON, nested too deeply, or with a text or number that JSON cannot carry on."""
    try:
        text = raw.decode() if isinstance(raw, bytes) else raw
        value = _READER.decode(text)
    except UnicodeDecodeError as wrong:
        raise Unfit(f"{what} is not UTF-8.") from wrong
    except RecursionError as wrong:
        raise Unfit(f"{what} is nested more than {DEEPEST} levels deep.") from wrong
    except ValueError as wrong:
        raise Unfit(f"{what} is not JSON: {wrong}.") from wrong
    if not _is_plain(text):
        for place, depth, each in _everything(value):
            if depth > DEEPEST:
                raise Unfit(f"{what} is nested more than {DEEPEST} levels deep.")
            _refuse_what_cannot_go_out(f"The field {quoted(place)}" if place else what, each)
    return value


def _is_plain(text: str) -> bool:
    """Nothing in it can be what has to be looked for: true of nearly all that bots send, and told in a moment."""
    return text.count("[") + text.count("{") <= DEEPEST and not OUTGROWS.search(text) and sendable(text)


def sendable(text: str) -> bool:
    """False with a lone surrogate: UTF-8 has no bytes for it."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def writable(text: str) -> str:
    """With a question mark for each half of a character: to tell of what was refused."""
    return text if text.isascii() else text.encode(errors="replace").decode()


def refuse_unsendable(where: str, text: str) -> None:
    """Raises Unfit."""
    if not sendable(text):
        raise Unfit(f"{where} holds half of a surrogate pair, which is no character.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


_READER = json.JSONDecoder(parse_constant=_refuse_constant)


def _refuse_what_cannot_go_out(where: str, value: Any) -> None:
    if isinstance(value, str):
        refuse_unsendable(where, value)
    elif isinstance(value, int | float) and not _can_go_out(value):
        raise Unfit(f"{where} is too large a number.")
    elif isinstance(value, dict):
        for key in value:
            refuse_unsendable(f"A key in {where[0].lower()}{where[1:]}", key)


def _can_go_out(number: float) -> bool:
    return math.isfinite(number) if isinstance(number, float) else SMALLEST <= number <= LARGEST


def _everything(value: Any) -> Iterator[tuple[str, int, Any]]:
    """Each value with its place ("options.reason") and depth, on a stack of its own: Python's is not deep enough."""
    waiting = [iter([("", value)])]
    while waiting:
        found = next(waiting[-1], None)
        if found is None:
            waiting.pop()
            continue
        yield found[0], len(waiting) - 1, found[1]
        waiting.append(_inside(*found))


def _inside(place: str, one: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(one, dict):
        return ((f"{place}.{key}" if place else key, each) for key, each in one.items())
    if isinstance(one, list):
        return ((f"{place}[{number}]", each) for number, each in enumerate(one))
    return iter(())
