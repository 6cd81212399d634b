"""What every table is asked for, each in one statement: a row by its key, rows that are alike, many written at once."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, FromClause, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import SQLModel, update

from database.statements import Statement, param, statement
from database.transaction import Transaction

Model = TypeVar("Model", bound=SQLModel)


class Rows(Generic[Model]):
    """The rows of one table. A statement is compiled when it is first needed, and kept."""

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it unseen by mypy
        self._table = table
        self._key = [column.key for column in table.primary_key]
        unique = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
        unique += [each for each in table.indexes if _is_key(each)]
        self._keys = [{column.key for column in each.columns} for each in (table.primary_key, *unique)]
        self._compiled: dict[tuple[str, ...], Statement[Any]] = {}

    async def get(self, tx: Transaction, **key: Any) -> Model | None:
        """The row with this primary or unique key. TypeError where the names are no key."""
        return (await tx.exec(self._once("get", key, self._by_key), **key)).first()

    async def one(self, tx: Transaction, **key: Any) -> Model:
        """The row as `get` finds it, where it must be there: LookupError if it is not."""
        return (await tx.exec(self._once("get", key, self._by_key), **key)).one()

    async def lock(self, tx: Transaction, **key: Any) -> Model | None:
        """The row as `get` finds it, kept from others who would write it until the transaction ends."""
        return (await tx.exec(self._once("lock", key, self._locked), **key)).first()

    async def find(self, tx: Transaction, **same: Any) -> list[Model]:
        """All rows that have these values, in the order of their primary key."""
        return (await tx.exec(self._once("find", same, self._alike), **same)).all()

    async def insert(self, tx: Transaction, rows: Sequence[Model]) -> list[Model]:
        """Write them in one statement (COPY is refused under row-level security), and give them as they are stored.

        A column that PostgreSQL counts up is left to it.
        """
        written = [column.key for column in self._table.columns if column.identity is None]
        added = self._once("insert", written, self._insertion)
        return (await tx.exec(added, **_arrays(rows, written))).all()

    async def update(self, tx: Transaction, rows: Sequence[Model], *columns: str) -> list[Model]:
        """Set these columns of rows that exist to what the instances say, in one statement; give those found.

        Rows that others may write at the same time are locked before, in the order of their ids.
        """
        changed = self._once("update", columns, self._change)
        return (await tx.exec(changed, **_arrays(rows, [*self._key, *columns]))).all()

    def _once(
        self, kind: str, names: Sequence[str] | dict[str, Any], build: Callable[[Sequence[str]], Any]
    ) -> Statement[Model]:
        asked = (kind, *names)
        if (known := self._compiled.get(asked)) is None:
            known = self._compiled[asked] = statement(build(list(names)), into=self._model)
        return known

    def _by_key(self, names: Sequence[str]) -> Any:
        if set(names) not in self._keys:
            raise TypeError(f"{', '.join(names)}: no key of {self._table.name}")
        return self._selected(names)

    def _locked(self, names: Sequence[str]) -> Any:
        return self._by_key(names).with_for_update(of=self._table)

    def _alike(self, names: Sequence[str]) -> Any:
        return self._selected(names).order_by(*self._table.primary_key)

    def _selected(self, names: Sequence[str]) -> Any:
        return select(*self._table.columns).where(*(self._table.c[name] == param(name) for name in names))

    def _insertion(self, names: Sequence[str]) -> Any:
        given = self._given(names)
        rows = select(*given.c)
        return insert(self._table).from_select(names, rows).returning(*self._table.columns)

    def _change(self, names: Sequence[str]) -> Any:
        given = self._given([*self._key, *names])
        same: list[ColumnElement[bool]] = [self._table.c[name] == given.c[name] for name in self._key]
        values = {name: given.c[name] for name in names}
        return update(self._table).where(*same).values(values).returning(*self._table.columns)

    def _given(self, names: Sequence[str]) -> FromClause:
        """One array for each column; unnest makes rows of them."""
        columns = [self._table.c[name] for name in names]
        arrays = [param(column.key, ARRAY(column.type, dimensions=1)) for column in columns]
        return func.unnest(*arrays).table_valued(*names, name="given").render_derived()


def _is_key(index: Index) -> bool:
    """One that leaves out rows without a value is: who asks has one."""
    where = index.dialect_options["postgresql"]["where"]
    has_value = {f"{column.key} IS NOT NULL" for column in index.columns}
    return index.unique and (where is None or str(where) in has_value)


def _arrays(rows: Sequence[SQLModel], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [getattr(row, name) for row in rows] for name in names}
