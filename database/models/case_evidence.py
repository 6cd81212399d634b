"""Files that prove a case, kept here because Discord's links to them expire."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from database.models.base import instant, key, snowflake, text, utc_now
from database.rows import Rows

LARGEST_EVIDENCE = 8 * 1024 * 1024
"""Bytes: what Reeve can post again in any server, boosted or not."""


class Proof(NamedTuple):
    """A file that a moderator added, as it was at that moment."""

    filename: str
    content: bytes


class CaseEvidence(SQLModel, table=True):
    __tablename__ = "case_evidence"
    __table_args__ = (
        ForeignKeyConstraint(["guild_id", "number"], ["cases.guild_id", "cases.number"]),
        CheckConstraint("position > 0", "position"),
        CheckConstraint("length(filename) BETWEEN 1 AND 260", "filename"),
        CheckConstraint(f"length(content) BETWEEN 1 AND {LARGEST_EVIDENCE}", "content"),
        CheckConstraint("length(sha256) = 32", "sha256"),
    )

    guild_id: int = Field(sa_column=key())
    number: int = Field(sa_column=key())
    position: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    filename: str = Field(sa_column=text())
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    added_by_id: int = Field(sa_column=snowflake())
    added_at: datetime = Field(default_factory=utc_now, sa_column=instant())


class EvidenceFacts(NamedTuple):
    """A file without its content."""

    filename: str
    size: int
    sha256: bytes


EVIDENCE = Rows(CaseEvidence)
