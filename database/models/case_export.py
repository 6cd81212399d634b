"""Who took cases out of Reeve: each export leaves a row, and with it an entry in the audit trail."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, snowflake, utc_now, words
from database.rows import Rows


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON = "json"
    HTML = "html"


class CaseExport(SQLModel, table=True):
    """`asked`: the filter, its fields that were given. Rows are only added (triggers and grants hold it)."""

    __tablename__ = "case_exports"
    __table_args__ = (
        CheckConstraint(in_words("format", ExportFormat), "format"),
        CheckConstraint("cases >= 0", "cases"),
    )

    guild_id: int = Field(sa_column=key())
    interaction_id: int = Field(sa_column=key())
    format: ExportFormat = Field(sa_column=words(ExportFormat))
    asked: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    cases: int = Field(sa_column=Column(BigInteger, nullable=False))
    exported_by_id: int = Field(sa_column=snowflake())
    exported_at: datetime = Field(default_factory=utc_now, sa_column=instant())


EXPORTS = Rows(CaseExport)
