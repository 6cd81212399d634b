"""Points of other bots, read from what they write out; nothing here asks a database.

What is hostile (deep, huge, not a number, below zero) is refused as a whole, with its place: half an import is worse
than none.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from database.errors import ActionRefused
from database.models.points import FIRST_MEMBER, LARGEST_BALANCE

LARGEST_FILE = 8 * 1024 * 1024
MOST_ROWS = 100_000
LARGEST_ID = 2**63 - 1


class Layout(StrEnum):
    """Whose file it is. The fields are those of their exports; `csv` has whatever the mapping says."""

    CSV = "csv"
    MEE6 = "mee6"
    """https://mee6.xyz/api/plugins/levels/leaderboard/SERVER: players[].id and xp."""
    RED = "red"
    """Red's bank as its JSON driver keeps it: a member's `balance` below MEMBER, the server's id and the user's."""
    TUX = "tux"
    """Rows of its table `levels`: member_id and xp."""
    UNBELIEVABOAT = "unbelievaboat"
    """Its API's leaderboard: user_id and total (cash and bank)."""


FIELDS = {
    Layout.CSV: ("user_id", "points"),
    Layout.MEE6: ("id", "xp"),
    Layout.TUX: ("member_id", "xp"),
    Layout.UNBELIEVABOAT: ("user_id", "total"),
}


class FileUnreadable(ActionRefused):
    """`where`: the row or field that cannot be read, in words."""

    def __init__(self, where: str) -> None:
        super().__init__(f"Nothing was imported: {where}.")


class Balances(NamedTuple):
    """Points by user. `doubles`: how many rows named somebody again with the same points, and were left out."""

    points: dict[int, int]
    doubles: int


def read(content: bytes, layout: Layout, guild_id: int, mapping: str = "") -> Balances:
    """`mapping`: two field names, "user,points", in the place of the layout's own. Raises FileUnreadable."""
    if len(content) > LARGEST_FILE:
        raise FileUnreadable(f"the file is larger than {LARGEST_FILE // 1024**2} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"byte {error.start + 1} is not UTF-8") from error
    fields = _fields(layout, mapping)
    if layout is Layout.CSV:
        return _balances(_csv(text, fields))
    try:
        parsed = json.loads(text, parse_constant=_no_constant)
    except (json.JSONDecodeError, RecursionError, ValueError) as error:
        raise FileUnreadable("it is not JSON that can be read") from error
    if layout is Layout.RED:
        return _balances(_red(parsed, guild_id))
    return _balances(_rows(parsed, fields))


def _fields(layout: Layout, mapping: str) -> tuple[str, str]:
    if not mapping.strip():
        return FIELDS.get(layout, ("", ""))
    names = tuple(each.strip() for each in mapping.split(","))
    if len(names) != 2 or not all(names):
        raise FileUnreadable("the mapping is two names of fields with a comma: the user's and the points'")
    return names[0], names[1]


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _csv(text: str, fields: tuple[str, str]) -> Iterator[tuple[str, Any, Any]]:
    """With a line of names, where one has the fields; without one the first two columns."""
    if "\x00" in text:
        raise FileUnreadable("it has characters that no text has")
    dialect = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.reader(io.StringIO(text), delimiter=dialect)
    user, points = 0, 1
    try:
        for number, row in enumerate(rows, start=1):
            if not any(cell.strip() for cell in row):
                continue
            if number == 1 and not row[0].strip().isdecimal():
                names = [cell.strip().casefold() for cell in row]
                if not all(each.casefold() in names for each in fields):
                    raise FileUnreadable(
                        f"its first line has no {fields[0]} and {fields[1]}: name them in `mapping`"
                    )
                user, points = (names.index(each.casefold()) for each in fields)
                continue
            if len(row) <= max(user, points):
                raise FileUnreadable(f"line {number} has too few columns")
            yield f"line {number}", row[user].strip(), row[points].strip()
    except csv.Error as error:
        raise FileUnreadable("it is no CSV that can be read") from error


def _rows(parsed: Any, fields: tuple[str, str]) -> Iterator[tuple[str, Any, Any]]:
    """A list of rows, or the first list that the object around it has."""
    if isinstance(parsed, Mapping):
        parsed = next((each for each in parsed.values() if isinstance(each, list)), None)
    if not isinstance(parsed, list):
        raise FileUnreadable("it has no list of members")
    for number, row in enumerate(parsed, start=1):
        if not isinstance(row, Mapping) or not all(each in row for each in fields):
            raise FileUnreadable(f"entry {number} has no {fields[0]} and {fields[1]}: name them in `mapping`")
        yield f"entry {number}", row[fields[0]], row[fields[1]]


def _red(parsed: Any, guild_id: int) -> Iterator[tuple[str, Any, Any]]:
    while isinstance(parsed, Mapping) and "MEMBER" not in parsed and len(parsed) == 1:
        parsed = next(iter(parsed.values()))
    members = parsed.get("MEMBER") if isinstance(parsed, Mapping) else None
    of_guild = members.get(str(guild_id)) if isinstance(members, Mapping) else None
    if not isinstance(of_guild, Mapping):
        raise FileUnreadable(
            "it has no members of this server: Red keeps them below MEMBER and the server's id"
        )
    for user_id, kept in of_guild.items():
        if not isinstance(kept, Mapping) or "balance" not in kept:
            raise FileUnreadable(f"member {str(user_id)[:20]} has no balance")
        yield f"member {str(user_id)[:20]}", user_id, kept["balance"]


def _balances(rows: Iterable[tuple[str, Any, Any]]) -> Balances:
    points: dict[int, int] = {}
    doubles = 0
    for where, user, amount in rows:
        user_id, many = _whole(user, where, "user id"), _whole(amount, where, "number of points")
        if not FIRST_MEMBER <= user_id <= LARGEST_ID:
            raise FileUnreadable(f"{where} has a user id that no member has")
        if not 0 <= many <= LARGEST_BALANCE:
            raise FileUnreadable(f"{where} has points below 0 or above {LARGEST_BALANCE:,}")
        if points.get(user_id, many) != many:
            raise FileUnreadable(f"{where} names a member again with other points")
        doubles += user_id in points
        points[user_id] = many
        if len(points) > MOST_ROWS:
            raise FileUnreadable(f"it has more than {MOST_ROWS:,} members")
    if not points:
        raise FileUnreadable("it names no member")
    return Balances(points, doubles)


def _whole(value: Any, where: str, what: str) -> int:
    """Of a whole number, or a text of one; a part of a point is left off, as Tux keeps them (xp as a float)."""
    if isinstance(value, float) and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= 20 and value.isascii() and value.isdecimal():
        return int(value)
    raise FileUnreadable(f"{where} has no {what} that can be read")
