"""The world as small pieces to store, cut and put together along its annotations: nothing here knows what a guild is.

A dict of rows that is the world's own, or of rows of which there may be very many, is a shelf: each of its rows is a
piece. All else belongs to the piece of the row that holds it.
"""

import types
import typing
from collections.abc import Callable, Collection, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any

import orjson

from sandbox.rows import Announced, Mass, set_field
from sandbox.world import World

Key = int | str
Piece = tuple[str, Key, bytes]  # the shelf's place, such as guilds/123/members; the row's key there; the row
Read = Callable[[Any], Any] | None  # nothing to do, if None


class Known:
    """What is stored already: of each row a hash."""

    def __init__(self) -> None:
        self._hashes: dict[str, dict[Key, int]] = {}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def note(self, place: str, key: Key, body: bytes) -> None:
        self._hashes.setdefault(place, {})[key] = hash(body)

    def written(self, world: World, announced: Collection[Key] | None = None) -> Iterator[Piece]:
        """What changed, piece by piece, and stored from now on: many of them at once would take much memory.

        announced: the keys of which an event told a change; None to look at all rows.
        """
        for place, rows, kind in _shelves(world):
            known = self._hashes.setdefault(place, {})
            if issubclass(kind, Mass):
                looked_at = self._news(known, rows)
            elif issubclass(kind, Announced) and announced is not None:
                looked_at = [each for each in rows.items() if each[0] not in known or each[0] in announced]
            else:
                looked_at = list(rows.items())
            for key, row in looked_at:
                body = _dumped(row)
                if known.get(key) != (hashed := hash(body)):
                    known[key] = hashed
                    yield place, key, body

    @staticmethod
    def _news(known: dict[Key, int], rows: dict[Key, Any]) -> list[tuple[Key, Any]]:
        changed = [(key, row) for key, row in rows.items() if not row.is_stored or key not in known]
        for _, row in changed:
            set_field(row, "is_stored", True)
        return changed

    def gone(self, world: World) -> Iterator[tuple[str, Key]]:
        """Forgotten from now on; to be asked after what was written."""
        here = {place: rows for place, rows, _ in _shelves(world)}
        for place, known in tuple(self._hashes.items()):
            rows = here.get(place, {})
            for key in known.keys() - rows.keys() if len(known) > len(rows) else ():
                del known[key]
                yield place, key
            if place not in here:
                del self._hashes[place]


def assembled(pieces: Iterator[Piece], known: Known) -> World:
    """The inverse: pieces in the order in which they were first stored."""
    world = World()
    shelves: dict[str, tuple[dict[Key, Any], Callable[[Any], Any]]] = {}
    for place, key, body in pieces:
        known.note(place, key, body)
        value = orjson.loads(body)
        if not place:
            for name, each in value.items():
                setattr(world, name, read_as(typing.get_type_hints(World)[name], each))
            continue
        if place not in shelves:
            shelves[place] = _shelf_at(world, place)
        rows, read = shelves[place]
        rows[key] = row = read(value)
        if isinstance(row, Mass):
            set_field(row, "is_stored", True)
    return world


def _shelf_at(world: World, place: str) -> tuple[dict[Key, Any], Callable[[Any], Any]]:
    here: Any = world
    kind: Any = World
    for part in place.split("/"):
        if _is_row(kind):
            here, kind = getattr(here, part), _hints(kind)[part]
        else:
            key_kind, kind = typing.get_args(kind)
            key = int(part) if key_kind is int else part
            here = here.setdefault(key, {}) if typing.get_origin(kind) is dict else here[key]
    return here, reader(typing.get_args(kind)[1]) or (lambda value: value)


def _shelves(world: World) -> Iterator[tuple[str, dict[Key, Any], type]]:
    """Who holds a shelf comes before it."""
    yield "", {"world": world}, World
    for name, kind in _shelves_of(World).items():
        yield from _shelf(name, getattr(world, name), kind)


def _shelf(place: str, rows: dict[Key, Any], kind: Any) -> Iterator[tuple[str, dict[Key, Any], type]]:
    inside = typing.get_args(kind)[1]
    if typing.get_origin(inside) is dict:
        for key, inner in rows.items():
            yield from _shelf(f"{place}/{key}", inner, inside)
        return
    yield place, rows, inside
    for name, inner_kind in _shelves_of(inside).items():
        for key, row in rows.items():
            yield from _shelf(f"{place}/{key}/{name}", getattr(row, name), inner_kind)


def _is_row(kind: Any) -> bool:
    return isinstance(kind, type) and is_dataclass(kind)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _shelves_of(kind: type) -> dict[str, Any]:
    return {name: hint for name, hint in _hints(kind).items() if _is_shelf(hint, kind is World)}


def _is_shelf(hint: Any, of_the_world: bool) -> bool:
    if typing.get_origin(hint) is not dict:
        return False
    inside = typing.get_args(hint)[1]
    if typing.get_origin(inside) is dict:
        return _is_shelf(inside, of_the_world)
    return _is_row(inside) and (of_the_world or issubclass(inside, Mass))


@cache
def _own_fields(kind: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.name not in _shelves_of(kind))


def _dumped(row: Any) -> bytes:
    kind: Any = type(row)
    if not _shelves_of(kind):
        return orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS)
    own = _own_fields(kind)
    values = attrgetter(*own, "__class__")(row)  # one more, so that it is a tuple also for a single field
    return orjson.dumps(dict(zip(own, values, strict=False)), option=orjson.OPT_NON_STR_KEYS)


def read_as(kind: Any, value: Any) -> Any:
    """What JSON made of a value, by its annotation."""
    read = reader(kind)
    return value if read is None else read(value)


@cache
def reader(kind: Any) -> Read:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _optional(arguments)
    if origin in (list, tuple):
        return _sequence(origin, reader(arguments[0]))
    if origin is dict and kind is not dict:
        return _mapping(arguments)
    if _is_row(kind):
        return _row(kind)
    return datetime.fromisoformat if kind is datetime else None


def _optional(kinds: tuple[Any, ...]) -> Read:
    read = next(filter(None, map(reader, kinds)), None)
    return None if read is None else lambda value: None if value is None else read(value)


def _sequence(kind: type, read: Read) -> Read:
    if read is None:
        return None if kind is list else kind
    return lambda values: kind(map(read, values))


def _mapping(kinds: tuple[Any, ...]) -> Read:
    read = reader(kinds[1]) or (lambda value: value)
    if kinds[0] is int:
        return lambda values: {int(key): read(value) for key, value in values.items()}
    return lambda values: {key: read(value) for key, value in values.items()}


def _row(kind: Any) -> Read:
    found = {name: reader(hint) for name, hint in _hints(kind).items() if name != "is_stored"}
    reads = [(name, read) for name, read in found.items() if read]

    def read(value: dict[str, Any]) -> Any:
        for name, convert in reads:
            if name in value:
                value[name] = convert(value[name])
        return kind(**value)

    return read
