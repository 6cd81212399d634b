"""Lists that a person turns the pages of: filters, pages that stay where they are, a count, the whole as a stream."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Select, func, literal_column, tuple_

from database.statements import Statement, param, statement
from database.texts import storable
from database.transaction import Transaction

Row = TypeVar("Row")
Cursor = Sequence[Any]
"""A row's place in its list: the values of the columns that order it."""


class Asked(Protocol):
    """A NamedTuple of what may be asked for."""

    def _asdict(self) -> dict[str, Any]: ...


Filter = TypeVar("Filter", bound=Asked)


class Listing(Generic[Row]):
    """Rows of one guild, ordered by columns that together are unique there, the largest first or the smallest.

    A page begins beyond a place, not after so many rows: what is added or taken away meanwhile shows no row twice and
    hides none that stays. `fits` says what each field of the filter means, by a parameter of the same name (none if
    the field is only yes or no); a field that is None, False or empty is not asked for. Each combination of fields and
    size of a page is compiled once.
    """

    def __init__(
        self,
        query: Select[Any],
        *,
        into: type[Row],
        order: Sequence[Any],
        fits: Mapping[str, ColumnElement[bool]],
        smallest_first: bool = False,
    ) -> None:
        self._query, self._into, self._order, self._fits = query, into, order, fits
        self._smallest_first = smallest_first
        self._place = [f"place_{number}" for number in range(len(order))]
        self._compiled: dict[tuple[str | int | None, ...], Statement[Any]] = {}

    async def page(
        self,
        tx: Transaction,
        guild_id: int,
        asked: Asked,
        *,
        before: Cursor | None,
        after: Cursor | None,
        limit: int,
    ) -> list[Row]:
        """The first rows, those beyond `before`, or the nearest ones on this side of `after`; in the list's order."""
        place = before if after is None else after
        kind = "first" if place is None else "before" if after is None else "after"
        at = {} if place is None else dict(zip(self._place, place, strict=True))
        chosen, values = self._asked(kind, guild_id, asked, limit)
        rows = (await tx.exec(chosen, **values, **at)).all()
        return rows[::-1] if kind == "after" else rows

    async def count(self, tx: Transaction, guild_id: int, asked: Asked) -> int:
        chosen, values = self._asked("count", guild_id, asked)
        rows: int = (await tx.exec(chosen, **values)).one()
        return rows

    def stream(self, tx: Transaction, guild_id: int, asked: Asked) -> AsyncIterator[Row]:
        """All of it, read from the server in pieces."""
        chosen, values = self._asked("stream", guild_id, asked)
        return tx.stream(chosen, **values)

    def _asked(
        self, kind: str, guild_id: int, asked: Asked, limit: int | None = None
    ) -> tuple[Statement[Any], dict[str, Any]]:
        """The statement for the fields that were given, and their values."""
        given = {name: _clean(value) for name, value in asked._asdict().items()}
        fields = [
            name for name, value in given.items() if not (value is None or value is False or value == "")
        ]
        shape = (kind, limit, *fields)
        if (known := self._compiled.get(shape)) is None:
            known = self._compiled[shape] = self._compile(kind, fields, limit)
        values = {name: given[name] for name in fields if given[name] is not True}
        return known, {"guild_id": guild_id, **values}

    def _compile(self, kind: str, fields: Sequence[str], limit: int | None) -> Statement[Any]:
        """The limit stands in the text: as a parameter it would have PostgreSQL plan each page anew."""
        fitting = self._query.where(*(self._fits[name] for name in fields))
        if kind == "count":
            return statement(fitting.with_only_columns(func.count(), maintain_column_froms=True), into=int)
        here = tuple_(*self._order)
        there = tuple_(
            *(param(name, column.type) for name, column in zip(self._place, self._order, strict=True))
        )
        upwards, downwards = list(self._order), [column.desc() for column in self._order]
        onwards, back = (upwards, downwards) if self._smallest_first else (downwards, upwards)
        is_beyond, is_nearer = (
            (here > there, here < there) if self._smallest_first else (here < there, here > there)
        )
        ordered = {
            "first": fitting.order_by(*onwards),
            "before": fitting.where(is_beyond).order_by(*onwards),
            "after": fitting.where(is_nearer).order_by(*back),
            "stream": fitting.order_by(*onwards),
        }[kind]
        return statement(
            ordered if limit is None else ordered.limit(literal_column(f"{limit:d}")), into=self._into
        )


def _clean(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value
