"""Notes on a case: what the staff adds to it later, each with its day and its author."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from database.models.base import instant, key, snowflake, text, utc_now
from database.rows import Rows

LONGEST_CASE_NOTE = 1_000
"""Characters, as a reason has."""
MOST_CASE_NOTES = 100
"""Of one case."""


class CaseNote(SQLModel, table=True):
    """Rows are only added (triggers and grants hold it)."""

    __tablename__ = "case_notes"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        UniqueConstraint("guild_id", "interaction_id"),
        CheckConstraint("position > 0", "position"),
        CheckConstraint(f"length(text) BETWEEN 1 AND {LONGEST_CASE_NOTE}", "text"),
        CheckConstraint("length(author_name) BETWEEN 1 AND 100", "author_name"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    author_id: int = Field(sa_column=snowflake())
    author_name: str = Field(sa_column=text())
    interaction_id: int = Field(sa_column=snowflake())
    written_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    text: str = Field(sa_column=text())  # the last: within the class its name hides the function


CASE_NOTES = Rows(CaseNote)
