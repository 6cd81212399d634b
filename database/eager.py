"""Rows with what belongs to them, read in one statement: there is no lazy relationship that could ask again.

    WHOLE = statement(select(one(Case), several(its_revisions, into=CaseRevision)).where(...), into=WholeCase)

PostgreSQL gives nested records; asyncpg reads their values as it reads those of a row, and each is built like one.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, func, type_coerce
from sqlalchemy.types import UserDefinedType
from sqlmodel import SQLModel

from database.statements import builder


class _Built(UserDefinedType[Any]):
    """The value of a column, as something that we make of it."""

    cache_ok = False

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self.build = build

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:  # noqa: ARG002  # SQLAlchemy's
        return self.build


def one(model: type[SQLModel], columns: Any = None) -> ColumnElement[Any]:
    """The row itself, as an instance. `columns`: where the row comes under another name (an alias, a CTE)."""
    columns = columns or model.__table__.columns  # type: ignore[attr-defined]  # SQLModel adds it unseen by mypy
    build = builder([(column.key, column.type) for column in columns], model)
    return type_coerce(func.row(*columns), _Built(build))


def several(query: Select[Any], *, into: type[Any]) -> ColumnElement[Any]:
    """The rows of a query that names the outer row in its conditions, as a list."""
    columns = query.selected_columns
    build = builder([(str(column.key), column.type) for column in columns], into)
    records = func.array(query.with_only_columns(func.row(*columns)).scalar_subquery())
    return type_coerce(records, _Built(lambda rows: [build(row) for row in rows]))
