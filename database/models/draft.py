"""A draft: an act that waits for a word, of the moderator who asked for it or of a second one."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from database.models.base import in_words, instant, key, snowflake, text, utc_now, words
from database.models.case_evidence import LARGEST_EVIDENCE
from database.rows import Rows


class DraftState(StrEnum):
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class Draft(SQLModel, table=True):
    """`interaction_id` is the command's and becomes the case's key, so two clicks are one case.

    `request` is what was asked for, `passed` in it the questions that were answered already.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        CheckConstraint(in_words("state", DraftState), "state"),
        CheckConstraint("length(question) BETWEEN 1 AND 32", "question"),
        CheckConstraint("length(proof_filename) BETWEEN 1 AND 260", "proof_filename"),
        CheckConstraint(f"length(proof_content) BETWEEN 1 AND {LARGEST_EVIDENCE}", "proof_content"),
        CheckConstraint("(proof_filename IS NULL) = (proof_content IS NULL)", "proof"),
        Index("ix_drafts_expires_at", "expires_at"),
    )

    guild_id: int = Field(sa_column=key())
    interaction_id: int = Field(sa_column=key())
    question: str = Field(sa_column=text())
    state: DraftState = Field(default=DraftState.WAITING, sa_column=words(DraftState))
    asked_by_id: int = Field(sa_column=snowflake())
    answered_by_id: int | None = Field(default=None, sa_column=snowflake(nullable=True))
    request: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    proof_filename: str | None = Field(default=None, sa_column=text(nullable=True))
    proof_content: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    created_at: datetime = Field(default_factory=utc_now, sa_column=instant())
    expires_at: datetime = Field(sa_column=instant())


DRAFTS = Rows(Draft)
