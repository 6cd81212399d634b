"""What all tables share: names of constraints, and the few column types that Reeve uses."""

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Identity, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from database.clock import clock
from database.texts import storable

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata


LONGEST_WHY = 500
"""Characters of the reason that somebody gives for a change; Discord's own audit log holds 512."""


def reason_given(why: str | None) -> str | None:
    """As it is kept beside a change: cut to LONGEST_WHY, None if nothing was said."""
    return storable(why or "").strip()[:LONGEST_WHY] or None


utc_now = clock.now


class OneOf(TypeDecorator[StrEnum]):
    """A StrEnum kept as TEXT; a CHECK beside the column holds the allowed words."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        self.words = words
        super().__init__()

    def result_processor(self, dialect: Any, coltype: Any) -> Any:  # noqa: ARG002  # SQLAlchemy's signature
        """A look-up: calling the enum takes longer than all else about a row. KeyError for other words."""
        known: dict[str | None, StrEnum | None] = {str(word): word for word in self.words}
        known[None] = None
        return known.__getitem__


def key(**options: Any) -> Any:
    """A BIGINT of the primary key: `guild_id` comes first in all of them."""
    return Column(BigInteger, primary_key=True, autoincrement=False, **options)


def numbered() -> Any:
    """A BIGINT of the primary key that PostgreSQL counts up."""
    return Column(BigInteger, Identity(always=True), primary_key=True)


def snowflake(*, nullable: bool = False) -> Any:
    return Column(BigInteger, nullable=nullable)


def text(*, nullable: bool = False, default: str | None = None) -> Any:
    return Column(Text, nullable=nullable, server_default=default)


def instant(*, nullable: bool = False) -> Any:
    """timestamptz: aware, in UTC."""
    return Column(DateTime(timezone=True), nullable=nullable)


def words(kind: type[StrEnum]) -> Any:
    return Column(OneOf(kind), nullable=False)


def in_words(column: str, kind: type[StrEnum]) -> str:
    """The text of the CHECK that goes with `words`."""
    return f"{column} IN ({', '.join(repr(str(word)) for word in kind)})"
