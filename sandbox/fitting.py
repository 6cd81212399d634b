"""Whether what somebody wrote fits what is asked for: the annotations of the function that will get it decide."""

import inspect
import types
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.rows import Json

WORDS: dict[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    types.NoneType: "null",
}


SAYS_WHERE = frozenset({"guild_id", "channel_id", "wait_seconds"})
"""A script may send these with every act; an act that does not need them lets them pass. Other words are mistakes."""


class Unfit(Exception):
    """One sentence for who wrote it."""


@dataclass(frozen=True)
class Within:
    """Beside a type in Annotated: of a number its value, of a text its characters. Both ends are included."""

    least: int
    most: int

    def check(self, value: Any, place: str) -> None:
        if isinstance(value, str):
            if not self.least <= len(value.strip()) <= self.most or len(value) > self.most:
                bounds = f"{self.least} to {self.most}" if self.least else f"at most {self.most}"
                raise Unfit(f"The field {quoted(place)} must have {bounds} characters.")
        elif not self.least <= value <= self.most:
            raise Unfit(f"The field {quoted(place)} must be between {self.least} and {self.most}.")


class Digits:
    """Beside `str` in Annotated: an id."""

    def check(self, value: str, place: str) -> None:
        if not (value.isascii() and value.isdigit() and len(value) <= 20):
            raise Unfit(f"The field {quoted(place)} must be an id, not {quoted(value)}.")


def fitting(act: Callable[..., Any], body: object, *, beside: int = 0) -> Json:
    """`body` as keyword arguments for `act`, null being the same as left out. Raises Unfit.

    beside: so many leading arguments come from elsewhere.
    """
    if not isinstance(body, dict):
        raise Unfit("The body must be a JSON object.")
    asked = list(inspect.signature(act).parameters.values())[beside:]
    hints = typing.get_type_hints(act, include_extras=True)
    fields = {each.name: hints[each.name] for each in asked}
    needed = [each.name for each in asked if each.default is each.empty]
    body = {name: value for name, value in body.items() if name in fields or name not in SAYS_WHERE}
    given = {name: value for name, value in body.items() if value is not None}
    _check_fields(fields, given, needed, "")
    _refuse_unknown(fields, body, "")
    return given


def check(kind: Any, value: Any, place: str) -> None:
    """Raises Unfit when the value is not of that kind."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return
    if origin in (typing.Required, typing.NotRequired):
        check(inner[0], value, place)
    elif origin is typing.Annotated:
        check(inner[0], value, place)
        inner[1].check(value, place)
    elif origin in (typing.Union, types.UnionType):
        likely = next((each for each in inner if _looks_like(each, value)), None)
        if likely is None:
            _refuse(inner, value, place)
        check(likely, value, place)
    elif not _looks_like(kind, value):
        _refuse([kind], value, place)
    else:
        _check_inside(kind, value, place)


def quoted(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}…")


def _check_inside(kind: Any, value: Any, place: str) -> None:
    inner = typing.get_args(kind)
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        _check_fields(hints, value, sorted(kind.__required_keys__), place)
        _refuse_unknown(hints, value, place)
    elif isinstance(value, list) and inner:
        for number, each in enumerate(value):
            check(inner[0], each, f"{place}[{number}]")
    elif isinstance(value, dict) and inner:
        for key, each in value.items():
            check(inner[1], each, f"{place}.{key}")


def _check_fields(fields: dict[str, Any], given: Json, needed: list[str], place: str) -> None:
    for name in needed:
        if name not in given:
            raise Unfit(f"{f'The field {quoted(place)}' if place else 'The body'} needs {name!r}.")
    for name, kind in fields.items():
        if name in given:
            check(kind, given[name], f"{place}.{name}" if place else name)


def _refuse_unknown(fields: dict[str, Any], given: Json, place: str) -> None:
    for name in given:
        if name not in fields:
            field = f"{place}.{name}" if place else name
            raise Unfit(f"There is no field {quoted(field)}; there is {', '.join(fields) or 'none'}.")


def _plain(kind: Any) -> Any:
    """The type of Python below an annotation."""
    origin = typing.get_origin(kind)
    if origin in (typing.Annotated, typing.Required, typing.NotRequired):
        return _plain(typing.get_args(kind)[0])
    return dict if typing.is_typeddict(kind) else origin or kind


def _looks_like(kind: Any, value: Any) -> bool:
    """True is no number, and a whole number is a number."""
    plain = _plain(kind)
    if isinstance(value, bool):
        return plain in (bool, Any)
    return plain is Any or isinstance(value, (int, float) if plain is float else plain)


def _refuse(kinds: typing.Iterable[Any], value: Any, place: str) -> typing.NoReturn:
    asked = " or ".join(WORDS[plain] for plain in map(_plain, kinds) if plain is not types.NoneType)
    where = f"The field {quoted(place)}" if place else "It"
    raise Unfit(f"{where} must be {asked}, not {WORDS[type(value)]}.")
