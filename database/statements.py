"""Statements built from the models once, compiled once, run by asyncpg.

An ORM session costs 60 to 80 % of the small reads and writes that a bot is made of (docs/decisions/0003), so
a fixed statement is a typed constant beside its model, compiled when it is first needed (all of them: half a second):

    CASE = statement(select(Case).where(Case.guild_id == param("guild_id"), ...), into=Case)
    case = (await tx.exec(CASE, guild_id=1, number=7)).first()

SQLAlchemy compiles the text and converts the values; nothing here writes SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import NoneType
from typing import Any, Generic, TypeVar, cast, overload

from asyncpg import Record
from sqlalchemy import BindParameter, bindparam, util
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.orm.instrumentation import manager_of_class
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlmodel import SQLModel

T = TypeVar("T")
Converter = Callable[[Any], Any]

DIALECT: Any = asyncpg_dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it unannotated

_compiled_queries: Any = util.LRUCache(500)


def param(name: str, of_type: Any = None) -> BindParameter[Any]:
    """A value that is named when the statement runs. `of_type`: where nothing beside it says its type."""
    return bindparam(name, type_=of_type)


class Compiled(Generic[T]):
    """The text of a statement, what it takes, and how one of its rows becomes a T."""

    def __init__(self, compiled: SQLCompiler, build: Callable[[Record], T]) -> None:
        if compiled.post_compile_params:
            raise TypeError("IN with a list changes the text at each run: use == any_(param(...)).")
        self.text = compiled.string
        self.build = build
        self._names: list[str] = list(compiled.positiontup or ())
        self._constants = {n: v for n, v in compiled.params.items() if not compiled.binds[n].required}
        self._required = set(compiled.params) - set(self._constants)
        self._convert = cast(Mapping[str, Converter], compiled._bind_processors)

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of $1, $2 ..., converted as SQLAlchemy would.

        Raises TypeError where a name is missing or unknown: a wrong call must not reach the database.
        """
        if values.keys() != self._required:
            raise TypeError(f"this statement takes {sorted(self._required)}, not {sorted(values)}")
        return self._in_order({**self._constants, **values})

    def _in_order(self, values: Mapping[str, Any]) -> list[Any]:
        convert = self._convert
        return [convert[name](values[name]) if name in convert else values[name] for name in self._names]


class Statement(Generic[T]):
    """A fixed query, compiled when it is first needed: a start needs few of them."""

    def __init__(self, query: Executable, into: type[T]) -> None:
        self._query, self._into = query, into

    @cached_property
    def compiled(self) -> Compiled[T]:
        compiled: Any = self._query.compile(dialect=DIALECT)  # type: ignore[attr-defined]  # Executable lacks it in the stubs
        return Compiled(compiled, builder(_columns_of(compiled), self._into))


@overload
def statement(query: Executable) -> Statement[None]: ...
@overload
def statement(query: Executable, into: type[T]) -> Statement[T]: ...
def statement(query: Executable, into: type[Any] = NoneType) -> Statement[Any]:
    """A fixed query. `into`: a model, a NamedTuple for several columns, or the type of one column.

    Without `into` the statement gives no rows.
    """
    return Statement(query, into)


def composed(query: Executable, into: type[T]) -> tuple[Compiled[T], list[Any]]:
    """Compile a query put together at run time; SQLAlchemy's cache key saves the second compilation."""
    # The piece that SQLAlchemy's own connections use; private, so the test against their results guards it.
    compiled_, extracted, named, _ = query._compile_w_cache(
        DIALECT, compiled_cache=_compiled_queries, column_keys=[], for_executemany=False
    )
    compiled = cast(SQLCompiler, compiled_)
    made = Compiled(compiled, builder(_columns_of(compiled), into))
    values = compiled.construct_params(named or {}, extracted_parameters=extracted)
    return made, made._in_order(values)


class Result(Generic[T]):
    """The rows of one statement, as T."""

    def __init__(self, rows: list[Record], build: Callable[[Record], T]) -> None:
        self._rows, self._build = rows, build

    def all(self) -> list[T]:
        return [self._build(row) for row in self._rows]

    def first(self) -> T | None:
        return self._build(self._rows[0]) if self._rows else None

    def one(self) -> T:
        """The only row; LookupError if there is none or more than one."""
        if len(self._rows) != 1:
            raise LookupError(f"expected one row, got {len(self._rows)}")
        return self._build(self._rows[0])


def _columns_of(compiled: SQLCompiler) -> list[tuple[str, Any]]:
    return [(str(column.keyname), column.type) for column in compiled._result_columns]


def builder(columns: Sequence[tuple[str, Any]], into: type[T]) -> Callable[[Sequence[Any]], T]:
    """What makes a T of a row with these columns, each given by its name and SQLAlchemy's type."""
    converters = [_result_converter(column_type) for _, column_type in columns]
    if issubclass(into, SQLModel):
        return _model_builder(into, [name for name, _ in columns], converters)
    if issubclass(into, tuple):
        return _tuple_builder(into, converters)
    convert = converters[0] if converters else None
    return lambda row: convert(row[0]) if convert else row[0]


def _model_builder(
    model: type[T], names: list[str], converters: list[Converter | None]
) -> Callable[[Sequence[Any]], T]:
    """Load an instance without its constructor, as an ORM load does (ten times faster)."""
    manager: Any = manager_of_class(model)
    fields = set(names)
    if fields != set(manager.mapper.columns.keys()):
        raise TypeError(f"the statement does not return all columns of {model.__name__}")
    converted = [(name, convert) for name, convert in zip(names, converters, strict=True) if convert]
    new, prepare, put = object.__new__, manager.setup_instance, object.__setattr__

    def build(row: Sequence[Any]) -> T:
        instance = new(model)
        values = dict(zip(names, row, strict=True))
        for name, convert in converted:
            values[name] = convert(values[name])
        put(instance, "__dict__", values)  # at once: to fill its own, name by name, takes twice as long
        prepare(instance)
        put(instance, "__pydantic_fields_set__", fields.copy())
        put(instance, "__pydantic_extra__", None)
        put(instance, "__pydantic_private__", None)
        return instance

    return build


def _tuple_builder(into: Any, converters: list[Converter | None]) -> Callable[[Sequence[Any]], Any]:
    converted = [(place, convert) for place, convert in enumerate(converters) if convert]
    if not converted:
        return lambda row: into(*row)

    def build(row: Sequence[Any]) -> Any:
        values = list(row)
        for place, convert in converted:
            values[place] = convert(values[place])
        return into(*values)

    return build


def _result_converter(column_type: Any) -> Converter | None:
    converter: Converter | None = column_type.dialect_impl(DIALECT).result_processor(DIALECT, None)
    return converter
