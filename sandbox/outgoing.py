"""JSON that goes out: every event and every answer, so by the fastest writer that Reeve has anyway."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

PLAIN = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME  # a row in a payload is a mistake


def json_text(body: Any) -> str:
    """Raises TypeError for what JSON has no word for."""
    return orjson.dumps(body, option=PLAIN).decode()


AT_ONCE = 1000  # rows: some milliseconds


@dataclass(frozen=True)
class Each:
    """An array of what is said of each row."""

    rows: Iterable[Any]
    said: Callable[[Any], Any]


def in_pieces(body: Any) -> Iterator[str]:
    """The JSON of objects, iterators and Each, made only when it is their turn: who writes it can do other things
    meanwhile."""
    if isinstance(body, dict):
        for number, (key, value) in enumerate(body.items()):
            yield f"{',' if number else '{'}{json_text(key)}:"
            yield from in_pieces(value)
        yield "}" if body else "{}"
    elif isinstance(body, Iterator):
        yield "["
        for number, value in enumerate(body):
            yield "," if number else ""
            yield from in_pieces(value)
        yield "]"
    elif isinstance(body, Each):
        rows, separator = iter(body.rows), ""
        yield "["
        while some := [body.said(row) for row in islice(rows, AT_ONCE)]:
            yield separator + json_text(some)[1:-1]
            separator = ","
        yield "]"
    else:
        yield json_text(body)
